//! The key pairs that sign digests: one a region for thirty days at a time.
//!
//! Source: CloudTrail User Guide, "Validating CloudTrail log file integrity"; observed: RSA with
//! 2048 bits, valid for exactly 30 days, overlapping validities.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::Gateway;
use keys::Domain;
use keys::rsa::RsaKey;
use store::{StoreError, Tx, key};
use types::{DAY_MS, Region, Timestamp};

use crate::model::{PUBLIC_KEYS, PublicKey};

/// How long a key pair signs.
const VALIDITY_MS: u64 = 30 * DAY_MS;

/// The keys of a region whose validity meets a range of time. They are kept for ever.
pub(crate) fn between(
    tx: &Tx<'_>,
    region: &Region,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<PublicKey>, StoreError> {
    let rows = PUBLIC_KEYS.all(tx, key([region.as_str()]))?;
    let mut keys: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    keys.retain(|key| key.from <= to && from <= key.until);
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
) -> Result<(RsaKey, PublicKey), StoreError> {
    let now = gateway.clock().now();
    let view = gateway.store().snapshot()?;
    for (_, row) in PUBLIC_KEYS.all(&view.tx(), key([region]))? {
        if let Some(sealed) = &row.sealed
            && row.from <= now
            && now < row.until
        {
            return Ok((open(gateway, region, &row.fingerprint, sealed)?, row));
        }
    }
    make(gateway, region, now)
}

fn make(
    gateway: &Arc<Gateway>,
    region: &str,
    now: Timestamp,
) -> Result<(RsaKey, PublicKey), StoreError> {
    let pair = RsaKey::generate_2048().map_err(StoreError::engine)?;
    let der = pair.public_pkcs1_der();
    let fingerprint = trail::names::fingerprint(&der);
    let aad = [region.as_bytes(), fingerprint.as_bytes()];
    let sealed = gateway
        .keyring()
        .seal(Domain::DigestKey, &aad, pair.to_pkcs8().as_bytes(), gateway.entropy())
        .map_err(StoreError::engine)?;
    let from = now.floor_to(1_000);
    let row = PublicKey {
        fingerprint: fingerprint.clone(),
        value: STANDARD.encode(der),
        from,
        until: from.plus_ms(VALIDITY_MS),
        sealed: Some(STANDARD.encode(sealed)),
    };
    let (place, stored) = (key([region, &fingerprint]), row.clone());
    let kept = gateway.store().submit(move |tx| (PUBLIC_KEYS.put(tx, place, &stored), Vec::new()));
    kept.wait()??;
    tracing::info!(region, fingerprint, "a new key pair signs the region's digests");
    Ok((pair, row))
}

fn open(
    gateway: &Gateway,
    region: &str,
    fingerprint: &str,
    sealed: &str,
) -> Result<RsaKey, StoreError> {
    let sealed = STANDARD.decode(sealed).map_err(StoreError::corrupt)?;
    let aad = [region.as_bytes(), fingerprint.as_bytes()];
    let pkcs8 =
        gateway.keyring().open(Domain::DigestKey, &aad, &sealed).map_err(StoreError::corrupt)?;
    RsaKey::from_pkcs8(pkcs8.as_bytes()).map_err(StoreError::corrupt)
}
