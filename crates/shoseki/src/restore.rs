//! `shoseki restore`: makes a data directory from a backup.

use std::path::PathBuf;

use backup::{Restored, Until, Wanted};
use clap::Args;
use serde_json::json;
use server::{Config, restore_backup, start_diagnostics};
use types::{Clock, Timestamp};

use crate::depot::Depot;
use crate::exit::{Exit, Trouble};
use crate::out::Out;
use crate::serve::Sealing;

/// The flags of `restore`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Restore {
    #[command(flatten)]
    depot: Depot,
    /// The directory to restore to: missing, or empty.
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
    /// Restores no more than what was recorded up to this instant (UTC), or up to the frame of this
    /// position.
    #[arg(long, value_name = "TIME|POSITION", value_parser = until)]
    until: Option<Until>,
    /// Restores rows and events even if bodies of objects or old events are missing or damaged, and
    /// names them: a first round that has not ended, or a damaged backup.
    #[arg(long)]
    incomplete: bool,
    #[command(flatten)]
    sealing: Sealing,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki restore /mnt/backup /srv/restored --root-key-file FILE
  shoseki restore /mnt/backup /srv/restored --root-key-file FILE --until 2026-11-30T12:00:00Z
  shoseki restore /mnt/backup /srv/restored --root-key-file FILE --until 4711

All of it is authenticated before it is used. Keep the server that was backed up stopped: two that
run write two histories. The first start records an event `RestoreBackup`, which names the frame
after which the history is another one. The transparency log continues, unless its newest checkpoint
is newer than what was restored: see docs/transparency.md.

A damaged base is replaced by the one before it, and named.

Exit code 1: a part of the backup is missing or damaged, or the instant is not in it.";

/// Runs the verb.
pub(crate) fn run(verb: &Restore) -> Result<Exit, Trouble> {
    let (out, mut config) = (Out::new(verb.json), Config::default());
    config.data_dir.clone_from(&verb.data_dir);
    verb.sealing.apply(&mut config)?;
    let _diagnostics = start_diagnostics("warn", false)?;
    let wanted = Wanted { until: verb.until.unwrap_or(Until::Newest), incomplete: verb.incomplete };
    let place = verb.depot.open(false)?;
    let restored =
        restore_backup(&config, place, wanted, &Clock::system(), &mut |what| out.progress(what));
    out.progress_done();
    let Restored { backup, position, newest, as_of, objects, absent, notes, .. } = restored?;
    for what in notes.iter().chain(&absent) {
        out.text(what);
    }
    out.text(&format!(
        "restored frame {position} of {newest}, with {objects} segments and bodies, to `{}`",
        verb.data_dir.display()
    ));
    out.text(&format!("the newest frame of the backup is as of {}", as_of.iso()));
    if !absent.is_empty() {
        out.text(&format!(
            "{} segments and bodies are missing: start it once with `serve --accept-older`",
            absent.len()
        ));
    }
    out.text("check it with `shoseki fsck`, then start it; keep the former server stopped");
    out.value(&json!({
        "backup": backup,
        "position": position,
        "newest": newest,
        "asOf": as_of.iso(),
        "objects": objects,
        "absent": absent,
        "notes": notes,
    }));
    Ok(if absent.is_empty() { Exit::Done } else { Exit::Findings })
}

fn until(text: &str) -> Result<Until, String> {
    if let Ok(position) = text.parse() {
        return Ok(Until::Position(position));
    }
    let time = Timestamp::parse_iso(text).map(Until::Time);
    time.ok_or_else(|| "neither a position nor a time such as 2026-11-30T12:00:00Z".to_owned())
}
