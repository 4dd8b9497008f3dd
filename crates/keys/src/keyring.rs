use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::hmac;
use types::Entropy;
use zeroize::Zeroize;

use crate::derive::{KEY_BYTES, derive};
use crate::domain::PerDomain;
use crate::ed25519::SigningKey;
use crate::gcm::{Gcm, IV_BYTES};
use crate::rows::{self, ROWS_LABEL, RowsKey};
use crate::stretch::{LOG_LABEL, Stretch, StretchKey};
use crate::wrapped::Unwrapped;
use crate::{Domain, KeyError, RootKey, SecretBytes, WrappedKeyring, encoding, random_secret};

/// The first byte of everything a keyring seals.
const SEALED_VERSION: u8 = 1;
/// The first epoch of a new keyring.
const FIRST_EPOCH: u32 = 1;
/// Version, epoch, initialization vector.
const HEADER_BYTES: usize = 1 + 4 + IV_BYTES;

/// The keys between the root key and everything that rests in the store.
///
/// Each epoch has one random key, from which a key per [`Domain`] is derived. New values are sealed
/// under the newest epoch; old ones can be opened as long as their epoch exists. Authentication
/// codes have a separate random key that does not change with epochs, so they remain comparable.
///
/// Initialization vectors are random, which is sound for 2^32 seals per domain and epoch
/// (SP 800-38D, section 8.3): start a new epoch long before.
///
/// A sealed value is `version (1) | epoch (4) | iv (12) | ciphertext | tag (16)`.
pub struct Keyring {
    wrapped: WrappedKeyring,
    current: u32,
    // INVARIANT: has the key `current`, and the same keys as `wrapped`.
    epochs: BTreeMap<u32, EpochKeys>,
    macs: PerDomain<hmac::Key>,
}

/// What is derived from the key of one epoch.
struct EpochKeys {
    domains: PerDomain<Gcm>,
    /// The parent of the keys of the log's stretches.
    log: SecretBytes,
    rows: RowsKey,
}

impl Keyring {
    /// A new keyring, and the form of it that the store must save.
    pub fn create(root: &RootKey, entropy: &Entropy) -> Result<(Self, WrappedKeyring), KeyError> {
        let keys = Unwrapped {
            mac_key: random_secret(entropy, KEY_BYTES)?,
            epochs: vec![(FIRST_EPOCH, random_secret(entropy, KEY_BYTES)?)],
        };
        let wrapped = WrappedKeyring::wrap(root, &keys, entropy)?;
        Ok((Self::new(wrapped.clone(), &keys)?, wrapped))
    }

    /// The keyring that the store saved.
    ///
    /// Errors: `WrongRootKey` if another root key wrapped it; `NotAuthentic` if it was changed
    /// since; `Malformed` if it is of a version unknown here.
    pub fn unlock(root: &RootKey, wrapped: &WrappedKeyring) -> Result<Self, KeyError> {
        Self::new(wrapped.clone(), &wrapped.unwrap(root)?)
    }

    /// Encrypts `plain` for `domain`, bound to `aad`: it opens with equal parts only.
    pub fn seal(
        &self,
        domain: Domain,
        aad: &[&[u8]],
        plain: &[u8],
        entropy: &Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let iv = entropy.bytes::<IV_BYTES>()?;
        let mut sealed = vec![SEALED_VERSION];
        sealed.extend_from_slice(&self.current.to_be_bytes());
        sealed.extend_from_slice(&iv);
        let aad = full_aad(&sealed, aad)?;
        self.gcm(self.current, domain)?.seal(iv, &aad, plain, &mut sealed)?;
        Ok(sealed)
    }

    /// The plaintext of what [`Keyring::seal`] returned for the same domain and the same `aad`.
    pub fn open(
        &self,
        domain: Domain,
        aad: &[&[u8]],
        sealed: &[u8],
    ) -> Result<SecretBytes, KeyError> {
        let (epoch, iv) = header(sealed).ok_or(KeyError::Malformed)?;
        let (head, body) = sealed.split_at_checked(HEADER_BYTES).ok_or(KeyError::Malformed)?;
        self.gcm(epoch, domain)?.open(iv, &full_aad(head, aad)?, body)
    }

    /// Encrypts a row at rest, bound to its `place`: it opens there only.
    pub fn seal_row(
        &self,
        place: &[u8],
        row: &[u8],
        entropy: &Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        self.epoch(self.current)?.rows.seal(self.current, place, row, entropy)
    }

    /// The row that [`Keyring::seal_row`] sealed for the same place.
    ///
    /// Errors: `NotAuthentic` if it or its place was changed; `Malformed` if it is too short;
    /// `UnknownEpoch` if its epoch was destroyed.
    pub fn open_row(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (epoch, rest) = rows::split_epoch(sealed)?;
        self.epoch(epoch)?.rows.open(place, rest)
    }

    /// The authentication code of `parts` for `domain`; the same in every epoch.
    ///
    /// Compare codes with [`equal_in_constant_time`](crate::equal_in_constant_time).
    pub fn mac(&self, domain: Domain, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(self.macs.of(domain));
        for part in parts {
            // A slice is never longer than 2^64 bytes.
            let len = u64::try_from(part.len()).unwrap_or(u64::MAX);
            context.update(&len.to_be_bytes());
            context.update(part);
        }
        let mut code = [0; 32];
        for (to, from) in code.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        code
    }

    /// The key that signs the checkpoints of the transparency log number `generation`; the same in
    /// every epoch.
    pub fn checkpoint_key(&self, generation: u32) -> Result<SigningKey, KeyError> {
        let mut seed = self.mac(Domain::CheckpointKey, &[&generation.to_be_bytes()]);
        let key = SigningKey::from_seed(SecretBytes::new(seed.to_vec()));
        seed.zeroize();
        key
    }

    /// Starts a new epoch. The store must save the returned form before anything else is sealed.
    pub fn new_epoch(
        &mut self,
        root: &RootKey,
        entropy: &Entropy,
    ) -> Result<WrappedKeyring, KeyError> {
        self.wrapped.check_root(root)?;
        let epoch = self.current.checked_add(1).ok_or(KeyError::TooLong)?;
        let key = random_secret(entropy, KEY_BYTES)?;
        let keys = EpochKeys::derived_from(&key)?;
        self.wrapped.add_epoch(root, epoch, &key, entropy)?;
        self.epochs.insert(epoch, keys);
        self.current = epoch;
        Ok(self.wrapped.clone())
    }

    /// Destroys the epochs older than `epoch`, but never the current one: values still sealed under
    /// them are lost. This puts deleted keys beyond the reach of backups.
    ///
    /// First seal again what must be kept, and replace the old form with the result.
    pub fn destroy_epochs_before(&mut self, epoch: u32) -> WrappedKeyring {
        let oldest = epoch.min(self.current);
        self.wrapped.remove_epochs_before(oldest);
        self.epochs.retain(|epoch, _| *epoch >= oldest);
        self.wrapped.clone()
    }

    /// The epoch under which values are sealed now.
    pub fn current_epoch(&self) -> u32 {
        self.current
    }

    /// The key of the stretch that an epoch and a random `salt` name.
    ///
    /// Errors: `UnknownEpoch` if the epoch does not exist, for example because it was destroyed.
    pub fn stretch_key(
        &self,
        stretch: Stretch,
        epoch: u32,
        salt: &[u8; 16],
    ) -> Result<StretchKey, KeyError> {
        StretchKey::new(&self.epoch(epoch)?.log, stretch, salt)
    }

    /// The epoch under which something was sealed; `None` if no keyring sealed it.
    pub fn epoch_of(sealed: &[u8]) -> Option<u32> {
        header(sealed).map(|(epoch, _)| epoch)
    }

    fn new(wrapped: WrappedKeyring, keys: &Unwrapped) -> Result<Self, KeyError> {
        let mut epochs = BTreeMap::new();
        for (epoch, key) in &keys.epochs {
            epochs.insert(*epoch, EpochKeys::derived_from(key)?);
        }
        let current = epochs.last_key_value().map(|(epoch, _)| *epoch);
        let macs = PerDomain::try_from_fn(|domain| {
            let key = derive(keys.mac_key.as_bytes(), domain.label(), &[])?;
            Ok::<_, KeyError>(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))
        })?;
        Ok(Self { wrapped, current: current.ok_or(KeyError::Malformed)?, epochs, macs })
    }

    fn gcm(&self, epoch: u32, domain: Domain) -> Result<&Gcm, KeyError> {
        Ok(self.epoch(epoch)?.domains.of(domain))
    }

    fn epoch(&self, epoch: u32) -> Result<&EpochKeys, KeyError> {
        self.epochs.get(&epoch).ok_or(KeyError::UnknownEpoch(epoch))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("current_epoch", &self.current).finish_non_exhaustive()
    }
}

impl EpochKeys {
    fn derived_from(epoch_key: &SecretBytes) -> Result<Self, KeyError> {
        let domains = PerDomain::try_from_fn(|domain| {
            Gcm::new(derive(epoch_key.as_bytes(), domain.label(), &[])?.as_bytes())
        })?;
        let log = derive(epoch_key.as_bytes(), LOG_LABEL, &[])?;
        let rows = RowsKey::new(derive(epoch_key.as_bytes(), ROWS_LABEL, &[])?.as_bytes())?;
        Ok(Self { domains, log, rows })
    }
}

/// The header is authenticated too.
fn full_aad(header: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, KeyError> {
    Ok([header, &encoding::length_prefixed(parts)?].concat())
}

fn header(sealed: &[u8]) -> Option<(u32, [u8; IV_BYTES])> {
    let (&version, rest) = sealed.split_first()?;
    let (epoch, rest) = rest.split_first_chunk()?;
    let (iv, _) = rest.split_first_chunk()?;
    (version == SEALED_VERSION).then_some((u32::from_be_bytes(*epoch), *iv))
}

#[cfg(test)]
mod tests;
