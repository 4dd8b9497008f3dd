//! The registry of segments: which there are, and up to where events are in them.

use keys::{Domain, Keyring};
use serde::{Deserialize, Serialize};

use crate::segment::SegmentMeta;
use crate::{Snapshot, StoreError, Table, Tx};

/// Sealed segments by their first event's number, twenty digits.
pub(crate) const SEGMENTS: Table<SegmentMeta> = Table::new("meta.segment");
/// The maximum number of events in a segment.
pub(crate) const SEGMENT_LEN_MAX: usize = 65_536;
/// What the chain of segments is a code of, among all that the keyring makes codes of.
const CHAIN_LABEL: &[u8] = b"shoseki chain of segments";

pub(crate) const SEALED: Table<Sealed> = Table::new("meta.sealed");

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

    pub(crate) fn within(tx: &Tx<'_>) -> Result<Self, StoreError> {
        Ok(SEALED.get(tx, "")?.unwrap_or_default())
    }

    /// The row of this key and value, as it is in the log; `None` if it is another one.
    pub(crate) fn in_row(key: &[u8], value: &[u8]) -> Result<Option<Self>, StoreError> {
        SEALED.row(key, value)
    }

    pub(crate) fn put(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        SEALED.put(tx, "", self)
    }

    /// The number of the first event of the tail.
    pub(crate) fn next_seq(&self) -> u64 {
        self.last_seq.saturating_add(1)
    }
}

/// Registers a segment that follows `before`, unless another one does.
pub(crate) fn register(
    tx: &mut Tx<'_>,
    before: &Sealed,
    sealed: &Sealed,
    meta: &SegmentMeta,
) -> Result<(), StoreError> {
    if Sealed::within(tx)? != *before {
        return Err(StoreError::engine("the same events were sealed meanwhile"));
    }
    SEGMENTS.put(tx, row_key(meta.first_seq), meta)?;
    sealed.put(tx)
}

/// The code of a segment and of all before it, in hexadecimal digits.
pub(crate) fn chain(keyring: &Keyring, meta: &SegmentMeta) -> String {
    let parts = [
        CHAIN_LABEL,
        meta.after.as_bytes(),
        &meta.first_seq.to_be_bytes(),
        &meta.last_seq.to_be_bytes(),
        meta.sha256.as_bytes(),
        &meta.frame.to_be_bytes(),
        meta.tag.as_bytes(),
    ];
    types::hex(&keyring.mac(Domain::Integrity, &parts))
}

/// The key of the segment that begins with that event.
pub(crate) fn row_key(first_seq: u64) -> String {
    format!("{first_seq:020}")
}
