//! Why an operation never gives an error that AWS's model lists for it.

use std::collections::BTreeMap;

use super::Facts;
use crate::failure::Failure;

/// The list, which is kept by hand.
pub(super) const FILE: &str = "docs/errors-never.txt";

/// How many lines the list has. It may only shrink, and this number with it.
const LINES: usize = 169;

/// Reasons, by service, operation and code; `*` is any operation.
#[derive(Debug, Default)]
pub(super) struct Never(BTreeMap<(String, String, String), String>);

impl Never {
    /// Lines such as `kms * KeyUnavailableException: why not`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut reasons = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let wrong = || format!("`{FILE}`: `{line}` is no line of it");
            let (key, reason) = line.split_once(": ").ok_or_else(wrong)?;
            let [service, operation, code] = key.split(' ').collect::<Vec<_>>()[..] else {
                return Err(wrong().into());
            };
            let key = (service.to_owned(), operation.to_owned(), code.to_owned());
            if reasons.insert(key, reason.to_owned()).is_some() {
                return Err(format!("`{FILE}` has `{line}` twice").into());
            }
        }
        Ok(Self(reasons))
    }

    /// Why not.
    pub(super) fn reason(&self, service: &str, operation: &str, code: &str) -> Option<&str> {
        let of = |operation: &str| {
            self.0.get(&(service.to_owned(), operation.to_owned(), code.to_owned()))
        };
        of(operation).or_else(|| of("*")).map(String::as_str)
    }

    /// Lines that are not needed: a test saw the error, or no model lists it.
    pub(super) fn complaints(&self, facts: &Facts) -> Vec<String> {
        let mut complaints = Vec::new();
        for (service, operation, code) in self.0.keys() {
            let line = format!("{service} {operation} {code}");
            let is_of = |other: &(&str, &str)| {
                other.0 == service && (operation == "*" || other.1 == operation)
            };
            let own: Vec<_> = facts.operations().filter(is_of).collect();
            if operation == "any" {
                if !facts.unseen_codes(service).contains(&code.as_str()) {
                    complaints.push(format!("`{FILE}` need not have `{line}`"));
                }
                continue;
            }
            let is_part = matches!(code.as_str(), "success" | "denial" | "event");
            let lists = |(s, o): &(&str, &str)| facts.listed(s, o).any(|other| other == code);
            let is_listed = !own.is_empty() && (is_part || own.iter().any(lists));
            if !is_listed {
                complaints.push(format!("`{FILE}` has `{line}`, which no model lists"));
            }
            for (service, operation) in own {
                let Some(seen) = facts.seen(service, operation) else { continue };
                let is_seen = match code.as_str() {
                    "success" => seen.success,
                    "denial" => seen.denial,
                    "event" => seen.event,
                    code => {
                        let mut listed = facts.listed(service, operation);
                        seen.errors.contains_key(code) && listed.any(|other| other == code)
                    }
                };
                if is_seen {
                    complaints
                        .push(format!("`{FILE}` has `{line}`, and a test saw it of {operation}"));
                }
            }
        }
        if self.0.len() != LINES {
            let count = self.0.len();
            complaints.push(format!("`{FILE}` has {count} lines, not {LINES}: it may only shrink"));
        }
        complaints
    }

    /// The reasons that hold for every operation of a service.
    pub(super) fn of_all<'a>(
        &'a self,
        service: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let own = self.0.iter().filter(move |((s, o, _), _)| s == service && o == "*");
        own.map(|((_, _, code), reason)| (code.as_str(), reason.as_str()))
    }
}
