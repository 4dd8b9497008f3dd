//! Why an operation never gives an error that AWS's model lists for it.

use std::collections::BTreeMap;

use super::Facts;
use crate::failure::Failure;

/// The list, which is kept by hand.
pub(super) const FILE: &str = "docs/errors-never.txt";

/// The numbers of its lines: a total, and a number of its own for each operation added later.
pub(super) const COUNTS: &str = "xtask/lists/errors-never.txt";

/// The row of [`COUNTS`] for the operations that have no row of their own.
const OTHERS: (&str, &str) = ("*", "*");

#[derive(Debug, Default)]
pub(super) struct Never {
    /// Reasons, by service, operation and code; `*` is any operation.
    reasons: BTreeMap<(String, String, String), String>,
    /// Numbers of reasons, by service and operation.
    counts: BTreeMap<(String, String), usize>,
}

impl Never {
    /// Parses lines such as `kms * KeyUnavailableException: why not`, and rows such as `kms Sign 2`.
    pub(super) fn parse(text: &str, counts: &str) -> Result<Self, Failure> {
        Ok(Self { reasons: reasons(text)?, counts: rows(counts)? })
    }

    /// Why not.
    pub(super) fn reason(&self, service: &str, operation: &str, code: &str) -> Option<&str> {
        let of = |operation: &str| {
            self.reasons.get(&(service.to_owned(), operation.to_owned(), code.to_owned()))
        };
        of(operation).or_else(|| of("*")).map(String::as_str)
    }

    /// Lines that are not needed: a test saw the error, or no model lists it.
    pub(super) fn complaints(&self, facts: &Facts) -> Vec<String> {
        let mut complaints = Vec::new();
        for (service, operation, code) in self.reasons.keys() {
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
        complaints.extend(self.miscounts(facts));
        complaints
    }

    /// Numbers that differ from those of the lines, and rows of operations that do not exist.
    fn miscounts(&self, facts: &Facts) -> Vec<String> {
        let others = (OTHERS.0.to_owned(), OTHERS.1.to_owned());
        let mut lines: BTreeMap<_, usize> = self.counts.keys().map(|row| (row, 0)).collect();
        lines.entry(&others).or_default();
        for (service, operation, _) in self.reasons.keys() {
            let own = (service.clone(), operation.clone());
            let row = self.counts.get_key_value(&own).map_or(&others, |(row, _)| row);
            let count = lines.entry(row).or_default();
            *count = count.saturating_add(1);
        }
        let mut complaints = Vec::new();
        for (row, count) in lines {
            let (service, operation) = row;
            let allowed = self.counts.get(row).copied().unwrap_or(0);
            if count > allowed {
                complaints.push(format!(
                    "`{FILE}` has {count} lines of `{service} {operation}`, and `{COUNTS}` allows \
                     {allowed}: test the error, or add a row if the operation is new"
                ));
            }
            if count < allowed {
                complaints.push(format!(
                    "`{FILE}` has {count} lines of `{service} {operation}`: write this number in \
                     `{COUNTS}`, which has {allowed}"
                ));
            }
            let is_of = |served: &(&str, &str)| {
                served.0 == service && (operation == "*" || served.1 == operation)
            };
            if *row != others && !facts.operations().any(|served| is_of(&served)) {
                complaints
                    .push(format!("`{COUNTS}` has `{service} {operation}`, which no row serves"));
            }
        }
        complaints
    }

    /// The reasons that hold for every operation of a service.
    pub(super) fn of_all<'a>(
        &'a self,
        service: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let own = self.reasons.iter().filter(move |((s, o, _), _)| s == service && o == "*");
        own.map(|((_, _, code), reason)| (code.as_str(), reason.as_str()))
    }
}

fn reasons(text: &str) -> Result<BTreeMap<(String, String, String), String>, Failure> {
    let mut reasons = BTreeMap::new();
    for line in entries(text) {
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
    Ok(reasons)
}

fn rows(text: &str) -> Result<BTreeMap<(String, String), usize>, Failure> {
    let mut rows = BTreeMap::new();
    for line in entries(text) {
        let wrong = || format!("`{COUNTS}`: `{line}` is no row of it");
        let [service, operation, count] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err(wrong().into());
        };
        let count: usize = count.parse().map_err(|_| wrong())?;
        if rows.insert((service.to_owned(), operation.to_owned()), count).is_some() {
            return Err(format!("`{COUNTS}` has `{service} {operation}` twice").into());
        }
    }
    Ok(rows)
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}
