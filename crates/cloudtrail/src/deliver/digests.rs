//! The digests: made on time, signed, chained.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::Gateway;
use keys::rsa;
use store::{StoreError, Tx, key};
use trail::digest::{self, Digest, DigestedFile, Kind, Link, Period, Sealed, Series, Step};
use trail::retry;
use types::{MINUTE_MS, Timestamp};

use super::update;
use crate::model::{
    ChainState, Content, PROGRESS, Progress, Trail, UNDIGESTED, Undigested, WAITING, Waiting,
    numbered,
};
use crate::public_keys;

/// Makes the trail's due digests; tells whether there were any, and when the next is due.
pub(super) fn make_due(
    gateway: &Arc<Gateway>,
    trail: &Trail,
    interval_ms: u64,
) -> Result<(bool, Timestamp), StoreError> {
    let now = gateway.clock().now();
    let (mut made, mut due) = (false, now.plus_ms(MINUTE_MS));
    close_if_drained(gateway, trail, now)?;
    for region in regions(gateway, trail)? {
        while let Some(state) = chain(gateway, trail, &region)? {
            match digest::next_step(&state.chain, interval_ms, now) {
                Step::Make(period) => {
                    make(gateway, trail, &state, period)?;
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

fn regions(gateway: &Gateway, trail: &Trail) -> Result<Vec<String>, StoreError> {
    let progress = PROGRESS.get(&gateway.store().snapshot()?.tx(), &trail.id)?;
    let chains = progress.map(|progress| progress.chains).unwrap_or_default();
    Ok(chains.into_iter().map(|state| state.region).collect())
}

fn chain(gateway: &Gateway, trail: &Trail, region: &str) -> Result<Option<ChainState>, StoreError> {
    let progress = PROGRESS.get(&gateway.store().snapshot()?.tx(), &trail.id)?;
    Ok(progress.and_then(|own| own.chains.into_iter().find(|state| state.region == region)))
}

/// A trail that has stopped, and has nothing left to put, gets its last digests.
fn close_if_drained(gateway: &Gateway, trail: &Trail, now: Timestamp) -> Result<(), StoreError> {
    let view = gateway.store().snapshot()?;
    let Some(progress) = PROGRESS.get(&view.tx(), &trail.id)? else { return Ok(()) };
    let idle = progress.spans.is_empty() && WAITING.all(&view.tx(), key([&trail.id]))?.is_empty();
    if !idle {
        return Ok(());
    }
    if progress.deleted.is_some() && progress.chains.is_empty() {
        return forget(gateway, trail);
    }
    if progress.chains.iter().all(|state| state.chain.closing.is_some()) {
        return Ok(());
    }
    update(gateway, &trail.id, move |_, progress| {
        // A call may have started the trail again meanwhile.
        if progress.spans.is_empty() {
            for state in &mut progress.chains {
                state.chain.closing = state.chain.closing.or(Some(now));
            }
        }
        Ok(())
    })
}

/// A deleted trail whose last digest has arrived needs no memory.
fn forget(gateway: &Gateway, trail: &Trail) -> Result<(), StoreError> {
    let id = trail.id.clone();
    let gone = gateway.store().submit(move |tx| (PROGRESS.delete(tx, &id), Vec::new()));
    gone.wait()?
}

fn end(gateway: &Gateway, trail: &Trail, region: String) -> Result<(), StoreError> {
    update(gateway, &trail.id, move |_, progress| {
        progress.chains.retain(|state| state.region != region || state.chain.closing.is_none());
        Ok(())
    })
}

fn make(
    gateway: &Arc<Gateway>,
    trail: &Trail,
    state: &ChainState,
    period: Period,
) -> Result<(), StoreError> {
    let now = gateway.clock().now();
    let (pair, public) = public_keys::signing(gateway, &state.region)?;
    let files = undigested(&gateway.store().snapshot()?.tx(), trail, &state.region, period)?;
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
    let der = STANDARD.decode(&public.value).map_err(StoreError::corrupt)?;
    let sealed = digest.seal(|text| {
        let signature = pair.sign_pkcs1_sha256(text.as_bytes());
        if rsa::verify_pkcs1_sha256(&der, text.as_bytes(), &signature) {
            Ok(signature)
        } else {
            Err(StoreError::engine("a digest's signature does not verify"))
        }
    })?;
    commit(gateway, trail, state.region.clone(), period, sealed, places, now)
}

fn undigested(
    tx: &Tx<'_>,
    trail: &Trail,
    region: &str,
    period: Period,
) -> Result<Vec<(Vec<u8>, Undigested)>, StoreError> {
    let mut files = UNDIGESTED.all(tx, key([trail.id.as_str(), region]))?;
    files.retain(|(_, file)| file.delivered < period.end);
    Ok(files)
}

/// The digest waits to be put, the chain has it as its newest, and its files are named: one
/// commit.
// INVARIANT: every delivered log file of a validating trail is named by exactly one digest.
fn commit(
    gateway: &Gateway,
    trail: &Trail,
    region: String,
    period: Period,
    sealed: Sealed,
    named: Vec<Vec<u8>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = trail.id.clone();
    update(gateway, &trail.id, move |tx, progress: &mut Progress| {
        let Some(state) = progress.chains.iter_mut().find(|state| state.region == region) else {
            return Err(StoreError::engine("a chain ended while its digest was made"));
        };
        let metadata = sealed.metadata(None);
        let metadata = metadata.into_iter().map(|(name, value)| (name.to_owned(), value));
        let file = Waiting {
            region,
            bucket: sealed.link.bucket.clone(),
            object: sealed.link.object.clone(),
            retry: retry::Pending::new(now),
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
        WAITING.put(tx, numbered(&id, progress.next_file), &file)?;
        progress.next_file = progress.next_file.saturating_add(1);
        Ok(())
    })
}
