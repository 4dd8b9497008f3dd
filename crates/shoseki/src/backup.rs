//! `shoseki backup`: copies a data directory to a folder or a bucket while its server runs, and
//! verifies such a copy.

use std::time::Duration;

use backup::{BackupError, Copier, Round, Verified};
use clap::Args;
use serde_json::json;
use server::{
    Config, OpenError, begin_backup, parse_duration_ms, start_diagnostics, verify_backup,
};
use types::{Clock, Entropy};

use crate::depot::Depot;
use crate::exit::{Exit, Trouble};
use crate::out::Out;
use crate::place::Place;
use crate::serve::runtime;
use crate::signals::Signals;

/// The flags of `backup`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    #[command(flatten)]
    depot: Depot,
    #[command(flatten)]
    place: Place,
    /// Follows the log until SIGTERM or SIGINT.
    #[arg(long, conflicts_with = "verify")]
    follow: bool,
    /// The time between two rounds of `--follow`.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration_ms)]
    interval: u64,
    /// Takes the place over from another run that writes to it. A run that is dead is replaced
    /// without this: at once on its own machine, after ten minutes elsewhere.
    #[arg(long, conflicts_with = "verify")]
    take_over: bool,
    /// Verifies the backup instead of making one: reads all of it, and names what is missing or
    /// damaged.
    #[arg(long)]
    verify: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki backup /mnt/backup --data-dir /srv/shoseki            back up once; again: what is new
  shoseki backup /mnt/backup --data-dir /srv/shoseki --follow   back up every 5 seconds
  shoseki backup s3://bucket/prefix --endpoint https://s3.example.com --follow
  shoseki backup /mnt/backup --root-key-file FILE --verify      read and verify the whole backup

It reads the data directory, whether a server has it open or not, and needs the root key to verify
what it copies. The root key is not part of the backup, unless it is sealed with a passphrase: keep
a copy of it elsewhere. Run it on the server's machine, as its user or as root. One run at a time
writes to a place; a second one is refused.

A first round that was interrupted goes on where it was. `--verify` prints which instants can be
restored with what is intact.

Credentials of a bucket come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN,
its region from AWS_REGION.

Exit code 1: something is missing or damaged, or the backup is of another history.";

/// Runs the verb.
pub(crate) fn run(verb: &Backup) -> Result<Exit, Trouble> {
    let (out, config) = (verb.place.out(), verb.place.config()?);
    let _diagnostics = start_diagnostics("warn", false)?;
    if verb.verify {
        return verify(verb, out, &config);
    }
    let begin = |takes_over| {
        let (place, clock, entropy) = (verb.depot.open(true)?, Clock::system(), Entropy::system());
        Ok::<_, Trouble>(begin_backup(&config, place, &clock, &entropy, takes_over)?)
    };
    let copier = begin(verb.take_over)?;
    if verb.follow { follow(verb, out, copier, || begin(false)) } else { once(out, copier) }
}

fn once(out: Out, mut copier: Copier) -> Result<Exit, Trouble> {
    out.progress("copying");
    let done = copier.round().map_err(OpenError::from)?;
    copier.end().map_err(OpenError::from)?;
    out.progress_done();
    report(out, &done);
    Ok(if done.missing == 0 { Exit::Done } else { Exit::Findings })
}

/// Copies round after round. What fails for a while is tried again.
fn follow(
    verb: &Backup,
    out: Out,
    copier: Copier,
    begin: impl Fn() -> Result<Copier, Trouble>,
) -> Result<Exit, Trouble> {
    let runtime = runtime()?;
    let mut signals =
        runtime.block_on(async { Signals::listen() }).map_err(Trouble::unreachable)?;
    let mut copier = Some(copier);
    loop {
        match round(&mut copier, &begin) {
            Ok(done) if done.frames > 0 || done.missing > 0 => report(out, &done),
            Ok(_) => {}
            Err(trouble) if trouble.exit == Exit::Unreachable => {
                // The next one begins where the last complete round ended.
                copier = None;
                tracing::error!("{trouble}; trying again");
            }
            Err(trouble) => return Err(trouble),
        }
        let pause = Duration::from_millis(verb.interval.max(1));
        if runtime.block_on(signals.come_within(pause)) {
            // A run that does not end its lease is seen to be dead by the next one.
            if let Some(Err(error)) = copier.map(Copier::pause) {
                tracing::warn!(%error, "the place of the backup was not released");
            }
            return Ok(Exit::Done);
        }
    }
}

fn round(
    copier: &mut Option<Copier>,
    begin: &impl Fn() -> Result<Copier, Trouble>,
) -> Result<Round, Trouble> {
    let mut own = match copier.take() {
        Some(own) => own,
        None => begin()?,
    };
    let done = own.round().map_err(OpenError::from)?;
    *copier = Some(own);
    Ok(done)
}

fn report(out: Out, done: &Round) {
    let Round { position, frames, items, missing, bytes } = done;
    out.text(&format!(
        "complete up to frame {position}: {frames} frames, {items} segments and bodies copied, \
         {bytes} bytes written"
    ));
    if *missing > 0 {
        out.text(&format!("{missing} segments or bodies are missing in the data directory"));
    }
    out.value(&json!({
        "position": position, "frames": frames, "objects": items, "missing": missing,
        "bytes": bytes,
    }));
}

fn verify(verb: &Backup, out: Out, config: &Config) -> Result<Exit, Trouble> {
    let place = verb.depot.open(false)?;
    let verified = verify_backup(config, place, &mut |what| out.progress(what));
    out.progress_done();
    let verified = match verified {
        Err(OpenError::Backup(error @ BackupError::Damaged { .. })) => {
            Verified { findings: vec![error.to_string()], ..Verified::default() }
        }
        verified => verified?,
    };
    let Verified { findings, spans, as_of, frames, objects, bytes } = &verified;
    for finding in findings {
        out.text(finding);
    }
    for span in spans {
        let (from, to) = (span.from_at.iso(), span.to_at.iso());
        out.text(&format!("frames {} to {} can be restored: {from} to {to}", span.from, span.to));
    }
    if spans.is_empty() {
        out.text("no instant can be restored");
    }
    out.text(&format!("read {frames} frames and {objects} other objects: {bytes} bytes"));
    out.verdict(if findings.is_empty() { "VALID" } else { "INVALID" }, findings.is_empty());
    let spans = spans.iter().map(|span| {
        json!({
            "from": span.from, "to": span.to,
            "fromTime": span.from_at.iso(), "toTime": span.to_at.iso(),
        })
    });
    out.value(&json!({
        "findings": findings,
        "restorable": spans.collect::<Vec<_>>(),
        "asOf": as_of.iso(),
        "frames": frames, "objects": objects, "bytes": bytes,
    }));
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}
