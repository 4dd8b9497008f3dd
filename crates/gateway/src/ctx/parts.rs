//! Parts of a call: authorized with it on a snapshot, carried out with it on the writer.

use std::fmt;
use std::sync::Arc;

use super::{Ctx, DEPTH_MAX};
use crate::execute::Stage;
use crate::{Fault, Operation, Refused};

/// A part of a call after its authorization: an operation of its own, with an event of its own, by
/// the same client under the same request id.
pub struct Part<O: Operation>(Stage<O>);

impl<O: Operation> fmt::Debug for Part<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("refused", &self.0.refused()).finish_non_exhaustive()
    }
}

impl Ctx<'_> {
    /// Authorizes and prepares a part of the present call. A part that is refused is recorded by
    /// [`run_part`](Self::run_part) as one.
    ///
    /// For [`Operation::prepare`]: a call may have a thousand parts, and all other changes would
    /// wait for decisions that were made on the writer. What the writer finds changed since is
    /// treated as in every call.
    ///
    /// Errors only with a fault of ours: a denial is the result of the part.
    pub fn admit_part<O: Operation>(&mut self, input: O::Input) -> Result<Part<O>, Fault> {
        let stage = self.within_part(|ctx| Stage::<O>::admit(ctx, input))?;
        match stage.refused() {
            Some(Refused::Internal(error)) => Err(error.clone()),
            Some(Refused::Wire(_) | Refused::Denied(_)) | None => Ok(Part(stage)),
        }
    }

    /// Carries out a part, or records that it was refused.
    pub fn run_part<O: Operation>(&mut self, part: &mut Part<O>) -> Result<O::Output, Refused> {
        self.within_part(|ctx| part.0.conclude(ctx, |_| Ok(())))??
    }

    /// The bytes of the whole call's body are not the part's.
    fn within_part<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T, Fault> {
        if self.depth >= DEPTH_MAX {
            return Err(Fault::bug("calls are nested too deeply"));
        }
        let mut call = (*self.call).clone();
        if let Some(origin) = &mut call.origin {
            origin.body_bytes = 0;
        }
        let outer = std::mem::replace(&mut self.call, Arc::new(call));
        self.depth = self.depth.saturating_add(1);
        let done = work(self);
        self.depth = self.depth.saturating_sub(1);
        self.call = outer;
        Ok(done)
    }
}
