//! Calls that turn a failure into nothing: `.ok()`, `.unwrap_or_default()`, and `Result::ok`.
//!
//! Most are judged to be harmless: an optional member that is absent, a text of a client that is
//! rejected afterwards. A new one needs the same judgement, so the count of each crate may only fall.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenTree};

use crate::failure::Failure;
use crate::project::Project;
use crate::rust::{is_punct, name, within};
use crate::sources::Crate;

/// The counts: a crate, a call and a number, a line each.
const LIST: &str = "xtask/lists/defaults.txt";

const CALLS: [&str; 2] = ["ok", "unwrap_or_default"];

/// Tools of the project, which no audit trail depends on.
const TOOLS: [&str; 4] = ["bench", "fuzz", "testkit", "xtask"];

pub(super) fn check(
    project: &Project,
    crates: &[Crate],
    complaints: &mut Vec<String>,
) -> Result<(), Failure> {
    let text = project.read(LIST)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let known: BTreeMap<&str, &str> = lines.filter_map(|line| line.rsplit_once(' ')).collect();
    let found = counts(crates);
    for (what, count) in &found {
        let allowed = known.get(what.as_str()).map_or(Ok(0), |number| number.parse())?;
        if *count > allowed {
            complaints.push(format!(
                "`{what}`: {count} calls, {allowed} are allowed: return the error, or show that \
                 absence means the default"
            ));
        }
        if *count < allowed {
            complaints.push(format!("`{LIST}`: lower `{what}` to {count}"));
        }
    }
    for what in known.keys().filter(|what| !found.contains_key(**what)) {
        complaints.push(format!("`{LIST}`: `{what}` has no calls: take it off the list"));
    }
    Ok(())
}

/// The number of calls outside tests, by crate and call.
fn counts(crates: &[Crate]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for own in crates.iter().filter(|own| !TOOLS.contains(&own.name.as_str())) {
        for source in &own.sources {
            for called in calls(&source.own) {
                let count: &mut usize = found.entry(format!("{} {called}", own.name)).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    found
}

/// The calls among tokens, in groups within groups.
fn calls(tokens: &[TokenTree]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            let inner: Vec<_> = group.stream().into_iter().collect();
            found.extend(calls(&inner));
        }
        let word = name(tokens.get(at.saturating_add(1)));
        let Some(called) = CALLS.into_iter().find(|call| word.as_deref() == Some(call)) else {
            continue;
        };
        let arguments = within(tokens.get(at.saturating_add(2)), Delimiter::Parenthesis);
        let is_call = is_punct(token, '.') && arguments.is_some_and(|inner| inner.is_empty());
        // `Result::ok` as a function.
        let is_path = is_punct(token, ':')
            && at.checked_sub(2).and_then(|at| name(tokens.get(at))).as_deref() == Some("Result");
        if is_call || is_path {
            found.push(called);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::tests::made;

    /// Calls count wherever they are, but not in tests, and functions of the same name do not.
    #[test]
    fn calls_are_counted_outside_tests() {
        let text = "fn f() { a.ok(); g(b.unwrap_or_default(), c.map(Result::ok)); ok(); d.ok(1); }
                    #[cfg(test)] mod tests { fn t() { a.ok(); } }";
        let own = made("s3", "", &[("crates/s3/src/lib.rs", text)]);
        let tool = made("bench", "", &[("crates/bench/src/lib.rs", text)]);
        let found = counts(&[own, tool]);
        let want = [("s3 ok".to_owned(), 2), ("s3 unwrap_or_default".to_owned(), 1)];
        assert_eq!(found.into_iter().collect::<Vec<_>>(), want);
    }
}
