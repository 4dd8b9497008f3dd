use std::fmt;
use std::sync::Arc;

use redb::{ReadOnlyTable, ReadTransaction};

use crate::engine::{EVENTS, STATE};
use crate::memo::Memo;
use crate::{StoreError, Tx, events};

/// A frozen view of the state that was committed when it was taken.
pub struct Snapshot {
    state: ReadOnlyTable<&'static [u8], &'static [u8]>,
    pub(crate) events: ReadOnlyTable<u64, &'static [u8]>,
    memo: Arc<Memo>,
    revision: u64,
}

impl Snapshot {
    pub(crate) fn new(
        transaction: &ReadTransaction,
        memo: Arc<Memo>,
        revision: u64,
    ) -> Result<Self, StoreError> {
        let state = transaction.open_table(STATE)?;
        let events = transaction.open_table(EVENTS)?;
        Ok(Self { state, events, memo, revision })
    }

    /// A transaction over this view, in which every write fails.
    pub fn tx(&self) -> Tx<'_> {
        Tx::new(&self.state, false, 0).with_memo(&self.memo).with_revision(self.revision)
    }

    /// The number of the newest event, 0 if there is none.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        events::last_seq(self)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}
