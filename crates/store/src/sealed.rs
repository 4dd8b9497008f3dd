//! Up to where events are in segments.

use serde::{Deserialize, Serialize};

use crate::{Snapshot, StoreError, Table};

const SEALED: Table<Sealed> = Table::new("meta.sealed");

/// The end of the newest segment, also after it has expired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sealed {
    /// The number of the last event that is in a segment; 0 if there was never any.
    pub(crate) last_seq: u64,
    /// The position of the frame that contains it; 0 if it came from no frame.
    pub(crate) frame: u64,
    /// The chain through all segments so far; empty before the first.
    #[serde(default)]
    pub(crate) chain: String,
}

impl Sealed {
    /// As the snapshot shows it.
    pub(crate) fn of(view: &Snapshot) -> Result<Self, StoreError> {
        Self::within(&view.tx())
    }

    pub(crate) fn within(tx: &crate::Tx<'_>) -> Result<Self, StoreError> {
        Ok(SEALED.get(tx, "")?.unwrap_or_default())
    }

    pub(crate) fn put(&self, tx: &mut crate::Tx<'_>) -> Result<(), StoreError> {
        SEALED.put(tx, "", self)
    }

    /// The number of the first event of the tail.
    pub(crate) fn next_seq(&self) -> u64 {
        self.last_seq.saturating_add(1)
    }
}
