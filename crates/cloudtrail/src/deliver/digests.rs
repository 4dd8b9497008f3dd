//! The digests: created on time, signed, chained.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Fault, Gateway};
use keys::rsa;
use store::{Tx, key};
use trail::digest::{self, Digest, DigestedFile, Kind, Link, Period, Sealed, Series, Step};
use types::{MINUTE_MS, Pulse, SECOND_MS, Timestamp};

use super::lanes::{Waits, waits};
use super::progress::update;
use crate::model::{
    ChainState, Content, PROGRESS, Progress, TRAILS, Trail, UNDIGESTED, Undigested, Waiting,
};
use crate::public_keys;

/// Creates the trail's due digests; returns whether there were any, and when the next is due.
pub(super) fn make_due(
    gateway: &Arc<Gateway>,
    trail: &Trail,
    interval_ms: u64,
    pulse: Pulse<'_>,
) -> Result<(bool, Timestamp), Fault> {
    let now = gateway.clock().now();
    let (mut made, mut due) = (false, now.plus_ms(MINUTE_MS));
    close_if_drained(gateway, trail, now)?;
    for region in regions(gateway, trail)? {
        while let Some(state) = chain(gateway, trail, &region)? {
            match digest::next_step(&state.chain, interval_ms, now) {
                Step::Make(_) if pulse().is_break() => return Ok((made, due)),
                Step::Make(period) => {
                    make(gateway, trail, state, period)?;
                    made = true;
                }
                Step::WaitUntil(at) => {
                    due = due.min(at);
                    break;
                }
                Step::Ended => {
                    end(gateway, trail, region.clone())?;
                    break;
                }
            }
        }
    }
    Ok((made, due))
}

fn regions(gateway: &Gateway, trail: &Trail) -> Result<Vec<String>, Fault> {
    let progress = PROGRESS.get(&gateway.snapshot()?.tx(), &trail.id)?;
    let chains = progress.map(|progress| progress.chains).unwrap_or_default();
    Ok(chains.into_iter().map(|state| state.region).collect())
}

fn chain(gateway: &Gateway, trail: &Trail, region: &str) -> Result<Option<ChainState>, Fault> {
    let progress = PROGRESS.get(&gateway.snapshot()?.tx(), &trail.id)?;
    Ok(progress.and_then(|own| own.chains.into_iter().find(|state| state.region == region)))
}

/// A trail that has stopped, and has nothing pending, or that no longer validates, gets its last
/// digests.
fn close_if_drained(gateway: &Gateway, trail: &Trail, now: Timestamp) -> Result<(), Fault> {
    let view = gateway.snapshot()?;
    let Some(progress) = PROGRESS.get(&view.tx(), &trail.id)? else { return Ok(()) };
    let left = waits(&view.tx(), trail)?;
    let is_drained = progress.spans.is_empty() && left != Waits::Logs;
    let is_done = is_drained && left == Waits::None && progress.chains.is_empty();
    if is_done && progress.deleted.is_some() {
        return delete_progress(gateway, trail);
    }
    let is_over = is_drained || !trail.validates_log_files;
    if !is_over || progress.chains.iter().all(|state| state.chain.closing.is_some()) {
        return Ok(());
    }
    let (id, place) = (trail.id.clone(), trail.key());
    update(gateway, &trail.id, move |tx, progress| {
        let own = TRAILS.get(tx, place)?.filter(|own| own.id == id);
        if own.is_some_and(|own| own.is_logging && own.validates_log_files) {
            // A call has started it again meanwhile.
            return Ok(());
        }
        for state in progress.chains.iter_mut().filter(|state| state.chain.closing.is_none()) {
            state.chain.closing = Some(last_instant(tx, &id, state, now)?);
        }
        Ok(())
    })
}

/// When a chain may end: not before a digest has listed everything that was delivered, even in this
/// very instant, or while the clock was different.
fn last_instant(
    tx: &Tx<'_>,
    trail_id: &str,
    state: &ChainState,
    now: Timestamp,
) -> Result<Timestamp, Fault> {
    let left = UNDIGESTED.all(tx, key([trail_id, &state.region]))?;
    let Some(newest) = left.iter().map(|(_, file)| file.delivered).max() else { return Ok(now) };
    let after = state.chain.last_end.map_or(now, |end| end.plus_ms(SECOND_MS));
    Ok(now.max(newest.plus_ms(1)).max(after))
}

/// Deletes the progress of a deleted trail whose last digest has been delivered. No event: the
/// deletion of the trail had one.
fn delete_progress(gateway: &Gateway, trail: &Trail) -> Result<(), Fault> {
    let id = trail.id.clone();
    gateway.maintain(move |tx| Ok(PROGRESS.delete(tx, &id)?))
}

fn end(gateway: &Gateway, trail: &Trail, region: String) -> Result<(), Fault> {
    update(gateway, &trail.id, move |_, progress| {
        let ends = |state: &mut ChainState| state.region == region && state.chain.closing.is_some();
        let ended: Vec<_> = progress.chains.extract_if(.., ends).collect();
        for state in ended.into_iter().filter(|state| state.newest.is_some()) {
            progress.ended.retain(|before| before.region != state.region);
            progress.ended.push(state);
        }
        Ok(())
    })
}

fn make(
    gateway: &Arc<Gateway>,
    trail: &Trail,
    state: ChainState,
    period: Period,
) -> Result<(), Fault> {
    let now = gateway.clock().now();
    let (pair, public) = public_keys::signing(gateway, &state.region)?;
    public_keys::note_digest(gateway, &state.region, &public, period.end)?;
    let files = undigested(&gateway.snapshot()?.tx(), trail, &state.region, period)?;
    let series = Series {
        prefix: trail.prefix.as_deref(),
        organization: None,
        account: &trail.account,
        region: &state.region,
        trail: &trail.name,
        home_region: trail.home_region.as_str(),
    };
    let (places, files): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let digest = Digest {
        account: trail.account.clone(),
        start: period.start,
        end: period.end,
        bucket: trail.bucket.clone(),
        object: series.object_key(period.end, Kind::Regular),
        fingerprint: public.fingerprint.clone(),
        previous: state.newest.clone().map(Link::from),
        log_files: files.into_iter().map(DigestedFile::from).collect(),
    };
    let der = STANDARD
        .decode(&public.value)
        .map_err(|cause| Fault::damaged("a public key").because(cause))?;
    let sealed = digest.seal(|text| {
        let signature = pair.sign_pkcs1_sha256(text.as_bytes())?;
        if rsa::verify_pkcs1_sha256(&der, text.as_bytes(), &signature) {
            Ok(signature)
        } else {
            Err(Fault::bug("a digest's signature does not verify"))
        }
    })?;
    commit(gateway, trail, state, period, sealed, places, now)
}

fn undigested(
    tx: &Tx<'_>,
    trail: &Trail,
    region: &str,
    period: Period,
) -> Result<Vec<(Vec<u8>, Undigested)>, Fault> {
    let mut files = UNDIGESTED.all(tx, key([trail.id.as_str(), region]))?;
    files.retain(|(_, file)| file.delivered < period.end);
    Ok(files)
}

/// The digest is pending, the chain has it as its newest, and its files are listed: one commit.
///
/// Compare and set: nothing happens if the chain is no longer what the digest was made from,
/// because another server has made this digest meanwhile.
// INVARIANT: every delivered log file of a validating trail is named by exactly one digest.
fn commit(
    gateway: &Gateway,
    trail: &Trail,
    made_from: ChainState,
    period: Period,
    sealed: Sealed,
    named: Vec<Vec<u8>>,
    now: Timestamp,
) -> Result<(), Fault> {
    let id = trail.id.clone();
    update(gateway, &trail.id, move |tx, progress: &mut Progress| {
        let region = made_from.region;
        let own = progress.chains.iter_mut().find(|state| state.region == region);
        let Some(state) = own.filter(|state| {
            state.newest == made_from.newest && state.chain.last_end == made_from.chain.last_end
        }) else {
            tracing::debug!(trail = %id, region, "another server has made this digest");
            return Ok(());
        };
        let metadata = sealed.metadata(None);
        let metadata = metadata.into_iter().map(|(name, value)| (name.to_owned(), value));
        let file = Waiting {
            region,
            bucket: sealed.link.bucket.clone(),
            object: sealed.link.object.clone(),
            made: now,
            content: Content::Digest {
                gz: STANDARD.encode(&sealed.gz),
                metadata: metadata.collect(),
            },
        };
        state.chain.last_end = Some(period.end);
        state.newest = Some(sealed.link.into());
        for place in named {
            UNDIGESTED.delete(tx, place)?;
        }
        file.save(tx, &id, progress)
    })
}
