//! `shoseki verify`: validates a trail's log files, from any endpoint.
//!
//! The rules are in [`trail::verify`] and the driver in [`inquiry::validate`]; this module contains
//! the client that fetches what the driver needs, several log files at a time, and the anchor file.
//! A multi-region trail has a digest chain in each region: each chain is validated separately, and
//! the results are combined.

mod anchors;
mod evidence;
mod place;
mod print;
mod proof;

use std::path::PathBuf;

use clap::Args;
use inquiry::validate::{self, Given, PublicKeys, Remembered, Target, is_empty};
use tokio::runtime::Runtime;
use trail::names::TrailRef;
use trail::verify::{Anchor, Conclusion, Report};
use types::{AccountId, Clock, HOUR_MS, Timestamp};

use crate::client::Client;
use crate::exit::{Exit, Trouble};
use crate::out::{self, Out};
use crate::reach::Reach;
use crate::serve::runtime;
use anchors::{Anchors, Owner};
use evidence::Served;
use place::Place;
use print::{Form, is_nothing, print_reports};
use proof::OfProof;

/// The flags of `verify`.
#[derive(Debug, Clone, Args)]
#[command(override_usage = USAGE, after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// The trail, which may have been deleted [default: the anchor's].
    #[arg(long, value_name = "ARN", required_unless_present_any = ["anchor", "proof"])]
    trail_arn: Option<String>,
    /// The start of the range: a date, or `2026-01-02T03:04:05` with `Z` or an offset such as
    /// `+09:00`.
    #[arg(long, value_name = "TIME", required_unless_present = "proof")]
    start_time: Option<String>,
    /// The end of the range, in the same formats [default: now].
    #[arg(long, value_name = "TIME")]
    end_time: Option<String>,
    /// The bucket [default: the trail's or, if it was deleted, the anchor's].
    #[arg(long, value_name = "BUCKET", visible_alias = "bucket")]
    s3_bucket: Option<String>,
    /// The prefix in the bucket.
    #[arg(long, value_name = "PREFIX", requires = "s3_bucket", visible_alias = "prefix")]
    s3_prefix: Option<String>,
    /// The account of the events [default: the trail's].
    #[arg(long, value_name = "DIGITS")]
    account_id: Option<String>,
    /// Validates the events of this region only, and prints what `validate-logs` prints [default:
    /// all regions in which the trail has digests].
    #[arg(long)]
    region: Option<String>,
    /// Also lists valid files.
    #[arg(long)]
    verbose: bool,
    /// A file with the newest digest of each region and the public keys that verify it. The listed
    /// digests must still exist; the newest digest of each valid chain is added. The file reveals
    /// truncated chains, and allows deleted trails to be validated.
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    #[command(flatten)]
    of_proof: OfProof,
    #[command(flatten)]
    reach: Reach,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

const USAGE: &str = "\
shoseki verify [OPTIONS] --start-time <TIME>
       shoseki verify [OPTIONS] --proof <FILE> --event <FILE> --key <KEY>";

const EXAMPLES: &str = "\
Examples:
  shoseki verify --start-time 2026-01-02T00:00:00Z \\
      --trail-arn arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/audit --verbose
  shoseki verify --anchor /media/safe/audit.json --start-time 2026-01-02 --trail-arn ARN
  shoseki verify --anchor /media/safe/audit.json --start-time 2026-01-02 --bucket logs
  shoseki verify --proof e.tlog-proof --event e.json --key LOGKEY --witness WITNESSKEY

Exit codes:
  0 all files are valid, 1 a file is INVALID, or EXTRA (no valid digest lists it), or there is NOTHING
  (no digest in the range), 3 a file is UNREADABLE (no permission, or no key)
  with --proof: 0 PROVEN, 1 UNPROVEN, 2 a file cannot be read or a key is malformed";

/// What is known about a trail's digests in addition to its bucket.
#[derive(Debug, Clone, Copy)]
struct Known<'a> {
    anchors: Option<&'a Anchors>,
    remembered: &'a Remembered,
}

impl Known<'_> {
    fn keys(&self) -> PublicKeys {
        self.anchors.map(|anchors| anchors.keys().clone()).unwrap_or_default()
    }

    /// The regions with an anchored digest.
    fn regions(&self) -> Vec<&str> {
        self.anchors.iter().flat_map(|anchors| anchors.regions()).collect()
    }
}

/// The findings for the events of a region.
#[derive(Debug)]
struct Judged {
    region: String,
    report: Report,
    /// The public keys that verified its digests.
    keys: PublicKeys,
}

/// Runs the verb.
pub(crate) fn run(verb: &Verify) -> Result<Exit, Trouble> {
    if verb.of_proof.proof.is_some() {
        return proof::run(&verb.of_proof, verb.json);
    }
    let runtime = runtime()?;
    let (mut target, client) = start(verb, &runtime)?;
    let (arn, account) = (target.trail_arn.clone(), target.account.clone());
    let (trail, home) = (target.trail.to_string(), target.home_region.clone());
    let owner = Owner { trail_arn: &arn, account: &account, trail: &trail, home_region: &home };
    let anchors = verb.anchor.as_deref().map(|path| Anchors::read(path, owner)).transpose()?;
    let kept = anchors.as_ref().and_then(|anchors| anchors.place(owner));
    let place = place::find(verb, &arn, &client, kept)?;
    (target.bucket, target.prefix) = (place.bucket.clone(), place.prefix.clone());
    let served = Served::new(&client);
    let remembered = Remembered::fetch(&served, &target);
    let known = Known { anchors: anchors.as_ref(), remembered: &remembered };
    let regions = match &verb.region {
        Some(region) => vec![region.clone()],
        None => validate::regions(&served, &target, &remembered, &known.regions())?,
    };
    let judged = judge(verb, &runtime, &target, regions, known)?;
    let mut judged = with_missing(judged, &served, &target, &place)?;
    if let (None, Some(first)) = (&verb.region, judged.first_mut()) {
        first.report.findings.extend(validate::strays(&served, &target)?);
    }
    let form = if verb.region.is_some() { Form::AsValidateLogs } else { Form::WithVerdict };
    print_reports(&judged, form, verb.verbose, verb.json);
    let exit = exit_of(conclusion(&judged));
    match anchors {
        Some(anchors) if exit == Exit::Done => keep(anchors, &judged, owner)?,
        Some(_) | None => {}
    }
    // Without any digest nothing was validated, and a script must not treat that as success.
    Ok(if exit == Exit::Done && is_nothing(&judged) { Exit::Findings } else { exit })
}

/// Returns the target without its location, and a client for the trail's home region.
fn start(verb: &Verify, runtime: &Runtime) -> Result<(Target, Client), Trouble> {
    let kept = || verb.anchor.as_deref().and_then(anchors::trail_arn);
    let Some(trail_arn) = verb.trail_arn.clone().or_else(kept) else {
        return Err(Trouble::usage("the anchor does not name a trail: use --trail-arn"));
    };
    let invalid = || Trouble::usage(format_args!("`{trail_arn}` is not a trail's ARN"));
    let Ok(TrailRef::Arn { region: home, account, name, .. }) = TrailRef::parse(&trail_arn) else {
        return Err(invalid());
    };
    let account = match &verb.account_id {
        None => account,
        Some(id) => AccountId::parse(id)
            .ok_or_else(|| Trouble::usage(format_args!("`{id}` is not an account ID")))?,
    };
    let Some(start) = &verb.start_time else {
        return Err(Trouble::usage("a trail is validated from a time on: use --start-time"));
    };
    let start = instant(start)?;
    let end = verb.end_time.as_deref().map(instant).transpose()?;
    let client = verb.reach.client(runtime, home.as_str())?;
    let target = Target {
        account,
        region: home.as_str().to_owned(),
        home_region: home.as_str().to_owned(),
        trail: name,
        trail_arn,
        bucket: String::new(),
        prefix: None,
        start,
        end: end.unwrap_or_else(|| Clock::system().now()),
    };
    Ok((target, client))
}

/// Validates the regions one after the other. Skips a region other than the first if the trail has
/// no files there and no digest was ever anchored: another trail delivers there.
fn judge(
    verb: &Verify,
    runtime: &Runtime,
    target: &Target,
    regions: Vec<String>,
    known: Known<'_>,
) -> Result<Vec<Judged>, Trouble> {
    let (mut judged, out): (Vec<Judged>, _) = (Vec::new(), Out::new(verb.json));
    let kept = known.keys();
    for region in regions {
        // The keys that verify a digest are fetched from the digest's region.
        let client = verb.reach.client(runtime, &region)?.showing(out, &region);
        let target = target.in_region(&region);
        let anchor = known.anchors.and_then(|anchors| anchors.of(&region)).cloned();
        // Digests of other regions are as frequent as those of the home region.
        let interval_ms = judged.iter().find_map(|before| before.report.digest_interval_ms());
        let digest_interval_ms = Some(interval_ms.unwrap_or(HOUR_MS));
        let given = Given { anchors: anchor.as_slice(), keys: &kept, digest_interval_ms };
        let (mut report, keys) = validate::judge(&Served::new(&client), &target, given)?;
        let Report { requested, lines, .. } = &report;
        let missing = known.remembered.missing(&region, &target.bucket, *requested, lines);
        report.findings.extend(missing);
        let is_nothing = is_empty(&report) && report.findings.is_empty() && report.pending == 0;
        if judged.is_empty() || !is_nothing || anchor.is_some() {
            judged.push(Judged { region, report, keys });
        }
    }
    out.progress_done();
    Ok(judged)
}

/// Queries the trail itself if nothing was found at all.
fn with_missing(
    mut judged: Vec<Judged>,
    served: &Served<'_>,
    target: &Target,
    place: &Place,
) -> Result<Vec<Judged>, Trouble> {
    if !place.is_the_trails || judged.iter().any(|judged| !is_empty(&judged.report)) {
        return Ok(judged);
    }
    // The status belongs to the trail and not to a region: it shows that there are digests at home.
    if let Some(home) = judged.iter_mut().find(|judged| judged.region == target.home_region) {
        home.report.findings.extend(validate::missing(served, target)?);
    }
    Ok(judged)
}

/// The combined result of the reports.
fn conclusion(judged: &[Judged]) -> Conclusion {
    let all = judged.iter().map(|judged| judged.report.conclusion());
    all.max().unwrap_or(Conclusion::Valid)
}

/// Writes the newest digests into the file.
fn keep(mut anchors: Anchors, judged: &[Judged], owner: Owner<'_>) -> Result<(), Trouble> {
    for Judged { region, report, keys } in judged {
        anchors.keep_keys(keys);
        if let Some(head) = &report.head {
            anchors.advance(region, head);
        }
    }
    if !anchors.write(owner)? {
        out::complain(
            "no digest was found, so there is nothing to anchor; the file was not written",
        );
    }
    Ok(())
}

/// A missing permission is neither a finding nor a success.
fn exit_of(conclusion: Conclusion) -> Exit {
    match conclusion {
        Conclusion::Valid => Exit::Done,
        Conclusion::Unreadable => Exit::Denied,
        Conclusion::Invalid => Exit::Findings,
    }
}

/// Validates through `client`, reading only what `validate-logs` reads.
pub(crate) fn verify(
    client: &Client,
    target: &Target,
    anchors: &[Anchor],
) -> Result<Report, Trouble> {
    let keys = PublicKeys::new();
    let given = Given { anchors, keys: &keys, digest_interval_ms: None };
    let (report, _) = validate::judge(&Served::new(client), target, given)?;
    Ok(report)
}

fn instant(text: &str) -> Result<Timestamp, Trouble> {
    let invalid = || {
        Trouble::usage(format_args!(
            "`{text}` is not a time such as `2026-01-02` or `2026-01-02T03:04:05Z`"
        ))
    };
    Timestamp::parse_iso(text).ok_or_else(invalid)
}
