use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use gateway::{Class, Row};

/// The table of operations: every row of every service.
pub const OPERATIONS: &[&[Row]] = &[
    iam::ROWS,
    kms::ROWS,
    s3::ROWS,
    cloudtrail::ROWS,
    tagging::ROWS,
    ec2::ROWS,
    sqs::ROWS,
    inquiry::ROWS,
];

/// `docs/operations.md`: the supported operations, and the AWS operations that are not supported.
///
/// `known` lists all AWS operations, one per line: `kms CreateKey`.
pub fn operations_page(known: &str) -> String {
    let mut page = String::from(
        "# Operations\n\n\
         All supported operations by service, followed by the AWS operations that Shoseki does not support.\n\
         *Event* is the operation's `eventName` in events.\n\
         `cargo xtask golden` generates this page from the table of operations.\n",
    );
    let mut rows: Vec<_> = OPERATIONS.iter().flat_map(|rows| rows.iter()).collect();
    rows.sort_by_key(|row| (row.spec.service.name, row.spec.name));
    // An operation on both buckets and objects has a row for each.
    rows.dedup_by_key(|row| (row.spec.service.name, row.spec.name));
    let mut service = "";
    for row in &rows {
        let spec = row.spec;
        if spec.service.name != service {
            service = spec.service.name;
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "\n## {service}\n\n| operation | event | class | read-only |\n|---|---|---|---|\n"
            );
        }
        let class = match spec.class {
            Class::Management => "management",
            Class::Data => "data",
        };
        let read_only = if spec.read_only { "yes" } else { "no" };
        let _ = writeln!(page, "| {} | {} | {class} | {read_only} |", spec.name, spec.event_name);
    }
    let there: BTreeSet<_> =
        rows.iter().map(|row| (row.spec.service.name, row.spec.name)).collect();
    page.push_str(&unsupported(known, &there));
    page
}

/// The AWS operations that are not supported, by service.
fn unsupported(known: &str, there: &BTreeSet<(&str, &str)>) -> String {
    let mut missing = BTreeMap::<&str, Vec<&str>>::new();
    for pair in known.lines().filter_map(|line| line.split_once(' ')) {
        if pair.0 != "#" && !there.contains(&pair) {
            missing.entry(pair.0).or_default().push(pair.1);
        }
    }
    let mut text = String::from("\n# Operations that Shoseki does not support\n");
    for (service, names) in missing {
        let _ =
            write!(text, "\n## {service}: {} not supported\n\n{}\n", names.len(), names.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    const KNOWN: &str = include_str!("../../../docs/operations-of-aws.txt");

    /// The page matches the table. `UPDATE_GOLDEN=1` rewrites it.
    #[test]
    fn the_page_of_operations_is_fresh() {
        let page = operations_page(KNOWN);
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(PAGE, &page).unwrap();
        }
        let written = fs::read_to_string(PAGE).unwrap();
        assert!(written == page, "docs/operations.md is stale: cargo xtask golden");
    }

    /// Every operation of an AWS service has a name that AWS uses.
    #[test]
    fn every_operation_is_one_of_aws() {
        let rows = OPERATIONS.iter().flat_map(|rows| rows.iter());
        for row in rows.filter(|row| row.spec.service.name != "shoseki") {
            let line = format!("{} {}", row.spec.service.name, row.spec.name);
            assert!(KNOWN.lines().any(|known| known == line), "{line}");
        }
    }

    /// Parameters that select an operation are covered by a Version 2 signature, except for the
    /// kind of a list and the ID of a setting: otherwise a URL presigned for one operation could be
    /// used for another.
    #[test]
    fn parameters_that_select_an_operation_are_signed() {
        for row in OPERATIONS.iter().flat_map(|rows| rows.iter()) {
            let gateway::Route::Rest { query, header, .. } = row.spec.route else { continue };
            let names = query.iter().filter_map(|key| key.split('=').next());
            for name in names.chain(header).filter(|name| !matches!(*name, "list-type" | "id")) {
                assert!(wire::sigv2::is_signed_parameter(name), "{}: {name}", row.spec.name);
            }
        }
    }

    /// Supported operations are not listed as unsupported.
    #[test]
    fn unsupported_operations_are_listed() {
        let there = BTreeSet::from([("kms", "Encrypt")]);
        let text = unsupported("# of AWS\nkms Decrypt\nkms Encrypt\n", &there);
        assert!(text.ends_with("\n## kms: 1 not supported\n\nDecrypt\n"), "{text}");
    }
}
