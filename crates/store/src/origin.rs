//! What the state was before the first frame: nothing, or the rows of a directory that was converted
//! from a format without a log. Those are in no frame, and in base 0 until newer bases contain them.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use keys::Keyring;

use crate::log::{Change, Changes, Log, Opener};
use crate::place::Found;
use crate::{LayeredTx, StoreError, Table, leftovers};

/// A row of the first frame of a directory that was converted: the format that it had.
const CONVERTED_FROM: Table<u32> = Table::new("meta.converted_from");
/// The one format without a log.
const WITHOUT_LOG: u32 = 1;

/// Notes that rows precede the frame of this transaction, which must be the first one.
pub(crate) fn note_conversion(tx: &mut LayeredTx<'_>) -> Result<(), StoreError> {
    CONVERTED_FROM.put(tx, "", &WITHOUT_LOG)
}

/// Whether the frames of a log amount to the whole state, without any base.
pub(crate) fn is_in_frames(
    data: &Path,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
) -> Result<bool, StoreError> {
    if log.first()? > 1 {
        return Ok(false);
    }
    let (mut found, mut opener) = (None, Opener::new(Arc::clone(keyring)));
    log.read(1, &mut |frame| {
        found = Some(begins_with_nothing(opener.open(&frame)?.as_bytes())?);
        Ok(ControlFlow::Break(()))
    })?;
    match found {
        Some(found) => Ok(found),
        // Without a frame there is no segment, either, of a new store.
        None => Ok(!leftovers::is_converted(data)? && !Found::within(data)?.segments),
    }
}

/// Whether the first frame's payload is that of a new store.
fn begins_with_nothing(payload: &[u8]) -> Result<bool, StoreError> {
    let mut changes = Changes::of(payload)?;
    // Events have been numbered from 1 on since the first format.
    let mut is_new = changes.next_seq() <= 1;
    for change in &mut changes {
        if let Change::Put { key, value } = change? {
            is_new &= CONVERTED_FROM.row(key, value)?.is_none();
        }
    }
    Ok(is_new)
}

/// Names the way out when neither a base nor the frames have the rows.
pub(crate) fn unreachable(data: &Path, first: u64) -> Result<StoreError, StoreError> {
    let way_out = if leftovers::is_converted(data)? {
        "put `state.redb.1`, the state file before the conversion, back as `state.redb`, and start \
         again: it is converted again, and the log makes up for the rest"
    } else {
        "restore a backup"
    };
    let why = if first > 1 {
        format!("the log begins with frame {first}, and no intact base reaches it")
    } else {
        "the directory was converted from an earlier format, and no intact base has the rows of \
         that time, which are in no frame of the log"
            .to_owned()
    };
    Ok(StoreError::missing(format_args!("{why}: {way_out}")))
}
