use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Facts, SHARED};

const ERRORS_HEAD: &str = "\
# Errors

Which errors each operation returns, and which source files make them.
A test received every error below as a response of its operation, unless it is marked *never*, with the reason, or *no test*.
*Listed* errors are those that AWS's service model lists for the operation; services return more than their models list.
The files are those nearest to the operation that create the error: its own file, or else the modules that it uses.
Errors of the steps that all operations share are created in `crates/gateway` and `crates/wire`.
`cargo xtask golden` generates this page from the responses that the services' tests receive; the reasons are kept by hand in `docs/errors-never.txt`.
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
                (Some(_), _) => self.files(service, operation, code),
                (None, Some(_)) if of_all.contains(code) => continue,
                (None, Some(reason)) => format!("never: {reason}"),
                (None, None) => "no test".to_owned(),
            };
            let status = status.map(u16::to_string).unwrap_or_default();
            let _ = writeln!(page, "| {operation} | {code} | {status} | {is_listed} | {made_in} |");
        }
    }

    /// The nearest files, as links.
    fn files(&self, service: &str, operation: &str, code: &str) -> String {
        let sources = self.sources.get(service);
        let own = sources.map(|sources| sources.of_error(operation, code)).unwrap_or_default();
        let files = if own.is_empty() {
            self.shared.iter().flat_map(|shared| shared.with_code(code)).collect()
        } else {
            own
        };
        let link = |file: &String| {
            let path = file.strip_prefix("crates/").unwrap_or(file);
            let (folder, name) = path.split_once("/src/").unwrap_or_default();
            let name = if SHARED.contains(&folder) { path } else { name };
            format!("[{name}](../{file})")
        };
        files.iter().map(link).collect::<Vec<_>>().join(", ")
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
