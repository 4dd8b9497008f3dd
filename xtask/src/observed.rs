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

/// What was seen of one operation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// A success.
    pub(crate) success: bool,
    /// A denial by the policies.
    pub(crate) denial: bool,
    /// Its event was checked.
    pub(crate) event: bool,
    /// Errors: code and status.
    pub(crate) errors: BTreeMap<String, u16>,
}

/// What was seen, by service and operation.
pub(crate) type Observed = BTreeMap<(String, String), Seen>;

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
            ("error", [status, code]) => {
                let status = status.parse().unwrap_or_default();
                seen.errors.insert((*code).to_owned(), status);
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
                    kms kms Encrypt error 400 NotFoundException\nkms kms Encrypt ok\n";
        let observed = parse(text);
        let seen = &observed[&("kms".to_owned(), "Encrypt".to_owned())];
        let errors = BTreeMap::from([("NotFoundException".to_owned(), 400)]);
        assert_eq!(seen, &Seen { success: true, denial: false, event: true, errors });
    }
}
