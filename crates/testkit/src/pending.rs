use std::fmt;

use gateway::Answering;
use tokio::runtime::Builder;

use crate::{Answered, observed};

/// A call that has begun: it is prepared, and waits for the writer if it changes anything.
pub struct Pending {
    pub(crate) operation: Option<(String, String)>,
    pub(crate) answer: Stage,
}

pub(crate) enum Stage {
    /// It ended before it became a call.
    Refused(Answered),
    Answering(Answering),
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("operation", &self.operation).finish_non_exhaustive()
    }
}

impl Pending {
    /// Waits for the response.
    pub fn finish(self) -> Answered {
        let answered = match self.answer {
            Stage::Refused(answered) => answered,
            Stage::Answering(answering) => {
                let runtime = Builder::new_current_thread().build().expect("a runtime");
                Answered::from(runtime.block_on(answering))
            }
        };
        if let Some(operation) = &self.operation {
            observed::call(operation, &answered);
        }
        answered
    }
}
