use types::printable;

use super::{Counts, Finding, Line, Pretence, Report, Verdict};
use crate::digest::Kind;

/// The destination of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// The report in the format of `aws cloudtrail validate-logs`: texts, with their line feeds, in
/// order. Valid files are included only if `verbose`. Our own findings come before the summary.
///
/// Untrusted names are made [`printable`], so that none can imitate a separate line.
pub fn print(report: &Report, verbose: bool) -> Vec<(Stream, String)> {
    let mut out = Printer { texts: Vec::new(), after_blank: true };
    let (start, end) = (report.requested.0.iso(), report.requested.1.iso());
    out.out(format!(
        "Validating log files for trail {} between {start} and {end}\n\n",
        printable(&report.trail_arn)
    ));
    for line in &report.lines {
        out.line(line, verbose);
    }
    for finding in &report.findings {
        out.trouble(&finding_text(finding));
    }
    if !out.after_blank {
        out.out("\n".to_owned());
    }
    out.out(summary(report));
    out.texts
}

struct Printer {
    texts: Vec<(Stream, String)>,
    after_blank: bool,
}

impl Printer {
    fn out(&mut self, text: String) {
        self.texts.push((Stream::Out, text));
    }

    fn line(&mut self, line: &Line, verbose: bool) {
        let (text, verdict) = match line {
            Line::Gap { kind, from, until } => {
                let (from, until) = (from.iso(), until.iso());
                let prefix = prefix(*kind);
                return self.trouble(&format!(
                    "{prefix}No log files were delivered by CloudTrail between {from} and {until}"
                ));
            }
            Line::Digest { kind, bucket, key, verdict } => {
                (format!("{}Digest file\t{}", prefix(*kind), place(bucket, key)), verdict)
            }
            Line::Log { bucket, key, verdict } => {
                (format!("Log file\t{}", place(bucket, key)), verdict)
            }
        };
        match verdict {
            Verdict::Valid if verbose => {
                self.out(format!("{text}\tvalid\n"));
                self.after_blank = false;
            }
            Verdict::Valid => {}
            Verdict::Invalid(_) | Verdict::Unreadable(_) => {
                self.trouble(&format!("{text}\t{}", word(verdict)));
            }
        }
    }

    fn trouble(&mut self, text: &str) {
        let lead = if self.after_blank { "" } else { "\n" };
        self.texts.push((Stream::Err, format!("{lead}{text}\n\n")));
        self.after_blank = true;
    }
}

fn prefix(kind: Kind) -> &'static str {
    match kind {
        Kind::Regular => "",
        Kind::Backfill => "(backfill) ",
    }
}

fn finding_text(finding: &Finding) -> String {
    match finding {
        Finding::Anchor { anchor, verdict } => {
            format!("Anchor\t{}\t{}", place(&anchor.bucket, &anchor.object), word(verdict))
        }
        Finding::BrokenLink { bucket, key } => {
            format!("Digest file\t{}\tINVALID: not the digest that was chained", place(bucket, key))
        }
        Finding::Newest { bucket, key } => format!(
            "Digest file\t{}\tINVALID: not found, though the trail delivered it last",
            place(bucket, key)
        ),
        Finding::Extra { what, bucket, key } => {
            let (what, why) = match what {
                Pretence::Log => ("Log file", "no valid digest names it"),
                Pretence::Digest => ("Digest file", "it is in no chain of digests"),
                Pretence::Nothing => ("File", "CloudTrail gives no file such a name"),
            };
            format!("{what}\t{}\tEXTRA: {why}", place(bucket, key))
        }
        Finding::Unproven { bucket, folder, files } => format!(
            "Log files\t{}\tEXTRA: {files}, and no valid digest names any",
            place(bucket, folder)
        ),
        Finding::NoDigests { bucket, folder, delivered } => format!(
            "Digest files\t{}\tINVALID: none found, but the trail delivered its newest at {}",
            place(bucket, folder),
            delivered.iso()
        ),
    }
}

fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Valid => "valid".to_owned(),
        Verdict::Invalid(reason) => format!("INVALID: {}", printable(&reason.to_string())),
        Verdict::Unreadable(cause) => format!("UNREADABLE: {}", printable(cause)),
    }
}

fn place(bucket: &str, key: &str) -> String {
    printable(&format!("s3://{bucket}/{key}")).into_owned()
}

fn summary(report: &Report) -> String {
    let (start, end) = (report.requested.0.iso(), report.requested.1.iso());
    let mut text = format!("Results requested for {start} to {end}\n");
    if report.digests.total() == 0 && report.backfills.total() == 0 {
        return text + "No digests found\n";
    }
    text.push_str(&found(report));
    text.push_str(&ratio(report.digests, "digest"));
    text.push_str(&ratio(report.backfills, "backfill digest"));
    text.push_str(&ratio(report.logs, "log"));
    text + "\n"
}

fn found(report: &Report) -> String {
    let Some((start, end)) = report.found else {
        return "No valid digests found in range\n".to_owned();
    };
    format!("Results found for {} to {}:\n", start.iso(), end.iso())
}

fn ratio(counts: Counts, name: &str) -> String {
    let (total, Counts { valid, invalid, unreadable }) = (counts.total(), counts);
    let text = match (total, invalid) {
        (0, _) => return String::new(),
        (_, 0) => format!("\n{valid}/{total} {name} files valid"),
        _ => {
            format!("\n{valid}/{total} {name} files valid, {invalid}/{total} {name} files INVALID")
        }
    };
    // The AWS CLI has no such line: it stops at the first file that it may not read.
    match unreadable {
        0 => text,
        _ => format!("{text}\n{unreadable}/{total} {name} files UNREADABLE"),
    }
}
