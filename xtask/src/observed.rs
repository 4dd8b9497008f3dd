//! What the services' tests saw of each operation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::cargo;
use crate::failure::Failure;
use crate::project::Project;

/// The variable that `testkit` reads: where to write what calls were answered.
pub(crate) const VARIABLE: &str = "OBSERVED_CALLS";

/// The packages whose tests count. Others call operations, too, but to prove something else.
pub(crate) const PACKAGES: [&str; 8] =
    ["cloudtrail", "ec2", "iam", "inquiry", "kms", "s3", "sqs", "tagging"];

/// The crate of each service.
pub(crate) const CRATES: [(&str, &str); 10] = [
    ("cloudtrail", "crates/cloudtrail"),
    ("ec2", "crates/ec2"),
    ("iam", "crates/iam"),
    ("kms", "crates/kms"),
    ("s3", "crates/s3"),
    ("s3control", "crates/s3"),
    ("shoseki", "crates/inquiry"),
    ("sqs", "crates/sqs"),
    ("sts", "crates/iam"),
    ("tagging", "crates/tagging"),
];

/// What was seen of one operation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// A success.
    pub(crate) success: bool,
    /// A denial by the policies.
    pub(crate) denial: bool,
    /// Its event was checked.
    pub(crate) event: bool,
    /// Errors, by code.
    pub(crate) errors: BTreeMap<String, Refusal>,
    /// The fields of its events, such as `requestParameters.keyId`.
    pub(crate) fields: BTreeSet<String>,
}

/// An error that a test received.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The lines that made it, such as `crates/s3/src/object.rs:57`.
    pub(crate) made_at: BTreeSet<String>,
}

/// What was seen, by service and operation.
pub(crate) type Observed = BTreeMap<(String, String), Seen>;

/// The crate of a service.
pub(crate) fn crate_of(service: &str) -> Option<&'static str> {
    CRATES.iter().find(|(name, _)| *name == service).map(|(_, folder)| *folder)
}

/// The file that the tests write.
pub(crate) fn file(project: &Project) -> PathBuf {
    cargo::target(project).join("observed-calls")
}

/// Deletes what an earlier run wrote.
pub(crate) fn clear(project: &Project) -> Result<(), Failure> {
    match fs::remove_file(file(project)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What the last run of the tests saw.
pub(crate) fn read(project: &Project) -> Result<Observed, Failure> {
    let file = file(project);
    let text = fs::read_to_string(&file)
        .map_err(|error| format!("`{}`, which the tests write: {error}", file.display()))?;
    Ok(parse(&text))
}

pub(crate) fn parse(text: &str) -> Observed {
    let mut observed = Observed::new();
    // Each process of the tests wrote what it saw.
    for line in text.lines().collect::<BTreeSet<_>>() {
        let words: Vec<&str> = line.split(' ').collect();
        let [package, service, operation, what, rest @ ..] = words.as_slice() else { continue };
        if !PACKAGES.contains(package) {
            continue;
        }
        let key = ((*service).to_owned(), (*operation).to_owned());
        let seen = observed.entry(key).or_default();
        match (*what, rest) {
            ("ok", []) => seen.success = true,
            ("denied", []) => seen.denial = true,
            ("event", []) => seen.event = true,
            ("field", [field]) => {
                seen.fields.insert((*field).to_owned());
            }
            ("error", [status, code, made_at]) => {
                let refusal = seen.errors.entry((*code).to_owned()).or_default();
                refusal.status = status.parse().unwrap_or_default();
                refusal.made_at.insert((*made_at).to_owned());
            }
            _ => {}
        }
    }
    observed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the services' own tests count.
    #[test]
    fn lines_become_what_was_seen() {
        let text = "kms kms Encrypt ok\nserver kms Encrypt denied\nkms kms Encrypt event\n\
                    kms kms Encrypt error 400 NotFoundException a.rs:1\nkms kms Encrypt ok\n\
                    kms kms Encrypt error 400 NotFoundException b.rs:2\nkms kms Encrypt field eventTime\n";
        let observed = parse(text);
        let seen = &observed[&("kms".to_owned(), "Encrypt".to_owned())];
        let made_at = ["a.rs:1", "b.rs:2"].map(str::to_owned).into();
        let refusal = Refusal { status: 400, made_at };
        let errors = BTreeMap::from([("NotFoundException".to_owned(), refusal)]);
        let fields = ["eventTime".to_owned()].into();
        assert_eq!(seen, &Seen { success: true, denial: false, event: true, errors, fields });
    }
}
