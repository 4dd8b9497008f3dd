use std::fmt;
use std::sync::Arc;

use crate::memo::Memo;
use crate::view::View;
use crate::{StoreError, Tx};

/// A frozen view of the state that was committed when it was taken.
pub struct Snapshot {
    pub(crate) view: Arc<View>,
    memo: Arc<Memo>,
}

impl Snapshot {
    pub(crate) fn new(view: Arc<View>, memo: Arc<Memo>) -> Self {
        Self { view, memo }
    }

    /// A transaction over this view, in which every write fails.
    pub fn tx(&self) -> Tx<'_> {
        let revision = self.view.revision;
        Tx::new(&*self.view, false, self.next_seq()).with_memo(&self.memo).with_revision(revision)
    }

    /// The number of the newest event, 0 if there is none.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        Ok(self.last())
    }

    pub(crate) fn last(&self) -> u64 {
        self.next_seq().saturating_sub(1)
    }

    pub(crate) fn next_seq(&self) -> u64 {
        self.view.point.next_seq
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}
