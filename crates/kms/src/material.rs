//! Key material: generated, wrapped for one row, unwrapped for one call.

use gateway::{Ctx, Fault};
use keys::blob::BlobHeader;
use keys::{Domain, KeyError, Keyring, SecretBytes};
use store::Tx;
use types::{Arn, Entropy, Timestamp};

use crate::condition_keys::EncryptionContext;
use crate::error::{KmsError, KmsFailure};
use crate::model::{KEYS, Key, MATERIALS, Material, part_place, part_prefix};
use crate::rows::Range;
use crate::{Blob, id};

/// Bytes of a symmetric backing key.
const BACKING_KEY_BYTES: usize = 32;

/// Gives `key` new current material and stores both. The old material stays, for decryption.
pub(crate) fn renew(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    entropy: &Entropy,
    key: &mut Key,
    how: Renewal,
) -> Result<(), Fault> {
    let material_id = types::hex(&entropy.bytes::<32>()?);
    let backing = keys::random_secret(entropy, BACKING_KEY_BYTES)?;
    let place = [key.account.as_str(), key.region.as_str(), &key.id, &material_id];
    let token = keyring.seal(
        Domain::KmsMaterial,
        &binding(place).map(str::as_bytes),
        backing.as_bytes(),
        entropy,
    )?;
    let material = Material {
        token: Blob(token),
        created: how.now,
        number: how.number,
        on_demand: how.on_demand,
    };
    MATERIALS.put(tx, keyring, &part_place(key, &material_id), &material)?;
    key.material_id = material_id;
    key.version = key.version.saturating_add(1);
    KEYS.put(tx, keyring, &key.place(), key)
}

/// When and why material was generated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renewal {
    pub(crate) now: Timestamp,
    pub(crate) number: u32,
    pub(crate) on_demand: bool,
}

/// A key's materials by id, oldest first.
pub(crate) fn all(
    tx: &Tx<'_>,
    keyring: &Keyring,
    key: &Key,
) -> Result<Vec<(String, Material)>, Fault> {
    let mut found = Vec::new();
    for (place, row) in MATERIALS.all(tx, keyring, &part_prefix(key))? {
        found.push((store::key_text(&place, 3)?, row));
    }
    found.sort_by_key(|(_, row)| row.number);
    Ok(found)
}

/// Destroys a key's materials.
pub(crate) fn destroy(tx: &mut Tx<'_>, keyring: &Keyring, key: &Key) -> Result<(), Fault> {
    let prefix = part_prefix(key);
    loop {
        let range = Range { prefix: &prefix, from: &[], limit: 100 };
        let page = MATERIALS.page(tx, keyring, &range)?;
        if page.is_empty() {
            return Ok(());
        }
        for (place, _) in page {
            MATERIALS.delete(tx, &place)?;
        }
    }
}

/// Encrypts under the key's current material.
pub(crate) fn encrypt(
    ctx: &Ctx<'_>,
    key: &Key,
    context: &EncryptionContext,
    plain: &[u8],
) -> Result<Blob, KmsFailure> {
    let backing = unwrap(ctx, key, &key.material_id)?
        .ok_or_else(|| Fault::damaged(format_args!("key `{}` has no material", key.id)))?;
    let header = header(key).ok_or_else(|| Fault::damaged("a key id is not in its form"))?;
    let blob = keys::blob::encrypt(&backing, header, context, plain, ctx.entropy());
    Ok(Blob(blob?))
}

/// Decrypts what one of the key's materials encrypted.
///
/// Observed: any fault of ciphertext or context gets the same error, without text.
pub(crate) fn decrypt(
    ctx: &Ctx<'_>,
    key: &Key,
    context: &EncryptionContext,
    blob: &[u8],
) -> Result<Opened, KmsFailure> {
    let header = BlobHeader::parse(blob).ok_or(KmsError::InvalidCiphertext)?;
    let material_id = types::hex(&header.material_id);
    let backing = unwrap(ctx, key, &material_id)?.ok_or(KmsError::InvalidCiphertext)?;
    match keys::blob::decrypt(&backing, blob, context) {
        Ok(plain) => Ok(Opened { plain, material_id }),
        Err(KeyError::Malformed | KeyError::NotAuthentic) => {
            Err(KmsError::InvalidCiphertext.into())
        }
        Err(other) => Err(other.into()),
    }
}

/// A plaintext and the material that had encrypted it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) plain: SecretBytes,
    pub(crate) material_id: String,
}

/// The key ID in a ciphertext; `None` if it is not one of ours.
pub(crate) fn key_id_of(blob: &[u8]) -> Option<String> {
    let header = BlobHeader::parse(blob)?;
    Some(id::key_id_text(header.key_id, header.multi_region))
}

fn unwrap(ctx: &Ctx<'_>, key: &Key, material_id: &str) -> Result<Option<SecretBytes>, Fault> {
    let (account, region) = (key.account.as_str(), key.region.as_str());
    at_place(ctx.tx(), ctx.keyring(), [account, region, &key.id, material_id])
}

/// The backing key at account, region, key id and material id; `None` if there is none.
fn at_place(
    tx: &Tx<'_>,
    keyring: &Keyring,
    place: [&str; 4],
) -> Result<Option<SecretBytes>, Fault> {
    let Some(row) = MATERIALS.get(tx, keyring, &store::key(place))? else { return Ok(None) };
    let parts = binding(place).map(str::as_bytes);
    let backing = keyring.open(Domain::KmsMaterial, &parts, &row.token.0);
    let [_, _, id, _] = place;
    backing
        .map(Some)
        .map_err(|cause| Fault::key(format_args!("material of key `{id}`")).because(cause))
}

/// The plaintext of a ciphertext of the key with that ARN, to check stored data: there is no
/// caller, no permission check and no event, and the key's state does not matter. `None` if its
/// material was destroyed.
///
/// For a data directory that no server has open.
pub fn open_at_rest(
    tx: &Tx<'_>,
    keyring: &Keyring,
    key_arn: &str,
    blob: &[u8],
    context: &EncryptionContext,
) -> Result<Option<SecretBytes>, Fault> {
    let damaged = |what: &dyn std::fmt::Display| Fault::damaged(format_args!("data key: {what}"));
    let (Some(arn), Some(header)) = (Arn::parse(key_arn), BlobHeader::parse(blob)) else {
        return Err(damaged(&"it is not in its form"));
    };
    let (id, material_id) = (arn.resource().trim_start_matches("key/"), header.material_id);
    let place = [arn.account(), arn.region(), id, &types::hex(&material_id)];
    let Some(backing) = at_place(tx, keyring, place)? else { return Ok(None) };
    keys::blob::decrypt(&backing, blob, context).map(Some).map_err(|cause| damaged(&cause))
}

/// What a token is bound to, by account, region, key ID and material ID: moved to another place it
/// does not open.
fn binding([account, region, id, material_id]: [&str; 4]) -> [&str; 7] {
    ["EKT", account, region, id, material_id, crate::SYMMETRIC_DEFAULT, crate::AWS_KMS]
}

fn header(key: &Key) -> Option<BlobHeader> {
    Some(BlobHeader {
        key_id: id::key_id_bytes(&key.id)?,
        multi_region: key.multi_region,
        material_id: types::hex_decode(&key.material_id)?.try_into().ok()?,
    })
}
