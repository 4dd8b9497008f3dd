//! What frames wrote, made again.

use std::ops::ControlFlow;
use std::sync::Arc;

use keys::Keyring;

use crate::StoreError;
use crate::log::{Change, Changes, Head, Log, LogPoint, Opener};
use crate::recent::Recent;
use crate::view::row_bytes;

/// About the bytes of writes in memory from which on they are handed on.
const PORTION_BYTES: usize = 16 << 20;

/// Shows the changes of each frame after `from`, up to `to`.
///
/// Errors with [`StoreError::is_corrupt`] if these frames do not lead from the one to the other.
pub(crate) fn each_frame(
    log: &dyn Log,
    keyring: &Arc<Keyring>,
    from: Head,
    to: Head,
    visitor: &mut dyn FnMut(Head, Changes<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let foreign = || {
        StoreError::corrupt(format_args!(
            "frame {} of the log does not lead to frame {}",
            from.position, to.position
        ))
    };
    let (mut last, mut opener) = (from, Opener::new(Arc::clone(keyring)));
    log.read(from.position.saturating_add(1), &mut |frame| {
        if frame.position() > to.position {
            return Ok(ControlFlow::Break(()));
        }
        if !frame.follows(&last) {
            return Err(foreign());
        }
        last = frame.head();
        visitor(last, Changes::of(opener.open(&frame)?.as_bytes())?)?;
        Ok(ControlFlow::Continue(()))
    })?;
    if last == to { Ok(()) } else { Err(foreign()) }
}

/// Hands on what the frames after `from` wrote, up to `to`, in portions that fit into memory: one
/// frame more than [`PORTION_BYTES`] at most.
pub(crate) fn in_portions(
    log: &dyn Log,
    keyring: &Arc<Keyring>,
    from: LogPoint,
    to: Head,
    take: &mut dyn FnMut(&Recent, LogPoint) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (mut writes, mut bytes, mut reached) = (Recent::new_sync(), 0_usize, from);
    each_frame(log, keyring, from.head, to, &mut |head, mut changes| {
        for change in &mut changes {
            let (key, value) = match change? {
                Change::Put { key, value } => (key, Some(value)),
                Change::Delete { key } => (key, None),
                Change::Event(_) => continue,
            };
            bytes = bytes.saturating_add(row_bytes(key, value));
            writes.insert_mut(key.to_vec(), value.map(<[u8]>::to_vec));
        }
        reached = LogPoint { head, next_seq: changes.next_seq() };
        if bytes > PORTION_BYTES {
            take(&std::mem::replace(&mut writes, Recent::new_sync()), reached)?;
            bytes = 0;
        }
        Ok(())
    })?;
    if writes.is_empty() && reached == from { Ok(()) } else { take(&writes, reached) }
}
