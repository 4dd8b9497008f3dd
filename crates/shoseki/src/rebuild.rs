//! `shoseki rebuild`: replaces the state file by one that is made from the log.

use clap::Args;
use serde_json::json;

use crate::exit::{Exit, Trouble};
use crate::place::Place;

/// The flags of `rebuild`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Rebuild {
    #[command(flatten)]
    place: Place,
}

const EXAMPLES: &str = "\
Examples:
  shoseki rebuild --data-dir /srv/shoseki    replace a missing or damaged state file

The log has everything. The new `state.redb` is made from the newest intact base in `bases` and the
frames of the log after it; the old file is kept as `state.redb.replaced`.

Exit code 1: neither a base nor the log reaches back far enough, or the log itself is damaged.";

/// Runs the verb.
pub(crate) fn run(verb: &Rebuild) -> Result<Exit, Trouble> {
    let (out, config) = (verb.place.out(), verb.place.config()?);
    let rebuilt = server::rebuild(&config)?;
    out.text(&format!(
        "rebuilt the state as of frame {}, from the base of frame {}",
        rebuilt.newest, rebuilt.base
    ));
    out.value(&json!({ "base": rebuilt.base, "newest": rebuilt.newest }));
    Ok(Exit::Done)
}
