//! `shoseki fsck`: looks whether a data directory holds all that it should.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::exit::{Exit, Trouble};
use crate::out::Out;

/// The flags of `fsck`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Fsck {
    /// The data directory, which no server may have open.
    #[arg(long, value_name = "DIR", env = "SHOSEKI_DATA_DIR", default_value = "shoseki-data")]
    data_dir: PathBuf,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki fsck --data-dir /srv/shoseki    read every event and look for every object's bytes

Exit code 1: something is missing, damaged or too much.";

/// Runs the verb.
pub(crate) fn run(verb: &Fsck) -> Result<Exit, Trouble> {
    let out = Out::new(verb.json);
    let found = server::fsck(&verb.data_dir, &mut |what| out.progress(what));
    out.progress_done();
    let findings = found?;
    for finding in &findings {
        out.text(finding);
    }
    if findings.is_empty() {
        out.text("all events and all objects' bytes are there");
    }
    out.value(&json!({ "findings": findings }));
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}
