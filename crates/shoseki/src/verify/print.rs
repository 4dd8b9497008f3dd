use serde_json::{Value, json};
use trail::verify::{Conclusion, Counts, Report, Stream, print};

use crate::out::{self, Out};

/// Prints in AWS's format, or as one JSON document.
pub(super) fn print_report(report: &Report, verbose: bool, as_json: bool) {
    if as_json {
        return Out::new(true).value(&document(report, verbose));
    }
    for (stream, text) in print(report, verbose) {
        match stream {
            Stream::Out => out::raw(&text),
            Stream::Err => out::raw_complaint(&text),
        }
    }
}

fn document(report: &Report, verbose: bool) -> Value {
    let lines: Vec<String> = print(report, verbose)
        .into_iter()
        .map(|(_, text)| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    let (start, end) = report.requested;
    json!({
        "trailArn": report.trail_arn,
        "startTime": start.iso(),
        "endTime": end.iso(),
        "verdict": word(report.conclusion()),
        "digests": counts(report.digests),
        "backfillDigests": counts(report.backfills),
        "logFiles": counts(report.logs),
        "newestDigest": report.head,
        "lines": lines,
    })
}

/// The verdict in a word.
fn word(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Valid => "VALID",
        Conclusion::Unreadable => "UNREADABLE",
        Conclusion::Invalid => "INVALID",
    }
}

fn counts(counts: Counts) -> Value {
    let Counts { valid, invalid, unreadable } = counts;
    json!({ "valid": valid, "invalid": invalid, "unreadable": unreadable })
}
