//! `shoseki verify --proof`: verifies a proof of the transparency log, offline.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tlog::{Policy, Proof, Proven, Unproven, VerifierKey, leaf_hash};
use types::Timestamp;

use crate::exit::{Exit, Trouble};
use crate::out::Out;
use crate::prove::{Candidate, candidates, read};
use crate::witness::{log_key, witness_key};

/// The flags of `verify --proof`.
#[derive(Debug, Clone, Args)]
pub(crate) struct OfProof {
    /// Verifies a `.tlog-proof` file of `shoseki prove` instead of a trail, without any server.
    #[arg(
        long,
        value_name = "FILE",
        requires = "event",
        requires = "key",
        conflicts_with_all = ["trail_arn", "start_time", "end_time", "s3_bucket", "account_id", "anchor"]
    )]
    pub(crate) proof: Option<PathBuf>,
    /// The record of the event that the proof is about.
    #[arg(long, value_name = "FILE", requires = "proof")]
    event: Option<PathBuf>,
    /// The verifier key of the log, as `shoseki prove --key` printed it.
    #[arg(long, value_name = "KEY", requires = "proof", value_parser = log_key)]
    key: Option<VerifierKey>,
    /// The verifier key of a witness, as `shoseki witness` printed it; may be repeated.
    #[arg(long, value_name = "KEY", requires = "proof", value_parser = witness_key)]
    witness: Vec<VerifierKey>,
    /// How many of these witnesses must have cosigned [default: all].
    #[arg(long, value_name = "N", requires = "witness")]
    cosignatures_min: Option<usize>,
}

/// Runs the verb.
pub(super) fn run(flags: &OfProof, json: bool) -> Result<Exit, Trouble> {
    let (Some(proof), Some(event), Some(log)) = (&flags.proof, &flags.event, &flags.key) else {
        return Err(Trouble::usage("--proof needs --event and --key"));
    };
    let min = flags.cosignatures_min.unwrap_or(flags.witness.len());
    if min > flags.witness.len() {
        return Err(Trouble::usage("--cosignatures-min exceeds the number of --witness"));
    }
    let (proof, event) = (read(proof)?, read(event)?);
    let policy = Policy { log, witnesses: &flags.witness, cosignatures_min: min };
    let out = Out::new(json);
    match judge(&proof, &event, &policy) {
        Ok((proven, record)) => {
            show(out, log, &proven, &record);
            Ok(Exit::Done)
        }
        Err(why) => {
            out.verdict(&format!("UNPROVEN: {why}"), false);
            out.value(&json!({ "proven": false, "reason": why }));
            Ok(Exit::Findings)
        }
    }
}

/// What the proof proves of the event; otherwise why it proves nothing.
fn judge(proof: &[u8], event: &[u8], policy: &Policy<'_>) -> Result<(Proven, Candidate), String> {
    let proof = str::from_utf8(proof).map_err(|_| "the proof is not text".to_owned())?;
    let proof = Proof::parse(proof).map_err(|error| error.to_string())?;
    let mut why = Unproven::NotIncluded;
    for record in candidates(event) {
        match proof.verify(&leaf_hash(&record.record), policy) {
            Ok(proven) => return Ok((proven, record)),
            Err(other) => why = other,
        }
    }
    Err(why.to_string())
}

fn show(out: Out, log: &VerifierKey, proven: &Proven, record: &Candidate) {
    let (name, id) = (log.name(), record.event_id());
    let (number, size) = (proven.index.saturating_add(1), proven.size);
    out.verdict(&format!("PROVEN: event {id} is entry {number} of {size} of the log {name}"), true);
    let time = |secs: u64| Timestamp::from_secs(secs).iso();
    for (witness, secs) in &proven.cosigned {
        out.text(&format!("cosigned by {witness} at {}", time(*secs)));
    }
    let cosigned = proven.cosigned.iter();
    let cosigned: Vec<_> =
        cosigned.map(|(name, secs)| json!({ "witness": name, "time": time(*secs) })).collect();
    out.value(&json!({
        "proven": true, "eventID": id, "log": name, "index": proven.index, "size": size,
        "cosigned": cosigned,
    }));
}
