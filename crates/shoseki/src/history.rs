//! `shoseki history`: anchors of the history.

use clap::{Args, Subcommand};
use types::Clock;

use crate::exit::{Exit, Trouble};
use crate::out;
use crate::place::Place;

/// The verbs of `history`.
#[derive(Debug, Clone, Args)]
pub(crate) struct History {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Subcommand)]
enum Verb {
    /// Prints an anchor of the history: its newest frame, its segments, and the hash of the newest
    /// events.
    Anchor(Anchor),
}

/// The flags of `history anchor`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
struct Anchor {
    #[command(flatten)]
    place: Place,
}

const EXAMPLES: &str = "\
Examples:
  shoseki history anchor --data-dir /srv/shoseki > anchor.json    keep it on another machine
  shoseki fsck --data-dir /srv/shoseki --anchor anchor.json       compare the history with it

The server may be running. The anchor contains no secret, and is authenticated with the root key.";

/// Runs the verb.
pub(crate) fn run(verb: &History) -> Result<Exit, Trouble> {
    let Verb::Anchor(anchor) = &verb.verb;
    let text = server::anchor(&anchor.place.config()?, &Clock::system())?;
    out::plain(&format!("{text}\n"));
    Ok(Exit::Done)
}
