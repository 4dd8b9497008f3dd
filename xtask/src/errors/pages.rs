use std::collections::BTreeSet;
use std::fmt::Write;

use super::sources::{Made, Place, merge};
use super::{Facts, signatures};
use crate::functions::folder;
use crate::observed::{Refusal, crate_of};
use crate::records::links;

const ERRORS_HEAD: &str = "\
# Errors

This page lists the errors that each operation returns, and the functions that make them.
The [first section](#shared-steps) lists the errors of the steps that all operations share: authentication, signatures, decoding, denials, limits and faults. It is kept by hand in `docs/errors-shared.txt`, and `cargo xtask tidy` checks that its functions exist.
The sections of the services list the errors of their operations besides those. A shared error is repeated there only if a test received it from the operation.
A test received each error in these sections, unless the row is marked *never*, with the reason, or *no test*.
*Listed* errors are those that AWS's service model lists for the operation; services return more than their models list.
*Made in* names the functions that created the error in the tests. An error carries the line that created it, which the server logs as `made_at` at level `debug`. A policy denial is created by `denial` in `gateway/access.rs`.
Operations that do not exist here are refused as listed under *The request*; [operations.md](operations.md) lists the absent operations of AWS.
The status and the code of a service's own errors are in its `error.rs`. An internal error (a `Fault`: a damaged store, a missing key, a bug) has the status and the code in `failure` of the service's `Service` constant, in its `lib.rs`.
Paths are those below `crates/`, without `src/`, as in [records.md](records.md), which lists the fields of events.
`cargo xtask golden` generates the sections of the services from the responses that the services' tests receive; the reasons are kept by hand in `docs/errors-never.txt`.
";

const TESTS_HEAD: &str = "\
# Tests of operations

What the tests of the services cover for each operation: a success, a denial by policy, its event, and the errors that AWS's model lists for it.
A dash means that there is nothing to see; `docs/errors-never.txt` has the reason.
`cargo xtask golden` generates this page from the responses that the tests receive; `docs/untested.txt` lists what no test covers and may only shrink.
";

impl Facts {
    pub(super) fn errors_page(&self) -> String {
        let mut page = String::from(ERRORS_HEAD);
        page.push_str(&self.shared.section());
        for (service, operations) in &self.served {
            // Writing to a String cannot fail.
            let _ = write!(page, "\n## {service}\n");
            let mut never = self.never.of_all(service).peekable();
            if never.peek().is_some() {
                page.push_str("\nReturned by no operation:\n\n");
            }
            for (code, reason) in never {
                let _ = writeln!(page, "- `{code}`: {reason}");
            }
            page.push_str(
                "\n| operation | error | status | listed | made in |\n|---|---|---|---|---|\n",
            );
            for operation in operations {
                self.errors_of(service, operation, &mut page);
            }
        }
        page
    }

    fn errors_of(&self, service: &str, operation: &str, page: &mut String) {
        let seen = self.seen(service, operation);
        let of_all: BTreeSet<&str> = self.never.of_all(service).map(|(code, _)| code).collect();
        let listed: BTreeSet<&str> = self.listed(service, operation).collect();
        let mut codes = listed.clone();
        codes.extend(seen.iter().flat_map(|seen| seen.errors.keys().map(String::as_str)));
        for code in codes {
            let refusal = seen.and_then(|seen| seen.errors.get(code));
            let is_listed = if listed.contains(code) { "yes" } else { "" };
            let made_in = match (refusal, self.never.reason(service, operation, code)) {
                (Some(refusal), _) => {
                    let places = self.places(service, operation, (code, refusal));
                    links(&places.into_iter().map(Place::named).collect::<Vec<_>>())
                }
                (None, Some(_)) if of_all.contains(code) => continue,
                (None, Some(reason)) => format!("never: {reason}"),
                (None, None) => "no test".to_owned(),
            };
            let status = refusal.map(|refusal| refusal.status.to_string()).unwrap_or_default();
            let _ = writeln!(page, "| {operation} | {code} | {status} | {is_listed} | {made_in} |");
        }
    }

    /// The places that made an error: those of the service first, those that only word it last.
    pub(super) fn places(
        &self,
        service: &str,
        operation: &str,
        (code, refusal): (&str, &Refusal),
    ) -> Vec<Place> {
        let mut all = Vec::new();
        for at in &refusal.made_at {
            for place in self.sources.makers(Made { operation, code, at }) {
                if signatures::is_worded_in(&place.file) {
                    for decider in signatures::deciders(code, &self.sources) {
                        merge(&mut all, decider);
                    }
                }
                merge(&mut all, place);
            }
        }
        let is_own = |place: &Place| crate_of(service) == Some(folder(&place.file));
        all.sort_by_key(|place| (!is_own(place), signatures::is_worded_in(&place.file)));
        all
    }

    pub(super) fn tests_page(&self) -> String {
        let mut page = String::from(TESTS_HEAD);
        for (service, operations) in &self.served {
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "\n## {service}\n\n| operation | success | denial | event | errors | missing |\n\
                 |---|---|---|---|---|---|\n"
            );
            for operation in operations {
                self.tests_of(service, operation, &mut page);
            }
        }
        page
    }

    fn tests_of(&self, service: &str, operation: &str, page: &mut String) {
        let seen = self.seen(service, operation);
        let missing = self.missing(service, operation);
        let part = |name: &str, is_seen: bool| match (is_seen, missing.contains(&name)) {
            (true, _) => "yes",
            (false, true) => "no",
            (false, false) => "–",
        };
        let errors: Vec<&str> = self
            .listed(service, operation)
            .filter(|code| self.never.reason(service, operation, code).is_none())
            .collect();
        let unseen: Vec<&str> =
            errors.iter().copied().filter(|code| missing.contains(code)).collect();
        let (all, known) = (errors.len(), errors.len().saturating_sub(unseen.len()));
        let _ = writeln!(
            page,
            "| {operation} | {} | {} | {} | {known} of {all} | {} |",
            part("success", seen.is_some_and(|seen| seen.success)),
            part("denial", seen.is_some_and(|seen| seen.denial)),
            part("event", seen.is_some_and(|seen| seen.event)),
            unseen.join(", ")
        );
    }
}
