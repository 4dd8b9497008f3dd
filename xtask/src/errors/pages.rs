use std::collections::BTreeSet;
use std::fmt::Write;

use super::sources::{Place, Sources};
use super::{Facts, SHARED, signatures};

const ERRORS_HEAD: &str = "\
# Errors

Which errors each operation returns, and which source files make them.
A test received every error below as a response of its operation, unless it is marked *never*, with the reason, or *no test*.
*Listed* errors are those that AWS's service model lists for the operation; services return more than their models list.
*Made in* names the files that may create the error, and in them the functions, the nearest to the operation first. It is found by a search of the text: some of them may belong to other operations.
Errors of the steps that all operations share are created in `crates/gateway` and `crates/wire`: the function that decides is listed before the one that words the response.
A denial by policies is made by `denial` in `crates/gateway/src/access.rs`, which is not repeated here.
The status and the code of a service's own errors are in its `error.rs`; those of a fault in its `lib.rs`.
`cargo xtask golden` generates this page from the responses that the services' tests receive; the reasons are kept by hand in `docs/errors-never.txt`.
";

/// Files of the shared steps that are listed after those of a service: a code that more files make,
/// such as `InvalidArgument`, is mostly the service's own.
const SHARED_MAX: usize = 2;

const TESTS_HEAD: &str = "\
# Tests of operations

What the tests of the services cover for each operation: a success, a denial by policy, its event, and the errors that AWS's model lists for it.
A dash means that there is nothing to see; `docs/errors-never.txt` has the reason.
`cargo xtask golden` generates this page from the responses that the tests receive; `docs/untested.txt` lists what no test covers and may only shrink.
";

impl Facts {
    pub(super) fn errors_page(&self) -> String {
        let mut page = String::from(ERRORS_HEAD);
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
            let status = seen.and_then(|seen| seen.errors.get(code));
            let is_listed = if listed.contains(code) { "yes" } else { "" };
            let made_in = match (status, self.never.reason(service, operation, code)) {
                (Some(status), _) => {
                    let places = self.places(service, operation, (code, *status));
                    places.iter().map(link).collect::<Vec<_>>().join(", ")
                }
                (None, Some(_)) if of_all.contains(code) => continue,
                (None, Some(reason)) => format!("never: {reason}"),
                (None, None) => "no test".to_owned(),
            };
            let status = status.map(u16::to_string).unwrap_or_default();
            let _ = writeln!(page, "| {operation} | {code} | {status} | {is_listed} | {made_in} |");
        }
    }

    /// The places that make an error: what the operation calls, the steps that all operations
    /// share, the operations that it invokes, or else the nearest files. The response to a fault has
    /// its text in the service, and is made by the gateway.
    pub(super) fn places(
        &self,
        service: &str,
        operation: &str,
        (code, status): (&str, u16),
    ) -> Vec<Place> {
        let Some(own) = self.sources.get(service) else { return Vec::new() };
        let mut places = own.of_calls(operation, code);
        let shared = self.of_shared_steps(code);
        if !places.is_empty() && shared.len() <= SHARED_MAX {
            places.extend(shared.iter().cloned());
        }
        if places.is_empty() && !own.declares(operation) {
            places = own.of_error(operation, code);
        }
        if places.is_empty() {
            places = shared;
        }
        if places.is_empty() {
            places = self.of_invoked(own, operation, code);
        }
        if places.is_empty() {
            places = own.of_error(operation, code);
        }
        if status >= 500 && places.iter().all(|place| place.functions.is_empty()) {
            let makes = |_: &str, body: &str| body.contains(" fn fault(service: &Service");
            places.extend(self.shared.iter().flat_map(|shared| shared.places(&makes)));
        }
        places
    }

    fn of_invoked(&self, own: &Sources, operation: &str, code: &str) -> Vec<Place> {
        let services =
            self.sources.iter().filter(|(name, _)| !matches!(**name, "sts" | "s3control"));
        let invoked = own.invoked(operation);
        services
            .flat_map(|(_, other)| invoked.iter().flat_map(move |name| other.of_calls(name, code)))
            .collect()
    }

    /// The functions of the shared steps that decide an error, and those that word it.
    fn of_shared_steps(&self, code: &str) -> Vec<Place> {
        let mut steps = self.steps.borrow_mut();
        steps.entry(code.to_owned()).or_insert_with(|| self.find_shared_steps(code)).clone()
    }

    fn find_shared_steps(&self, code: &str) -> Vec<Place> {
        let wording = self.shared.iter().flat_map(|shared| shared.with_code(code));
        let all: Vec<_> = self.shared.iter().chain(self.sources.get("iam")).collect();
        let wire = self.shared.iter().find(|shared| shared.is_of("wire"));
        let deciders = wire.map(|wire| signatures::deciders(code, wire, &all)).unwrap_or_default();
        deciders.into_iter().chain(wording).collect()
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

/// A link to a file, and the functions in it.
fn link(place: &Place) -> String {
    let file = &place.file;
    let path = file.strip_prefix("crates/").unwrap_or(file);
    let (folder, name) = path.split_once("/src/").unwrap_or_default();
    let name = if SHARED.contains(&folder) { path } else { name };
    let functions = place.functions.iter().map(|name| format!(" `{name}`"));
    format!("[{name}](../{file}){}", functions.collect::<Vec<_>>().join(","))
}
