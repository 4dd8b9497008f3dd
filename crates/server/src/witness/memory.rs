//! What a witness keeps: its key, and the last checkpoint of each log.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use keys::ed25519::SigningKey;
use keys::{SecretBytes, sha256};
use tlog::{Head, Purpose, SignedCheckpoint, Signer};
use types::{Entropy, hex, hex_decode};
use zeroize::Zeroizing;

use crate::modes::refuse_loose_key;
use crate::sealing::write_private;

/// The private key: two lines, a name and a seed in hexadecimal digits.
const KEY_FILE: &str = "witness-key";
/// How the names of the checkpoints' files end.
const ENDING: &str = ".checkpoint";

/// The folder of a witness, which no other process has open.
#[derive(Debug)]
pub(super) struct Memory {
    folder: PathBuf,
    heads: BTreeMap<String, Head>,
    _alone: File,
}

impl Memory {
    /// Opens or creates the folder, and reads all checkpoints.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let alone = File::open(folder)?;
        match alone.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another process has it open"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut heads = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if !path.to_string_lossy().ends_with(ENDING) {
                continue;
            }
            let damaged = |what: &str| {
                let path = path.display();
                // Without its memory it would cosign what contradicts what it cosigned.
                io::Error::other(format!("`{path}` {what}: restore it, or begin with a new key"))
            };
            let text = fs::read_to_string(&path)?;
            let signed = SignedCheckpoint::parse(&text).map_err(|_| damaged("is damaged"))?;
            let checkpoint = signed.checkpoint;
            if path != file(folder, &checkpoint.origin) {
                return Err(damaged("has the checkpoint of another log"));
            }
            heads.insert(checkpoint.origin, checkpoint.head);
        }
        Ok(Self { folder: folder.to_owned(), heads, _alone: alone })
    }

    /// The witness's key, or a new one of this name, which is durable afterwards.
    pub(super) fn signer(&self, name: Option<&str>, entropy: &Entropy) -> io::Result<Signer> {
        let path = self.folder.join(KEY_FILE);
        let unusable = |what: &dyn std::fmt::Display| {
            io::Error::other(format!("`{}`: {what}", path.display()))
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == ErrorKind::NotFound && self.heads.is_empty() => {
                let key = SigningKey::generate(entropy).map_err(|error| unusable(&error))?;
                let made: String = hex(&sha256(&key.public())).chars().take(16).collect();
                let name = name.map_or_else(|| format!("witness/{made}"), str::to_owned);
                let seed = Zeroizing::new(hex(key.seed().as_bytes()));
                let signer = Signer::new(&name, Purpose::Witness, key);
                let signer = signer.map_err(|error| unusable(&error))?;
                let text = Zeroizing::new(format!("{name}\n{}\n", *seed));
                write_private(&path, text.as_bytes())?;
                return Ok(signer);
            }
            Err(error) => return Err(unusable(&error)),
        };
        refuse_loose_key(&path).map_err(|what| unusable(&what))?;
        let lines: Vec<&str> = text.lines().collect();
        let [kept, seed] = lines.as_slice() else { return Err(unusable(&"it is damaged")) };
        if name.is_some_and(|name| name != *kept) {
            return Err(unusable(&format_args!("its key is called `{kept}`")));
        }
        let seed = hex_decode(seed).ok_or_else(|| unusable(&"it is damaged"))?;
        let key = SigningKey::from_seed(SecretBytes::new(seed));
        let key = key.map_err(|error| unusable(&error))?;
        Signer::new(kept, Purpose::Witness, key).map_err(|error| unusable(&error))
    }

    /// The last head of a log that was cosigned.
    pub(super) fn last(&self, origin: &str) -> Option<Head> {
        self.heads.get(origin).copied()
    }

    /// Remembers a checkpoint; it is durable afterwards.
    pub(super) fn keep(&mut self, signed: &SignedCheckpoint) -> io::Result<()> {
        let (origin, head) = (&signed.checkpoint.origin, signed.checkpoint.head);
        write_private(&file(&self.folder, origin), signed.note.to_string().as_bytes())?;
        self.heads.insert(origin.clone(), head);
        Ok(())
    }
}

/// Origins are text of others, and no names of files.
fn file(folder: &Path, origin: &str) -> PathBuf {
    let name = sha256(origin.as_bytes());
    folder.join(format!("{}{ENDING}", hex(&name)))
}

#[cfg(test)]
mod tests {
    use tlog::{Checkpoint, leaf_hash};

    use super::*;

    fn signed(origin: &str, size: u64) -> SignedCheckpoint {
        let key = SigningKey::from_seed(SecretBytes::new(vec![1; 32])).unwrap();
        let head = Head { size, root: leaf_hash(&size.to_be_bytes()) };
        let checkpoint = Checkpoint { origin: origin.to_owned(), head };
        let signer = Signer::new(origin, Purpose::Log, key).unwrap();
        let note = signer.note(checkpoint.to_string(), 0).unwrap();
        SignedCheckpoint { checkpoint, note }
    }

    /// Key and heads outlive the process; two processes do not share them.
    #[test]
    fn a_witness_remembers() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("witness");
        let mut memory = Memory::open(&folder).unwrap();
        assert!(Memory::open(&folder).unwrap_err().to_string().contains("another process"));
        let entropy = Entropy::seeded(1);
        let key = memory.signer(Some("w.example"), &entropy).unwrap().verifier().clone();
        memory.keep(&signed("../a", 5)).unwrap();
        memory.keep(&signed("b", 7)).unwrap();
        memory.keep(&signed("../a", 6)).unwrap();
        drop(memory);
        let memory = Memory::open(&folder).unwrap();
        let size = |origin| memory.last(origin).map(|head| head.size);
        assert_eq!((size("../a"), size("b"), size("c")), (Some(6), Some(7), None));
        assert_eq!(memory.signer(None, &entropy).unwrap().verifier(), &key);
        assert!(memory.signer(Some("other"), &entropy).is_err());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing beside the folder");
    }

    /// A witness without its memory, or without its key, does not start as a new one.
    #[test]
    fn damage_is_not_overlooked() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = Memory::open(folder.path()).unwrap();
        memory.signer(None, &Entropy::seeded(1)).unwrap();
        memory.keep(&signed("a", 5)).unwrap();
        drop(memory);
        fs::rename(folder.path().join(KEY_FILE), folder.path().join("elsewhere")).unwrap();
        let memory = Memory::open(folder.path()).unwrap();
        assert!(memory.signer(None, &Entropy::seeded(1)).is_err(), "the key is gone");
        drop(memory);
        let path = file(folder.path(), "a");
        fs::rename(&path, file(folder.path(), "b")).unwrap();
        assert!(Memory::open(folder.path()).is_err(), "of another log");
        fs::rename(file(folder.path(), "b"), &path).unwrap();
        fs::write(&path, "a\n5\n").unwrap();
        assert!(Memory::open(folder.path()).is_err(), "cut short");
    }
}
