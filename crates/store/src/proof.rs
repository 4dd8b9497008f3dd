//! Compares a state with what the log made it, and finds what the log makes it from.

use std::path::Path;
use std::sync::Arc;

use keys::Keyring;

use crate::bases::{self, Base, BaseReader};
use crate::copy::FORMAT;
use crate::error::FORMAT_VERSION;
use crate::log::{Head, Log, LogPoint};
use crate::tx::{Pairs, Rows};
use crate::written::{SLICE_BYTES, Wanted};
use crate::{StoreError, origin};

/// What a comparison found.
#[derive(Debug)]
pub(crate) struct Proof {
    /// How the rows differ from what the log made them, in a sentence; `None` if they do not.
    pub(crate) difference: Option<String>,
    /// The bases that the log continues and that are intact, oldest first.
    pub(crate) intact: Vec<Base>,
    /// The bases that are not, with what is wrong with them.
    pub(crate) damaged: Vec<(u64, String)>,
}

/// How the rows `shown`, the state as of `head`, differ from what a base and the frames after it
/// amount to.
///
/// The oldest intact base is compared with: a newer one may have been made of rows that were changed
/// before.
///
/// Cost: each base is read once more than is compared. Of what the frames wrote, digests are in
/// memory, 32 MiB of them; if there are more, the frames are read again for the next range of keys.
pub(crate) fn of(
    data: &Path,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
    shown: &dyn Rows,
    head: Head,
) -> Result<Proof, StoreError> {
    let (mut intact, mut damaged) = (Vec::new(), Vec::new());
    for base in reaching(data, log, head)? {
        match damage(&base, log, keyring)? {
            None => intact.push(base),
            Some(what) => damaged.push((base.position, what)),
        }
    }
    let start = match intact.first() {
        Some(base) => Some(start_of(base, keyring)?),
        None => beginning(data, log, keyring)?,
    };
    let difference = if let Some((point, base)) = start {
        let wanted = Wanted::new(base, log, keyring, (point.head, head), SLICE_BYTES);
        first_difference(wanted, shown.range(&[], None)?)?
    } else {
        let unreachable = origin::unreachable(data, log.first()?)?;
        Some(format!("the state cannot be proved: {}", types::error_chain(&unreachable)))
    };
    Ok(Proof { difference, intact, damaged })
}

fn first_difference(
    mut wanted: Wanted<'_>,
    mut shown: Pairs<'_>,
) -> Result<Option<String>, StoreError> {
    loop {
        let (wanted, shown) = match (wanted.next().transpose(), shown.next().transpose()?) {
            (Err(error), _) if error.is_corrupt() => return Ok(Some(types::error_chain(&error))),
            (wanted, shown) => (wanted?, shown),
        };
        let key = match (wanted, shown) {
            (None, None) => return Ok(None),
            (Some((wanted, value)), Some((key, shown))) if key == wanted && value.is(&shown) => {
                continue;
            }
            (Some((wanted, _)), Some((key, _))) => wanted.min(key),
            (Some((key, _)), None) | (None, Some((key, _))) => key,
        };
        let key = String::from_utf8_lossy(&key).replace('\0', " ");
        return Ok(Some(format!("row `{key}` is not what the log made it")));
    }
}

/// The bases that the log continues, by their positions, oldest first.
fn reaching(data: &Path, log: &dyn Log, head: Head) -> Result<Vec<Base>, StoreError> {
    let first = log.first()?;
    let reaches =
        |base: &Base| base.position <= head.position && base.position.saturating_add(1) >= first;
    Ok(bases::bases(data)?.into_iter().filter(reaches).collect())
}

/// What is wrong with a base; `None` if it is intact, and the log continues it.
fn damage(
    base: &Base,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
) -> Result<Option<String>, StoreError> {
    let read = BaseReader::open(base, Arc::clone(keyring))
        .and_then(|(point, rows)| rows.verify().map(|()| point));
    let point = match read {
        // Only what was read is damage: a disk that fails proves nothing.
        Err(error) if error.is_corrupt() => return Ok(Some(types::error_chain(&error))),
        read => read?,
    };
    let foreign = || format!("the base of frame {} is of another log", base.position);
    Ok((!log_continues(log, point.head)?).then(foreign))
}

/// Whether a frame is one of the log, or the one before its first.
fn log_continues(log: &dyn Log, head: Head) -> Result<bool, StoreError> {
    let (first, mut found) = (log.first()?, None);
    if head.position >= first {
        log.read(head.position, &mut |frame| {
            found = Some(frame.head() == head);
            Ok(std::ops::ControlFlow::Break(()))
        })?;
        return Ok(found == Some(true));
    }
    log.read(first, &mut |frame| {
        found = Some(frame.follows(&head));
        Ok(std::ops::ControlFlow::Break(()))
    })?;
    // Without a frame nothing contradicts it but its own position.
    Ok(found.unwrap_or(head.position.saturating_add(1) == first))
}

/// Rows, and the point of the log as of which they are.
pub(crate) type Start = (LogPoint, Pairs<'static>);

fn start_of(base: &Base, keyring: &Arc<Keyring>) -> Result<Start, StoreError> {
    let (point, rows) = BaseReader::open(base, Arc::clone(keyring))?;
    Ok((point, Box::new(rows)))
}

/// The state before the first frame, if that is there and contains nothing else.
fn beginning(
    data: &Path,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
) -> Result<Option<Start>, StoreError> {
    let format = FORMAT.pair("", &FORMAT_VERSION);
    Ok(origin::is_in_frames(data, log, keyring)?
        .then(|| -> Start { (LogPoint::START, Box::new(std::iter::once(format))) }))
}

/// From where a copy as of `head` is made: the newest intact base that the log continues, or the
/// state before the first frame.
///
/// Errors with [`StoreError::is_missing`] if there is neither.
pub(crate) fn newest_start(
    data: &Path,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
    head: Head,
) -> Result<Start, StoreError> {
    for base in reaching(data, log, head)?.iter().rev() {
        match damage(base, log, keyring)? {
            None => return start_of(base, keyring),
            Some(error) => {
                tracing::error!(error, "a base is damaged; the one before it is tried");
            }
        }
    }
    match beginning(data, log, keyring)? {
        Some(start) => Ok(start),
        None => Err(origin::unreachable(data, log.first()?)?),
    }
}

/// Deletes the bases of frames after the newest one: they are of a log that was replaced by an older
/// one. They stay while there is nothing else from which the state can be made.
pub(crate) fn delete_newer_bases(
    data: &Path,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
    head: Head,
) -> Result<(), StoreError> {
    let (kept, newer): (Vec<_>, Vec<_>) =
        bases::bases(data)?.into_iter().partition(|base| base.position <= head.position);
    if newer.is_empty() {
        return Ok(());
    }
    let (newer, newest) = (newer.len(), head.position);
    match newest_start(data, log, keyring, head) {
        Ok(_) => {
            tracing::warn!(newer, newest, "deleting bases that are newer than the log");
            bases::keep_only(data, &kept)
        }
        Err(error) if error.is_missing() => {
            let error = types::error_chain(&error);
            tracing::error!(
                error,
                newer,
                newest,
                "bases are newer than the log, and no other is there"
            );
            Ok(())
        }
        Err(error) => Err(error),
    }
}
