//! `docs/errors.md` and `docs/tests.md`: which errors each operation returns, where the code
//! makes them, and which of them a test has received.
//!
//! Nothing is guessed from names: an error is listed for an operation because a test received it,
//! and for a function because an error carries the line that made it. What AWS's models list and
//! no test received is in one of two lists, which are kept by hand and may only shrink:
//! [`never::FILE`] gives the reason why an error never occurs, [`UNTESTED`] has what no test covers
//! yet. An unnecessary line in either list is an error.

mod makers;
mod never;
mod pages;
mod shared;
mod signatures;
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::Failure;
use crate::observed::{self, CRATES, Observed, crate_of};
use crate::project::Project;
use crate::{cargo, out, records};
use never::Never;
use shared::Shared;
pub(crate) use shared::check as check_shared;
use sources::Sources;

/// The pages.
const ERRORS: &str = "docs/errors.md";
const TESTS: &str = "docs/tests.md";
/// The errors that AWS's models list.
const OF_AWS: &str = "docs/errors-of-aws.txt";
/// The operations that are there.
const OPERATIONS: &str = "docs/operations.md";
/// What has no test yet.
const UNTESTED: &str = "docs/untested.txt";

/// All that the pages are made of.
struct Facts {
    /// The operations that are there, by service.
    served: BTreeMap<String, Vec<String>>,
    /// What the models list.
    listed: BTreeMap<(String, String), BTreeSet<String>>,
    never: Never,
    shared: Shared,
    observed: Observed,
    sources: Sources,
}

/// Runs the services' tests and writes the pages.
pub(crate) fn golden(project: &Project) -> Result<(), Failure> {
    observed::clear(project)?;
    let packages = observed::PACKAGES.iter().flat_map(|package| ["-p", package]);
    let packages: Vec<_> = packages.collect();
    let file = observed::file(project);
    cargo::tests(project, &packages, &[(observed::VARIABLE, &file.to_string_lossy())])?;
    write(project)
}

/// Writes the pages from what the last run of the tests saw.
pub(crate) fn write(project: &Project) -> Result<(), Failure> {
    let facts = Facts::read(project)?;
    let mut complaints = facts.complaints(project)?;
    for (name, page) in facts.pages(project, &mut complaints)? {
        project.write(name, &page)?;
    }
    report(&complaints)
}

/// Checks the pages and the lists against what the last run of the tests saw.
pub(crate) fn check(project: &Project) -> Result<(), Failure> {
    let facts = Facts::read(project)?;
    let mut complaints = facts.complaints(project)?;
    for (name, page) in facts.pages(project, &mut complaints)? {
        if project.read(name).unwrap_or_default() != page {
            complaints.push(format!("`{name}` is stale: cargo xtask golden"));
        }
    }
    report(&complaints)
}

fn report(complaints: &[String]) -> Result<(), Failure> {
    for complaint in complaints {
        out::complain(complaint);
    }
    match complaints.len() {
        0 => Ok(()),
        count => Err(format!("{count} complaints about errors and their tests").into()),
    }
}

impl Facts {
    fn read(project: &Project) -> Result<Self, Failure> {
        let crates = CRATES.iter().map(|(_, folder)| *folder).chain(shared::FOLDERS).collect();
        Ok(Self {
            served: served(&project.read(OPERATIONS)?),
            listed: listed(&project.read(OF_AWS)?),
            never: Never::parse(&project.read(never::FILE)?, &project.read(never::COUNTS)?)?,
            shared: Shared::parse(&project.read(shared::LIST)?)?,
            observed: observed::read(project)?,
            sources: Sources::read(project, &crates)?,
        })
    }

    /// The pages, with their names.
    fn pages(
        &self,
        project: &Project,
        complaints: &mut Vec<String>,
    ) -> Result<[(&'static str, String); 3], Failure> {
        let records = records::page(project, &self.observed, complaints)?;
        Ok([(ERRORS, self.errors_page()), (TESTS, self.tests_page()), (records::PAGE, records)])
    }

    /// The operations that are there, each with its service.
    fn operations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.served.iter().flat_map(|(service, operations)| {
            operations.iter().map(|operation| (service.as_str(), operation.as_str()))
        })
    }

    fn seen(&self, service: &str, operation: &str) -> Option<&observed::Seen> {
        self.observed.get(&(service.to_owned(), operation.to_owned()))
    }

    /// The errors that the model lists for an operation.
    fn listed(&self, service: &str, operation: &str) -> impl Iterator<Item = &str> {
        let listed = self.listed.get(&(service.to_owned(), operation.to_owned()));
        listed.into_iter().flatten().map(String::as_str)
    }

    /// What no test has seen of an operation and the list does not explain: `success`, `denial`,
    /// `event`, or the code of an error.
    fn missing(&self, service: &str, operation: &str) -> Vec<&str> {
        let nothing = observed::Seen::default();
        let seen = self.seen(service, operation).unwrap_or(&nothing);
        let parts = [("success", seen.success), ("denial", seen.denial), ("event", seen.event)];
        let parts = parts.into_iter().filter(|(_, seen)| !seen).map(|(part, _)| part);
        let errors =
            self.listed(service, operation).filter(|code| !seen.errors.contains_key(*code));
        let all = parts.chain(errors);
        all.filter(|what| self.never.reason(service, operation, what).is_none()).collect()
    }

    /// Codes of a service's table that no test got from any of its operations.
    fn unseen_codes<'a>(&'a self, service: &str) -> Vec<&'a str> {
        // STS's errors are IAM's, S3 Control's are S3's.
        let own = crate_of(service);
        let seen: BTreeSet<&str> = self
            .observed
            .iter()
            .filter(|((other, _), _)| crate_of(other) == own)
            .flat_map(|(_, seen)| seen.errors.keys().map(String::as_str))
            .collect();
        let codes = own.into_iter().flat_map(|folder| self.sources.codes(folder));
        codes.filter(|code| !seen.contains(code)).collect()
    }

    /// Errors that a test received, and that do not carry a line of ours.
    fn without_place(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (service, operation) in self.operations() {
            let errors = self.seen(service, operation).into_iter().flat_map(|seen| &seen.errors);
            let lost = errors.filter(|(code, refusal)| {
                let places = self.places(service, operation, (code, refusal));
                places.is_empty() || !places.iter().all(|place| place.file.starts_with("crates/"))
            });
            found.extend(lost.map(|(code, _)| {
                format!(
                    "`{code}`, which a test received from {service} {operation}, carries no line of ours"
                )
            }));
        }
        found
    }

    fn complaints(&self, project: &Project) -> Result<Vec<String>, Failure> {
        let mut missing = BTreeSet::new();
        for (service, operation) in self.operations() {
            let own = self.missing(service, operation);
            missing.extend(own.iter().map(|what| format!("{service} {operation} {what}")));
        }
        for (service, _) in CRATES.iter().filter(|(name, _)| !matches!(*name, "sts" | "s3control"))
        {
            let codes = self.unseen_codes(service);
            let codes =
                codes.iter().filter(|code| self.never.reason(service, "any", code).is_none());
            missing.extend(codes.map(|code| format!("{service} any {code}")));
        }
        let listed = project.read(UNTESTED)?;
        let listed: BTreeSet<String> =
            listed.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
        let mut complaints: Vec<_> = missing
            .difference(&listed)
            .map(|one| format!("no test sees `{one}`, and `{UNTESTED}` may only shrink"))
            .collect();
        complaints.extend(
            listed.difference(&missing).map(|one| format!("`{UNTESTED}` need not have `{one}`")),
        );
        complaints.extend(self.never.complaints(self));
        complaints.extend(self.without_place());
        Ok(complaints)
    }
}

/// The operations of `docs/operations.md`, by service.
fn served(page: &str) -> BTreeMap<String, Vec<String>> {
    let mut served = BTreeMap::<String, Vec<String>>::new();
    let (mut service, there) = ("", page.split("\n# ").next().unwrap_or_default());
    for line in there.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            service = name;
        } else if let Some(row) = line.strip_prefix("| ")
            && let Some((operation, _)) = row.split_once(' ')
            && operation != "operation"
        {
            served.entry(service.to_owned()).or_default().push(operation.to_owned());
        }
    }
    served
}

fn listed(text: &str) -> BTreeMap<(String, String), BTreeSet<String>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        Some(((words.next()?, words.next()?), words.collect()))
    };
    lines.filter_map(row).collect()
}

#[cfg(test)]
mod tests;
