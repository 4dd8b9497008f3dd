//! The position of each trail: read anywhere, changed only on the writer.

use std::ops::ControlFlow;

use gateway::{Fault, Gateway};
use store::Tx;

use crate::model::{Content, PROGRESS, Progress, TRAILS, Trail, WAITING, trail_key};

/// The trails that have something to deliver or may get it, deleted ones included.
pub(super) fn delivering(tx: &Tx<'_>) -> Result<Vec<(Trail, Progress)>, Fault> {
    let mut found = Vec::new();
    for (key, progress) in PROGRESS.all(tx, "")? {
        let place = trail_key(&progress.account, &progress.home_region, &progress.name);
        let own = TRAILS.get(tx, place)?.filter(|trail| trail.id.as_bytes() == key);
        if let Some(trail) = progress.deleted.as_deref().cloned().or(own) {
            found.push((trail, progress));
        } else {
            tracing::error!(trail = %progress.name, "a delivery belongs to no trail");
        }
    }
    Ok(found)
}

/// The number of the oldest event that some trail still has to deliver; older ones may go.
pub fn oldest_needed(gateway: &Gateway) -> Result<u64, Fault> {
    let view = gateway.snapshot()?;
    let mut oldest = u64::MAX;
    PROGRESS.visit(&view.tx(), "", "", &mut |_, progress| {
        oldest = progress.spans.iter().map(|span| span.next).fold(oldest, u64::min);
        ControlFlow::Continue(())
    })?;
    WAITING.visit(&view.tx(), "", "", &mut |_, file| {
        if let Content::Log(ranges) = &file.content {
            oldest = ranges.iter().map(|(from, _)| *from).fold(oldest, u64::min);
        }
        ControlFlow::Continue(())
    })?;
    Ok(oldest)
}

/// Changes a trail's progress on the writer, together with everything else that `change` writes.
///
/// Calls change it too, so it is read again there; a trail without progress is skipped. No event:
/// no caller requested this bookkeeping, and each file stored in a bucket has the event of its
/// `PutObject`.
pub(super) fn update(
    gateway: &Gateway,
    trail_id: &str,
    change: impl FnOnce(&mut Tx<'_>, &mut Progress) -> Result<(), Fault> + Send + 'static,
) -> Result<(), Fault> {
    let id = trail_id.to_owned();
    gateway.maintain(move |tx| {
        let Some(mut progress) = PROGRESS.get(tx, &id)? else { return Ok(()) };
        change(tx, &mut progress)?;
        Ok(PROGRESS.put(tx, &id, &progress)?)
    })
}
