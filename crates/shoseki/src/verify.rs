//! `shoseki verify`: the verdict on a trail's log files, from any endpoint.
//!
//! The rules are in [`trail::verify`]; here is the client that answers its questions, several log
//! files at a time.

mod evidence;
mod print;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use trail::digest::Series;
use trail::names::{TrailName, TrailRef};
use trail::verify::{Anchor, Conclusion, Report, Request};
use types::{AccountId, Clock, Timestamp};

use crate::client::{Ask, Client};
use crate::exit::{Exit, Trouble};
use crate::reach::Reach;
use crate::serve::runtime;

/// The flags of `verify`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// The trail.
    #[arg(long, value_name = "ARN")]
    trail_arn: String,
    /// The earliest time of interest, such as `2026-01-02T00:00:00Z`.
    #[arg(long, value_name = "TIME")]
    start_time: String,
    /// The latest [default: now].
    #[arg(long, value_name = "TIME")]
    end_time: Option<String>,
    /// The bucket; without it the trail is asked.
    #[arg(long, value_name = "BUCKET")]
    s3_bucket: Option<String>,
    /// The prefix in the bucket.
    #[arg(long, value_name = "PREFIX", requires = "s3_bucket")]
    s3_prefix: Option<String>,
    /// The account of the events [default: the trail's].
    #[arg(long, value_name = "DIGITS")]
    account_id: Option<String>,
    /// The region of the events [default: the trail's].
    #[arg(long)]
    region: Option<String>,
    /// Tells what is valid, too.
    #[arg(long)]
    verbose: bool,
    /// A file that keeps the newest digest: what it names must still be there, and a sound chain's
    /// newest digest is put into it. So a chain whose end was cut off is found.
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki verify --start-time 2026-01-02T00:00:00Z \\
      --trail-arn arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/audit --verbose
  shoseki verify --anchor /media/safe/audit.json --start-time 2026-01-02 --trail-arn ARN

Exit codes:
  0 all is valid, 1 something is INVALID, 3 something is UNREADABLE: no permission, or no key";

/// Whose log files, and where they are.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) trail_arn: String,
    pub(crate) account: AccountId,
    /// Of the events.
    pub(crate) region: String,
    /// Of the trail.
    pub(crate) home_region: String,
    pub(crate) trail: String,
    pub(crate) bucket: String,
    pub(crate) prefix: Option<String>,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

/// Runs the verb.
pub(crate) fn run(verb: &Verify) -> Result<Exit, Trouble> {
    let runtime = runtime()?;
    let invalid = || Trouble::usage(format_args!("`{}` is not a trail's ARN", verb.trail_arn));
    let Ok(TrailRef::Arn { region: home, account, name, .. }) = TrailRef::parse(&verb.trail_arn)
    else {
        return Err(invalid());
    };
    let account = match &verb.account_id {
        None => account,
        Some(id) => AccountId::parse(id)
            .ok_or_else(|| Trouble::usage(format_args!("`{id}` is not an account")))?,
    };
    let region = verb.region.clone().unwrap_or_else(|| home.as_str().to_owned());
    // The keys that prove digests are asked from the region whose digests they are.
    let client = verb.reach.client(&runtime, &region)?;
    let (bucket, prefix) = match &verb.s3_bucket {
        Some(bucket) => (bucket.clone(), verb.s3_prefix.clone()),
        None => place(&client, &verb.trail_arn)?,
    };
    let start = instant(&verb.start_time)?;
    let end = verb.end_time.as_deref().map(instant).transpose()?;
    let target = Target {
        trail_arn: verb.trail_arn.clone(),
        account,
        region,
        home_region: home.as_str().to_owned(),
        trail: name.as_str().to_owned(),
        bucket,
        prefix,
        start,
        end: end.unwrap_or_else(|| Clock::system().now()),
    };
    let anchors = verb.anchor.as_deref().map(read_anchor).transpose()?.flatten();
    let report = verify(&client, &target, anchors.as_slice())?;
    print::print_report(&report, verb.verbose, verb.json);
    let exit = exit_of(report.conclusion());
    if exit != Exit::Done {
        return Ok(exit);
    }
    if let (Some(file), Some(head)) = (&verb.anchor, &report.head) {
        write_anchor(file, head)?;
    }
    Ok(Exit::Done)
}

/// A missing permission is not a finding, nor is it well.
fn exit_of(conclusion: Conclusion) -> Exit {
    match conclusion {
        Conclusion::Valid => Exit::Done,
        Conclusion::Unreadable => Exit::Denied,
        Conclusion::Invalid => Exit::Findings,
    }
}

/// Verifies by asking `client`.
pub(crate) fn verify(
    client: &Client,
    target: &Target,
    anchors: &[Anchor],
) -> Result<Report, Trouble> {
    let trail = TrailName::parse(&target.trail).map_err(|error| Trouble::usage(error.0))?;
    let request = Request {
        trail_arn: &target.trail_arn,
        series: Series {
            prefix: target.prefix.as_deref(),
            organization: None,
            account: &target.account,
            region: &target.region,
            trail: &trail,
            home_region: &target.home_region,
        },
        bucket: &target.bucket,
        start: target.start,
        end: target.end,
        anchors,
    };
    evidence::verify(client, &request)
}

fn instant(text: &str) -> Result<Timestamp, Trouble> {
    let invalid = || Trouble::usage(format_args!("`{text}` is not a time"));
    Timestamp::parse_iso(text).ok_or_else(invalid)
}

/// Where the trail delivers to: bucket and prefix.
fn place(client: &Client, trail_arn: &str) -> Result<(String, Option<String>), Trouble> {
    let answered = client.call(&Ask::cloudtrail("DescribeTrails", &json!({})))?;
    let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    let trails = answer.get("trailList").and_then(Value::as_array).into_iter().flatten();
    let text = |trail: &Value, name: &str| trail.get(name)?.as_str().map(str::to_owned);
    for trail in trails {
        if text(trail, "TrailARN").as_deref() == Some(trail_arn)
            && let Some(bucket) = text(trail, "S3BucketName")
        {
            return Ok((bucket, text(trail, "S3KeyPrefix")));
        }
    }
    Err(Trouble::usage(format_args!("there is no trail `{trail_arn}`")))
}

fn read_anchor(file: &Path) -> Result<Option<Anchor>, Trouble> {
    if !file.exists() {
        return Ok(None);
    }
    let unusable = |cause: &dyn std::fmt::Display| {
        Trouble::usage(format_args!("`{}`: {cause}", file.display()))
    };
    let text = fs::read(file).map_err(|error| unusable(&error))?;
    serde_json::from_slice(&text).map(Some).map_err(|error| unusable(&error))
}

/// Replaces the file whole or not at all.
fn write_anchor(file: &Path, anchor: &Anchor) -> Result<(), Trouble> {
    let mut aside = file.as_os_str().to_owned();
    aside.push(".new");
    let text = serde_json::to_string(anchor).unwrap_or_default();
    let written = fs::write(&aside, text + "\n").and_then(|()| fs::rename(&aside, file));
    written.map_err(|error| Trouble::unreachable(format_args!("`{}`: {error}", file.display())))
}
