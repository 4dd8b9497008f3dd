//! `shoseki fsck`: looks whether a data directory holds all that it should.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use server::{Checked, Config};

use crate::exit::{Exit, Trouble};
use crate::out::Out;
use crate::serve::Sealing;

/// The flags of `fsck`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Fsck {
    /// The data directory, which no server may have open.
    #[arg(long, value_name = "DIR", env = "SHOSEKI_DATA_DIR", default_value = "shoseki-data")]
    data_dir: PathBuf,
    #[command(flatten)]
    sealing: Sealing,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki fsck --data-dir /srv/shoseki    prove every event and every object's bytes

It only reads. With the root key it proves which store it is and all bytes of all objects by their
authentication tags; without it, it compares their lengths, and says so.

Exit code 1: something is missing, damaged, older than it was, or too much.";

/// Runs the verb.
pub(crate) fn run(verb: &Fsck) -> Result<Exit, Trouble> {
    let out = Out::new(verb.json);
    let mut config = Config { data_dir: verb.data_dir.clone(), ..Config::default() };
    verb.sealing.apply(&mut config)?;
    // The engine may stumble over damage; that is told as a finding.
    std::panic::set_hook(Box::new(|_| {}));
    let checked = server::fsck(&config, &mut |what| out.progress(what));
    drop(std::panic::take_hook());
    out.progress_done();
    let Checked { findings, unproved, proved, by_length } = checked?;
    for finding in &findings {
        out.text(finding);
    }
    for what in &unproved {
        out.text(&format!("not proved: {what}"));
    }
    out.text(&format!(
        "bodies: {proved} objects proved by their authentication tags, {by_length} by lengths"
    ));
    if findings.is_empty() {
        out.text(if unproved.is_empty() {
            "all events and all objects' bytes are there"
        } else {
            "all events are there, and all objects have their lengths"
        });
    }
    out.value(&json!({
        "findings": findings,
        "unproved": unproved,
        "bodies": { "proved": proved, "lengths": by_length },
    }));
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}
