//! What a log and a witness send to each other, and what the witness decides.
//!
//! Source: <https://c2sp.org/tlog-witness>, `add-checkpoint`.

use crate::{Hash, Head, Note, SignedCheckpoint, TlogError, VerifierKey, line};

/// The path of the call, below a witness's URL.
pub const ADD_CHECKPOINT: &str = "/add-checkpoint";
/// The media type of a size, in the answer to a request that names another one.
pub const SIZE_TYPE: &str = "text/x.tlog.size";
/// Hashes of a consistency proof at most. Source: the specification.
const PROOF_LEN_MAX: usize = 63;

/// A request to cosign a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The size of the last checkpoint that the witness cosigned, as far as the log is aware.
    pub old_size: u64,
    /// That the tree of the checkpoint extends the one of `old_size`.
    pub proof: Vec<Hash>,
    /// The checkpoint.
    pub signed: SignedCheckpoint,
}

impl Request {
    /// Parses the body of a request.
    pub fn parse(body: &str) -> Result<Self, TlogError> {
        let (head, note) = line::sections(body)?;
        let mut lines = line::lines(head)?;
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old_size = line::number(old.ok_or(TlogError::Malformed("no `old` line"))?)?;
        let proof: Vec<Hash> = lines.map(line::hash).collect::<Result<_, _>>()?;
        if proof.len() > PROOF_LEN_MAX {
            return Err(TlogError::Malformed("the consistency proof is too long"));
        }
        Ok(Self { old_size, proof, signed: SignedCheckpoint::parse(note)? })
    }

    /// The body of a request.
    pub fn body(&self) -> String {
        body(self.old_size, &self.proof, &self.signed.note)
    }
}

fn body(old_size: u64, proof: &[Hash], note: &Note) -> String {
    let proof: Vec<String> = proof.iter().map(|hash| line::print_hash(hash) + "\n").collect();
    format!("old {old_size}\n{}\n{note}", proof.concat())
}

/// The size that a witness answers with.
pub fn parse_size(body: &str) -> Result<u64, TlogError> {
    line::number(body.strip_suffix('\n').unwrap_or(body))
}

/// What a witness does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Stores the head durably, and only then cosigns it.
    Cosign(Head),
    /// 400: the request contradicts itself.
    Contradiction,
    /// 403: the log did not sign it.
    Unsigned,
    /// 404: it is not a witness of this log.
    UnknownLog,
    /// 409: its last checkpoint has another size, or the same size and another root.
    Conflict {
        /// The size of its last checkpoint.
        size: u64,
    },
    /// 422: the checkpoint does not extend the last one.
    Inconsistent,
}

impl Verdict {
    /// Decides, in the order of the specification. `logs` are the keys of the logs that the witness
    /// serves, `last` is the last head that it cosigned of a log.
    ///
    /// The decision and the storing of the new head must be one step.
    pub fn on(
        request: &Request,
        logs: &[VerifierKey],
        last: impl FnOnce(&str) -> Option<Head>,
    ) -> Self {
        let (origin, head) = (&request.signed.checkpoint.origin, request.signed.checkpoint.head);
        let mut known = logs.iter().filter(|log| log.name() == origin).peekable();
        if known.peek().is_none() {
            return Self::UnknownLog;
        }
        if !known.any(|log| request.signed.is_of(log)) {
            return Self::Unsigned;
        }
        if request.old_size > head.size {
            return Self::Contradiction;
        }
        let last = last(origin);
        let size = last.map_or(0, |last| last.size);
        if request.old_size != size {
            return Self::Conflict { size };
        }
        match last {
            Some(last) if last.size == head.size && last.root != head.root => {
                Self::Conflict { size }
            }
            Some(last) if !head.extends(&last, &request.proof) => Self::Inconsistent,
            None if !request.proof.is_empty() => Self::Inconsistent,
            Some(_) | None => Self::Cosign(head),
        }
    }

    /// The status of the HTTP response.
    pub fn status(self) -> u16 {
        match self {
            Self::Cosign(_) => 200,
            Self::Contradiction => 400,
            Self::Unsigned => 403,
            Self::UnknownLog => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent => 422,
        }
    }
}

#[cfg(test)]
mod tests;
