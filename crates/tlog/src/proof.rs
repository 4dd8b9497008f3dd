use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Hash, NOTE_BYTES_MAX, SignedCheckpoint, TlogError, VerifierKey, line};

/// The first line of a proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Hashes between a leaf and the root at most.
const HASHES_MAX: usize = 64;
/// Bytes of a proof at most: its checkpoint, its hashes, and extra data that others may add.
const PROOF_BYTES_MAX: usize = 2 * NOTE_BYTES_MAX;

/// That a leaf is part of a log, verified without the log.
///
/// Its text form is a `.tlog-proof` file. Source: <https://c2sp.org/tlog-proof>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The leaf's place in the log, from 0.
    pub index: u64,
    /// The hashes between the leaf and the root, from the bottom up.
    pub hashes: Vec<Hash>,
    /// The head of the log.
    pub signed: SignedCheckpoint,
}

/// What a verifier trusts.
#[derive(Debug, Clone)]
pub struct Policy<'p> {
    /// The log.
    pub log: &'p VerifierKey,
    /// The witnesses.
    pub witnesses: &'p [VerifierKey],
    /// How many of the witnesses must have cosigned.
    pub cosignatures_min: usize,
}

/// What a proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The leaf's place in the log, from 0.
    pub index: u64,
    /// How many leaves the log had.
    pub size: u64,
    /// The names of the witnesses that cosigned, each with its time in seconds since 1970.
    pub cosigned: Vec<(String, u64)>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unproven {
    /// The log did not sign the checkpoint: another key, or a change.
    NotOfTheLog,
    /// Too few of the witnesses cosigned.
    TooFewCosignatures {
        /// How many did.
        found: usize,
        /// How many must.
        wanted: usize,
    },
    /// The hashes do not lead from the leaf to the root: another leaf, or a change.
    NotIncluded,
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOfTheLog => f.write_str("the log's key did not sign the checkpoint"),
            Self::TooFewCosignatures { found, wanted } => {
                write!(f, "{found} of the witnesses cosigned, and {wanted} must")
            }
            Self::NotIncluded => f.write_str("the proof is not one of this event"),
        }
    }
}

impl Proof {
    /// Parses a proof; extra data is skipped, because it proves nothing.
    pub fn parse(text: &str) -> Result<Self, TlogError> {
        if text.len() > PROOF_BYTES_MAX {
            return Err(TlogError::Malformed("the proof is too long"));
        }
        let (head, note) = line::sections(text)?;
        let mut lines = line::lines(head)?.peekable();
        if lines.next() != Some(HEADER) {
            return Err(TlogError::Malformed("not a proof of version 1"));
        }
        if let Some(extra) = lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            let extra = STANDARD.decode(extra);
            extra.map_err(|_| TlogError::Malformed("extra data is not base64"))?;
            lines.next();
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = line::number(index.ok_or(TlogError::Malformed("no `index` line"))?)?;
        let hashes: Vec<Hash> = lines.map(line::hash).collect::<Result<_, _>>()?;
        if hashes.len() > HASHES_MAX {
            return Err(TlogError::Malformed("the proof has too many hashes"));
        }
        Ok(Self { index, hashes, signed: SignedCheckpoint::parse(note)? })
    }

    /// Verifies that a leaf is part of a log, and that the witnesses saw its head.
    pub fn verify(&self, leaf: &Hash, policy: &Policy<'_>) -> Result<Proven, Unproven> {
        let Policy { log, witnesses, cosignatures_min } = *policy;
        if !self.signed.is_of(log) {
            return Err(Unproven::NotOfTheLog);
        }
        let mut cosigned = Vec::new();
        for witness in witnesses {
            if let Some(time) = witness.cosigned_at(&self.signed.note)
                && cosigned.iter().all(|(name, _)| name != witness.name())
            {
                cosigned.push((witness.name().to_owned(), time));
            }
        }
        if cosigned.len() < cosignatures_min {
            let (found, wanted) = (cosigned.len(), cosignatures_min);
            return Err(Unproven::TooFewCosignatures { found, wanted });
        }
        let head = self.signed.checkpoint.head;
        if !head.includes(leaf, self.index, &self.hashes) {
            return Err(Unproven::NotIncluded);
        }
        Ok(Proven { index: self.index, size: head.size, cosigned })
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nindex {}", self.index)?;
        self.hashes.iter().try_for_each(|one| writeln!(f, "{}", line::print_hash(one)))?;
        write!(f, "\n{}", self.signed.note)
    }
}

#[cfg(test)]
mod tests;
