//! Compares a state with what the log made it.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use keys::Keyring;

use crate::StoreError;
use crate::bases::{self, BaseReader};
use crate::copy::FORMAT;
use crate::error::FORMAT_VERSION;
use crate::log::{Change, Changes, Frame, Head, Log, LogPoint, Opener};
use crate::recent::Recent;
use crate::tx::Pairs;
use crate::view::overlaid;

/// How the rows `shown`, the state as of `head`, differ from what a base and the frames after it
/// amount to, in a sentence; `None` if they do not.
///
/// The older base is compared with, if the log reaches back to it: a newer one may have been made of
/// rows that were changed before.
pub(crate) fn difference(
    data: &Path,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
    mut shown: Pairs<'_>,
    head: Head,
) -> Result<Option<String>, StoreError> {
    let mut made = match made(data, log, keyring, head) {
        Ok(Some(found)) => found,
        Ok(None) => {
            return Ok(Some("no base reaches the log: the state cannot be proved".to_owned()));
        }
        Err(error) if error.is_corrupt() => return Ok(Some(types::error_chain(&error))),
        Err(error) => return Err(error),
    };
    let mut wanted = made.rows();
    loop {
        let pair = match (wanted.next().transpose(), shown.next().transpose()?) {
            (Err(error), _) => return Ok(Some(types::error_chain(&error))),
            (Ok(None), None) => return Ok(None),
            (Ok(wanted), shown) if wanted == shown => continue,
            (Ok(wanted), shown) => wanted.into_iter().chain(shown).min(),
        };
        let Some((key, _)) = pair else { return Ok(None) };
        let key = String::from_utf8_lossy(&key).replace('\0', " ");
        return Ok(Some(format!("row `{key}` is not what the log made it")));
    }
}

/// What a base and the frames after it amount to.
pub(crate) struct Made {
    base: Pairs<'static>,
    writes: Recent,
}

impl Made {
    /// The rows, ascending, once.
    pub(crate) fn rows(&mut self) -> Pairs<'_> {
        let base = std::mem::replace(&mut self.base, Box::new(std::iter::empty()));
        overlaid(&self.writes, base, &[], None)
    }
}

/// The state as of `head`, made from the oldest base that the log continues; `None` if there is
/// none.
pub(crate) fn made(
    data: &Path,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
    head: Head,
) -> Result<Option<Made>, StoreError> {
    let Some((point, base)) = start(data, log, keyring, head)? else { return Ok(None) };
    Ok(Some(Made { base, writes: writes_after(point, head, log, keyring)? }))
}

/// The oldest base that the log continues, or the state before the first frame.
fn start(
    data: &Path,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
    head: Head,
) -> Result<Option<(LogPoint, Pairs<'static>)>, StoreError> {
    let first = log.first()?;
    let reaches = |base: &bases::Base| {
        base.position <= head.position && base.position.saturating_add(1) >= first
    };
    if let Some(base) = bases::bases(data)?.into_iter().find(reaches) {
        let (point, rows) = BaseReader::open(&base, Arc::clone(keyring))?;
        return Ok(Some((point, Box::new(rows))));
    }
    let format = FORMAT.pair("", &FORMAT_VERSION);
    Ok((first == 1)
        .then(|| -> (_, Pairs<'_>) { (LogPoint::START, Box::new(std::iter::once(format))) }))
}

/// What the frames after a point wrote, up to `head`.
fn writes_after(
    point: LogPoint,
    head: Head,
    log: &dyn Log,
    keyring: &Arc<Keyring>,
) -> Result<Recent, StoreError> {
    let foreign = || StoreError::corrupt("the bases are of another log");
    let (mut writes, mut last) = (Recent::new_sync(), point.head);
    let mut opener = Opener::new(Arc::clone(keyring));
    let mut redo = |frame: &Frame| {
        for change in Changes::of(opener.open(frame)?.as_bytes())? {
            match change? {
                Change::Put { key, value } => writes.insert_mut(key.to_vec(), Some(value.to_vec())),
                Change::Delete { key } => writes.insert_mut(key.to_vec(), None),
                Change::Event(_) => {}
            }
        }
        Ok::<_, StoreError>(())
    };
    log.read(point.head.position.saturating_add(1), &mut |frame| {
        if frame.position() > head.position {
            return Ok(ControlFlow::Break(()));
        }
        if !frame.follows(&last) {
            return Err(foreign());
        }
        last = frame.head();
        redo(&frame).map(|()| ControlFlow::Continue(()))
    })?;
    if last == head { Ok(writes) } else { Err(foreign()) }
}
