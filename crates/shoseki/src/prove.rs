//! `shoseki prove`: proves that an event is part of a server's transparency log.
//!
//! The proof is computed here, from the public checkpoint and tiles, or from those of the data
//! directory of a stopped server. The event's place is found by
//! its hash, the newest tiles first: it reveals no more than that to any client.

mod event;
mod search;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use server::{Config, StoppedLog};
use tlog::{Policy, Proof, Reader, SignedCheckpoint, VerifierKey, leaf_hash};
use tokio::runtime::Runtime;

use crate::client::Endpoint;
use crate::exit::{Exit, Trouble};
use crate::out::{self, Out};
use crate::reach::Reach;
use crate::serve::{Sealing, runtime};
pub(crate) use event::{Candidate, candidates};
use search::Log;

/// The flags of `prove`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Prove {
    /// The `eventID` of a management event of the last 90 days.
    #[arg(required_unless_present_any = ["event", "key"])]
    event_id: Option<String>,
    /// A file with the record of any event, instead of its ID; needs no credentials.
    #[arg(long, value_name = "FILE", conflicts_with = "event_id")]
    event: Option<PathBuf>,
    /// Prints the verifier key of the log. Take it from the machine of the server, once.
    #[arg(long, conflicts_with_all = ["event_id", "event"])]
    key: bool,
    /// Where to write the proof [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where to write the event's record, which `verify` needs beside the proof.
    #[arg(long, value_name = "FILE", requires = "event_id")]
    save_event: Option<PathBuf>,
    /// The region of the event.
    #[arg(long, env = "AWS_REGION", default_value = "ap-northeast-1")]
    region: String,
    /// Reads the data directory (`--data-dir`) of a stopped server instead of asking a running one.
    /// Needs the root key; finds events of any kind by their IDs.
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    sealing: Sealing,
    #[command(flatten)]
    reach: Reach,
}

const EXAMPLES: &str = "\
Examples:
  shoseki prove --key > log.key
  shoseki prove 7e8f26fc-1800-4527-9b94-ddf84cb024e5 -o e.tlog-proof --save-event e.json
  shoseki prove --event record.json -o e.tlog-proof
  shoseki prove EVENT_ID --offline --data-dir /srv/shoseki -o e.tlog-proof --save-event e.json
  shoseki verify --proof e.tlog-proof --event e.json --key \"$(cat log.key)\"

Exit codes:
  0 the proof was written, 1 no such event, or it is not in the published checkpoint yet,
  3 denied, 4 the server is unreachable, or running where it must be stopped, or has no log yet";

/// Runs the verb.
pub(crate) fn run(verb: &Prove) -> Result<Exit, Trouble> {
    let (runtime, endpoint): (_, Endpoint) = (runtime()?, verb.reach.endpoint()?);
    let mut log = if verb.offline {
        Log::Stopped(Box::new(StoppedLog::open(&verb.config()?)?))
    } else {
        Log::served(runtime.handle(), &endpoint)
    };
    let proved = write_proof(verb, &runtime, &mut log);
    if let Log::Stopped(log) = log {
        log.close();
    }
    proved
}

fn write_proof(verb: &Prove, runtime: &Runtime, log: &mut Log<'_>) -> Result<Exit, Trouble> {
    let key = log.key()?;
    if verb.key {
        out::plain(&format!("{key}\n"));
        return Ok(Exit::Done);
    }
    let records = match (&verb.event, &verb.event_id) {
        (Some(path), _) => candidates(&read(path)?),
        (None, Some(id)) => vec![record(verb, runtime, log, id)?],
        (None, None) => return Err(Trouble::usage("name an event")),
    };
    let (proof, record) = prove(log, &key, records)?;
    if let Some(path) = &verb.save_event {
        write(path, &record.record)?;
    }
    match &verb.output {
        None => out::plain(&proof.to_string()),
        Some(path) => {
            write(path, proof.to_string().as_bytes())?;
            let size = proof.signed.checkpoint.head.size;
            let cosignatures = proof.signed.note.signatures.len().saturating_sub(1);
            let number = proof.index.saturating_add(1);
            Out::new(false).text(&format!(
                "entry {number} of {size}, {cosignatures} cosignatures: {}",
                path.display()
            ));
        }
    }
    Ok(Exit::Done)
}

impl Prove {
    fn config(&self) -> Result<Config, Trouble> {
        let mut config = Config::default();
        if let Some(folder) = self.reach.data_dir() {
            folder.clone_into(&mut config.data_dir);
        }
        self.sealing.apply(&mut config)?;
        Ok(config)
    }
}

/// The record of the event with this ID.
fn record(verb: &Prove, runtime: &Runtime, log: &Log<'_>, id: &str) -> Result<Candidate, Trouble> {
    match log {
        Log::Served(_) => event::of_history(&verb.reach.client(runtime, &verb.region)?, id),
        Log::Stopped(log) => {
            let none = format!("the data directory has no event `{id}`, or it has expired");
            let record = log.record(id)?;
            record.map(Candidate::of).ok_or_else(|| Trouble::new(Exit::Findings, none))
        }
    }
}

/// The proof of the first of these records that is in the log.
fn prove(
    log: &mut Log<'_>,
    key: &VerifierKey,
    records: Vec<Candidate>,
) -> Result<(Proof, Candidate), Trouble> {
    let signed: SignedCheckpoint = log.checkpoint()?;
    if !signed.is_of(key) {
        return Err(Trouble::unreachable("the log's key did not sign its checkpoint"));
    }
    let size = signed.checkpoint.head.size;
    let leaves: Vec<_> = records.iter().map(|one| leaf_hash(&one.record)).collect();
    let Some((index, which)) = log.find(size, &leaves)? else {
        return Err(Trouble::new(
            Exit::Findings,
            format_args!(
                "the event is not among the {size} of the published checkpoint: a new event is \
                 there after some seconds, and a record must be the bytes that were recorded"
            ),
        ));
    };
    let mut read = |tile| log.tile(tile);
    let hashes = Reader::new(size, &mut read).inclusion(index)?;
    let proof = Proof { index, hashes, signed };
    let found = records.into_iter().zip(leaves).nth(which);
    let (record, leaf) = found.ok_or_else(|| Trouble::usage("the file contains no record"))?;
    let policy = Policy { log: key, witnesses: &[], cosignatures_min: 0 };
    // Tiles and checkpoint come from the server, and may contradict each other.
    proof.verify(&leaf, &policy).map_err(|why| {
        Trouble::unreachable(format_args!("the server's tiles do not match its checkpoint: {why}"))
    })?;
    Ok((proof, record))
}

/// Reads a file of a user.
pub(crate) fn read(path: &std::path::Path) -> Result<Vec<u8>, Trouble> {
    fs::read(path).map_err(|error| Trouble::usage(format_args!("`{}`: {error}", path.display())))
}

fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), Trouble> {
    let written = fs::write(path, bytes);
    written.map_err(|error| Trouble::usage(format_args!("`{}`: {error}", path.display())))
}
