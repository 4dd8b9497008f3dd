//! The key pairs that sign digests: one a region for thirty days at a time.
//!
//! Source: CloudTrail User Guide, "Validating CloudTrail log file integrity"; observed: RSA with
//! 2048 bits, valid for exactly 30 days, overlapping validities.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Ctx, Fault, Gateway};
use keys::rsa::RsaKey;
use keys::{Domain, Keyring};
use store::{Tx, key};
use types::{DAY_MS, Entropy, Region, Timestamp};

use crate::model::{PUBLIC_KEYS, PublicKey};

/// How long a key pair signs.
const VALIDITY_MS: u64 = 30 * DAY_MS;

/// The keys of a region whose validity, or a digest that they signed, meets a range of time. They
/// are kept for ever.
///
/// Source: CloudTrail API Reference, "`ListPublicKeys`": the keys that signed the digest files of
/// the range. A digest that is made late is of a time before its key.
pub(crate) fn between(
    tx: &Tx<'_>,
    region: &Region,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<PublicKey>, Fault> {
    let rows = PUBLIC_KEYS.all(tx, key([region.as_str()]))?;
    let mut keys: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    keys.retain(|key| key.since() <= to && from <= key.until);
    keys.sort_by_key(|key| key.from);
    Ok(keys)
}

/// The key pair that signs in a region now, with its fingerprint. Makes one if there is none whose
/// time it is.
///
/// Blocks the thread: a new pair takes a tenth of a second and a commit.
pub(crate) fn signing(
    gateway: &Arc<Gateway>,
    region: &str,
) -> Result<(Arc<RsaKey>, PublicKey), Fault> {
    let now = gateway.clock().now();
    let known = in_force(&gateway.snapshot()?.tx(), region, now)?;
    if let Some((row, sealed)) = known {
        return Ok((opened(gateway, region, &row.fingerprint, &sealed)?, row));
    }
    make(gateway, region, now)
}

/// Records that a key signs a digest that ends at `end`, so that it is listed for that time. No
/// event: the digest's own delivery has one.
///
/// Blocks the thread if the digest is of a time before the key.
pub(crate) fn note_digest(
    gateway: &Gateway,
    region: &str,
    key: &PublicKey,
    end: Timestamp,
) -> Result<(), Fault> {
    if key.since() <= end {
        return Ok(());
    }
    let place = store::key([region, &key.fingerprint]);
    gateway.maintain(move |tx| {
        let row = PUBLIC_KEYS.get(tx, &place)?;
        let Some(row) = row.filter(|row| end < row.since()) else { return Ok(()) };
        Ok(PUBLIC_KEYS.put(tx, &place, &PublicKey { late: Some(end), ..row })?)
    })
}

/// The key that signs in a region at an instant, and its private part, sealed.
fn in_force(
    tx: &Tx<'_>,
    region: &str,
    now: Timestamp,
) -> Result<Option<(PublicKey, String)>, Fault> {
    for (_, row) in PUBLIC_KEYS.all(tx, key([region]))? {
        if let Some(sealed) = row.sealed.clone()
            && row.from <= now
            && now < row.until
        {
            return Ok(Some((row, sealed)));
        }
    }
    Ok(None)
}

/// New key pairs for those of the regions in which none signs now. A tenth of a second each.
pub(crate) fn missing(
    ctx: &Ctx<'_>,
    regions: &[Region],
) -> Result<Vec<(Region, PublicKey)>, Fault> {
    let mut made = Vec::new();
    for region in regions {
        if in_force(ctx.tx(), region.as_str(), ctx.now())?.is_none() {
            let pair = RsaKey::generate_2048()?;
            let row = row(ctx.keyring(), ctx.entropy(), region.as_str(), &pair, ctx.now())?;
            made.push((region.clone(), row));
        }
    }
    Ok(made)
}

/// Stores a pair that [`missing`] made, unless the region has got one meanwhile.
pub(crate) fn add(ctx: &mut Ctx<'_>, region: &Region, new: &PublicKey) -> Result<(), Fault> {
    let now = ctx.now();
    match in_force(ctx.tx(), region.as_str(), now)? {
        Some(_) => Ok(()),
        None => put(ctx.tx_mut(), region.as_str(), new, now),
    }
}

fn make(
    gateway: &Arc<Gateway>,
    region: &str,
    now: Timestamp,
) -> Result<(Arc<RsaKey>, PublicKey), Fault> {
    let pair = RsaKey::generate_2048()?;
    let row = keep(gateway, region, &pair, now)?;
    tracing::info!(region, row.fingerprint, "a new key pair signs the region's digests");
    Ok((Arc::new(pair), row))
}

/// Adopts an existing key pair in PKCS #8: it signs the region's digests for thirty days from
/// `from` on, as when a data directory is put together anew or a simulation is repeated. Gives
/// its fingerprint.
///
/// Blocks the thread. Errors when it is no RSA key.
pub fn adopt_key_pair(
    gateway: &Arc<Gateway>,
    region: &Region,
    pkcs8: &[u8],
    from: Timestamp,
) -> Result<String, Fault> {
    let pair = RsaKey::from_pkcs8(pkcs8)?;
    Ok(keep(gateway, region.as_str(), &pair, from)?.fingerprint)
}

/// A pair as it is stored: it signs for thirty days.
fn row(
    keyring: &Keyring,
    entropy: &Entropy,
    region: &str,
    pair: &RsaKey,
    from: Timestamp,
) -> Result<PublicKey, Fault> {
    let der = pair.public_pkcs1_der();
    let fingerprint = trail::names::fingerprint(&der);
    let aad = [region.as_bytes(), fingerprint.as_bytes()];
    let sealed = keyring.seal(Domain::DigestKey, &aad, pair.to_pkcs8().as_bytes(), entropy)?;
    let from = from.floor_to(1_000);
    Ok(PublicKey {
        fingerprint,
        value: STANDARD.encode(der),
        from,
        until: from.plus_ms(VALIDITY_MS),
        late: None,
        sealed: Some(STANDARD.encode(sealed)),
    })
}

/// Stores a pair, and wipes the private keys whose time is over. No event: AWS records none of its
/// digest keys; `ListPublicKeys` lists them.
fn keep(
    gateway: &Arc<Gateway>,
    region: &str,
    pair: &RsaKey,
    from: Timestamp,
) -> Result<PublicKey, Fault> {
    let row = row(gateway.keyring(), gateway.entropy(), region, pair, from)?;
    let (region, stored, now) = (region.to_owned(), row.clone(), gateway.clock().now());
    gateway.maintain(move |tx| put(tx, &region, &stored, now))?;
    Ok(row)
}

fn put(tx: &mut Tx<'_>, region: &str, new: &PublicKey, now: Timestamp) -> Result<(), Fault> {
    for (place, mut row) in PUBLIC_KEYS.all(tx, key([region]))? {
        if row.sealed.is_some() && row.until <= now {
            row.sealed = None;
            PUBLIC_KEYS.put(tx, place, &row)?;
        }
    }
    Ok(PUBLIC_KEYS.put(tx, key([region, &new.fingerprint]), new)?)
}

/// The pair of each region that signed last: opening one takes longer than signing.
#[derive(Debug, Default)]
struct Opened(Mutex<BTreeMap<String, (String, Arc<RsaKey>)>>);

fn opened(
    gateway: &Gateway,
    region: &str,
    fingerprint: &str,
    sealed: &str,
) -> Result<Arc<RsaKey>, Fault> {
    let opened = gateway.cached::<Opened>();
    let mut opened = opened.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, pair)) = opened.get(region)
        && known == fingerprint
    {
        return Ok(Arc::clone(pair));
    }
    let pair = Arc::new(open(gateway, region, fingerprint, sealed)?);
    opened.insert(region.to_owned(), (fingerprint.to_owned(), Arc::clone(&pair)));
    Ok(pair)
}

fn open(gateway: &Gateway, region: &str, fingerprint: &str, sealed: &str) -> Result<RsaKey, Fault> {
    let sealed = STANDARD
        .decode(sealed)
        .map_err(|cause| Fault::damaged("a sealed digest key").because(cause))?;
    let aad = [region.as_bytes(), fingerprint.as_bytes()];
    let pkcs8 = gateway.keyring().open(Domain::DigestKey, &aad, &sealed)?;
    Ok(RsaKey::from_pkcs8(pkcs8.as_bytes())?)
}
