//! `shoseki fsck`: checks a data directory for missing or damaged data.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use server::Checked;

use crate::exit::{Exit, Trouble};
use crate::place::Place;

/// The flags of `fsck`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Fsck {
    #[command(flatten)]
    place: Place,
    /// Compares the history with an anchor that `shoseki history anchor` printed earlier.
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  shoseki fsck --data-dir /srv/shoseki    check every event and every object
  shoseki fsck --anchor anchor.json       … and that the history is the one of the anchor

It only reads. With the root key it verifies the identity of the store, and all bytes of all objects
by their authentication tags; without it, it compares only their lengths, and reports that.

Exit code 1: something is missing, damaged, outdated or unexpected.";

/// Runs the verb.
pub(crate) fn run(verb: &Fsck) -> Result<Exit, Trouble> {
    let (out, config) = (verb.place.out(), verb.place.config()?);
    let read = |path: &PathBuf| {
        fs::read(path).map_err(|error| {
            Trouble::usage(format_args!("cannot read `{}`: {error}", path.display()))
        })
    };
    let anchor = verb.anchor.as_ref().map(read).transpose()?;
    // The storage engine may panic on damaged data; that is reported as a finding.
    std::panic::set_hook(Box::new(|_| {}));
    let checked = server::fsck_against(&config, anchor.as_deref(), &mut |what| out.progress(what));
    drop(std::panic::take_hook());
    out.progress_done();
    let Checked { findings, unproved, proved, by_length, anchored } = checked?;
    for finding in &findings {
        out.text(finding);
    }
    for what in &unproved {
        out.text(&format!("not verified: {what}"));
    }
    out.text(&format!(
        "bodies: {proved} objects verified by their authentication tags, {by_length} by lengths"
    ));
    if let Some(anchored) = &anchored {
        out.text(&format!("anchor: {anchored} is the one that was anchored"));
    }
    if findings.is_empty() {
        out.text(if unproved.is_empty() {
            "all events and all object contents are intact"
        } else {
            "all events are intact, and all objects have the right lengths"
        });
    }
    out.value(&json!({
        "findings": findings,
        "unproved": unproved,
        "anchored": anchored,
        "bodies": { "proved": proved, "lengths": by_length },
    }));
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}
