use trail::verify::{Conclusion, Finding, Report};

/// Whether there is no digest in it.
pub fn is_empty(report: &Report) -> bool {
    report.digests.total() == 0 && report.backfills.total() == 0
}

/// How many files nothing proves.
pub fn extra_files(report: &Report) -> u64 {
    let files = |finding: &Finding| match finding {
        Finding::Extra { .. } => 1,
        Finding::Unproven { files, .. } => u64::try_from(*files).unwrap_or(u64::MAX),
        Finding::Anchor { .. }
        | Finding::BrokenLink { .. }
        | Finding::Newest { .. }
        | Finding::NoDigests { .. } => 0,
    };
    report.findings.iter().map(files).sum()
}

/// The verdict in a word. Of nothing there is no verdict.
pub fn verdict_word(conclusion: Conclusion, is_empty: bool) -> &'static str {
    match conclusion {
        Conclusion::Valid if is_empty => "NOTHING",
        Conclusion::Valid => "VALID",
        Conclusion::Unreadable => "UNREADABLE",
        Conclusion::Invalid => "INVALID",
    }
}
