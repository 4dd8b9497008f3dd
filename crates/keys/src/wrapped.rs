use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use types::Entropy;

use crate::derive::derive;
use crate::gcm::{Gcm, IV_BYTES};
use crate::{KeyError, RootKey, SecretBytes};

/// The version of the stored form that this program writes and reads.
pub(crate) const KEYRING_VERSION: u32 = 1;

/// More epochs than centuries of weekly ones; a longer list is not ours.
const EPOCHS_MAX: usize = 10_000;

/// A keyring as the store saves it: each key encrypted under the root key. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedKeyring {
    /// The version of this form.
    version: u32,
    /// Identifies the root key without revealing anything about it.
    root_key_id: String,
    /// The key of authentication codes, which outlives epochs.
    mac_key: Wrap,
    /// The epochs' keys, the oldest first, each number once.
    epochs: Vec<WrappedEpoch>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrappedEpoch {
    epoch: u32,
    key: Wrap,
}

/// Initialization vector, ciphertext, tag; base64 in text.
#[derive(Clone, PartialEq, Eq)]
struct Wrap(Vec<u8>);

/// Identifies the key in a wrap, so that two wraps cannot be swapped.
#[derive(Clone, Copy)]
enum Slot {
    Mac,
    Epoch(u32),
}

/// The keys of a keyring in the clear.
pub(crate) struct Unwrapped {
    pub(crate) mac_key: SecretBytes,
    pub(crate) epochs: Vec<(u32, SecretBytes)>,
}

impl WrappedKeyring {
    /// Wraps all keys under `root`.
    pub(crate) fn wrap(
        root: &RootKey,
        keys: &Unwrapped,
        entropy: &Entropy,
    ) -> Result<Self, KeyError> {
        let mut wrapped = Self {
            version: KEYRING_VERSION,
            root_key_id: root.id()?,
            mac_key: Wrap::seal(root, Slot::Mac, &keys.mac_key, entropy)?,
            epochs: Vec::with_capacity(keys.epochs.len()),
        };
        for (epoch, key) in &keys.epochs {
            wrapped.add_epoch(root, *epoch, key, entropy)?;
        }
        Ok(wrapped)
    }

    /// Opens all wraps.
    ///
    /// Errors: `WrongRootKey` if another root key wrapped them, `NotAuthentic` if this one did
    /// but a wrap was changed, `Malformed` for a form or an order of epochs unknown here.
    pub(crate) fn unwrap(&self, root: &RootKey) -> Result<Unwrapped, KeyError> {
        self.check_form()?;
        self.check_root(root)?;
        let mac_key = self.mac_key.open(root, Slot::Mac)?;
        let mut epochs = Vec::with_capacity(self.epochs.len());
        for WrappedEpoch { epoch, key } in &self.epochs {
            epochs.push((*epoch, key.open(root, Slot::Epoch(*epoch))?));
        }
        Ok(Unwrapped { mac_key, epochs })
    }

    /// The same keys under another root key: for a new sealer, or after a suspicion.
    ///
    /// Nothing that the keyring sealed has to be sealed again.
    pub fn rewrap(
        &self,
        from: &RootKey,
        to: &RootKey,
        entropy: &Entropy,
    ) -> Result<Self, KeyError> {
        Self::wrap(to, &self.unwrap(from)?, entropy)
    }

    /// `WrongRootKey` unless this is the root key that wrapped everything here.
    pub(crate) fn check_root(&self, root: &RootKey) -> Result<(), KeyError> {
        if self.root_key_id == root.id()? { Ok(()) } else { Err(KeyError::WrongRootKey) }
    }

    pub(crate) fn add_epoch(
        &mut self,
        root: &RootKey,
        epoch: u32,
        key: &SecretBytes,
        entropy: &Entropy,
    ) -> Result<(), KeyError> {
        if self.epochs.len() >= EPOCHS_MAX {
            return Err(KeyError::TooLong);
        }
        let key = Wrap::seal(root, Slot::Epoch(epoch), key, entropy)?;
        self.epochs.push(WrappedEpoch { epoch, key });
        Ok(())
    }

    pub(crate) fn remove_epochs_before(&mut self, epoch: u32) {
        self.epochs.retain(|one| one.epoch >= epoch);
    }

    fn check_form(&self) -> Result<(), KeyError> {
        let in_order = self.epochs.is_sorted_by(|one, next| one.epoch < next.epoch);
        let counted = !self.epochs.is_empty() && self.epochs.len() <= EPOCHS_MAX;
        if self.version == KEYRING_VERSION && in_order && counted {
            Ok(())
        } else {
            Err(KeyError::Malformed)
        }
    }
}

impl Slot {
    fn label(self) -> &'static str {
        match self {
            Self::Mac => "shoseki wrap mac key",
            Self::Epoch(_) => "shoseki wrap domain key",
        }
    }

    /// The epoch's number; nothing for the one key that has none.
    fn context(self) -> Vec<u8> {
        match self {
            Self::Mac => Vec::new(),
            Self::Epoch(epoch) => epoch.to_be_bytes().to_vec(),
        }
    }

    fn gcm(self, root: &RootKey) -> Result<Gcm, KeyError> {
        Gcm::new(derive(root.as_bytes(), self.label(), &self.context())?.as_bytes())
    }

    fn aad(self) -> Vec<u8> {
        let version = KEYRING_VERSION.to_be_bytes();
        [self.label().as_bytes(), &version, &self.context()].concat()
    }
}

impl Wrap {
    fn seal(
        root: &RootKey,
        slot: Slot,
        key: &SecretBytes,
        entropy: &Entropy,
    ) -> Result<Self, KeyError> {
        let iv = entropy.bytes::<IV_BYTES>()?;
        let mut bytes = iv.to_vec();
        slot.gcm(root)?.seal(iv, &slot.aad(), key.as_bytes(), &mut bytes)?;
        Ok(Self(bytes))
    }

    fn open(&self, root: &RootKey, slot: Slot) -> Result<SecretBytes, KeyError> {
        let (iv, sealed) = self.0.split_first_chunk().ok_or(KeyError::Malformed)?;
        slot.gcm(root)?.open(*iv, &slot.aad(), sealed)
    }
}

impl fmt::Debug for Wrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wrap")
    }
}

impl Serialize for Wrap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Wrap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
