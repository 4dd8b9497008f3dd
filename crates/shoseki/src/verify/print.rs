use std::collections::BTreeSet;

use inquiry::validate::{extra_files, is_empty, verdict_word};
use serde_json::{Value, json};
use trail::verify::{Conclusion, Counts, Finding, Line, Report, Stream, print};

use super::{Judged, conclusion};
use crate::out::{self, Out};

/// The output format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Exactly what the AWS CLI prints.
    AsValidateLogs,
    /// A section for each region, and the result on the last line.
    WithVerdict,
}

/// Prints in AWS's format, or as one JSON document.
pub(super) fn print_reports(judged: &[Judged], form: Form, verbose: bool, as_json: bool) {
    if as_json {
        return Out::new(true).value(&document(judged, verbose));
    }
    for (at, Judged { region, report, .. }) in judged.iter().enumerate() {
        if form == Form::WithVerdict {
            let lead = if at == 0 { "" } else { "\n" };
            out::plain(&format!("{lead}Region {region}\n"));
        }
        for (stream, text) in print(report, verbose) {
            match stream {
                Stream::Out => out::plain(&text),
                Stream::Err => out::plain_complaint(&text),
            }
        }
    }
    if form == Form::WithVerdict {
        out::plain("\n");
        let is_good = matches!(conclusion(judged), Conclusion::Valid) && !is_nothing(judged);
        Out::new(false).verdict(&verdict(judged), is_good);
    }
}

/// Whether there is no digest at all, so that nothing was validated.
pub(super) fn is_nothing(judged: &[Judged]) -> bool {
    word(judged) == "NOTHING"
}

/// The number of delivered digests that are known but were not among those read.
fn missing(report: &Report) -> u64 {
    let gone = report.findings.iter().filter_map(|finding| match finding {
        Finding::Newest { key, .. } => Some(key.as_str()),
        Finding::Anchor { anchor, .. } => Some(anchor.object.as_str()),
        // At least one.
        Finding::NoDigests { folder, .. } => Some(folder.as_str()),
        Finding::BrokenLink { .. } | Finding::Extra { .. } | Finding::Unproven { .. } => None,
    });
    let was_read = |key: &&str| {
        report
            .lines
            .iter()
            .any(|line| matches!(line, Line::Digest { key: read, .. } if read == key))
    };
    let gone: BTreeSet<&str> = gone.filter(|key| !was_read(key)).collect();
    u64::try_from(gone.len()).unwrap_or(u64::MAX)
}

/// The result and its subject, on one line.
fn verdict(judged: &[Judged]) -> String {
    let word = word(judged);
    let ratio = |of: fn(&Report) -> Counts| {
        let counts = judged.iter().map(|judged| of(&judged.report));
        let (valid, total) = counts.fold((0_u64, 0_u64), |(valid, total), counts| {
            (valid.saturating_add(counts.valid), total.saturating_add(counts.total()))
        });
        format!("{valid}/{total}")
    };
    // Missing digests count even if there was nothing to read.
    let with_missing = |report: &Report| {
        let Counts { valid, invalid, unreadable } = report.digests;
        Counts { valid, invalid: invalid.saturating_add(missing(report)), unreadable }
    };
    let (digests, logs) = (ratio(with_missing), ratio(|report| report.logs));
    let regions: Vec<_> = judged.iter().map(|judged| judged.region.as_str()).collect();
    let regions = regions.join(", ");
    let count = |text: &str, count: u64| match count {
        0 => String::new(),
        count => format!("; {count} {text}"),
    };
    let sum = |of: fn(&Report) -> u64| judged.iter().map(|judged| of(&judged.report)).sum();
    let extra = count("EXTRA", sum(extra_files));
    let pending = count("log files pending", sum(|report| report.pending));
    format!("{word}: {digests} digest files, {logs} log files in {regions}{extra}{pending}")
}

fn document(judged: &[Judged], verbose: bool) -> Value {
    let first = judged.first().map(|judged| &judged.report);
    let time = |of: fn(&Report) -> String| first.map(of);
    json!({
        "trailArn": first.map(|report| report.trail_arn.as_str()),
        "startTime": time(|report| report.requested.0.iso()),
        "endTime": time(|report| report.requested.1.iso()),
        "verdict": word(judged),
        "regions": judged.iter().map(|judged| section(judged, verbose)).collect::<Vec<_>>(),
    })
}

fn section(judged: &Judged, verbose: bool) -> Value {
    let report = &judged.report;
    let lines: Vec<String> = print(report, verbose)
        .into_iter()
        .map(|(_, text)| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    json!({
        "region": judged.region,
        "verdict": word(std::slice::from_ref(judged)),
        "digests": counts(report.digests),
        "missingDigests": missing(report),
        "backfillDigests": counts(report.backfills),
        "logFiles": counts(report.logs),
        "extraFiles": extra_files(report),
        "pendingLogFiles": report.pending,
        "newestDigest": report.head,
        "lines": lines,
    })
}

/// The result in one word.
fn word(judged: &[Judged]) -> &'static str {
    verdict_word(conclusion(judged), judged.iter().all(|judged| is_empty(&judged.report)))
}

fn counts(counts: Counts) -> Value {
    let Counts { valid, invalid, unreadable } = counts;
    json!({ "valid": valid, "invalid": invalid, "unreadable": unreadable })
}
