//! Names that a crate offers and no other crate takes.
//!
//! Those that there are stand in [`LIST`], which may only shrink. A name that only a signature
//! needs stays on it: other crates hold such a value without naming its type.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenTree};

use crate::failure::Failure;
use crate::project::Project;
use crate::rust::{self, is_punct, name, within};
use crate::sources::{self, Crate};

/// Crates and names: `crate name`, a line each.
const LIST: &str = "xtask/lists/unused-names.txt";

/// What begins an item, but for functions within types.
const ITEMS: [&str; 8] = ["const", "enum", "fn", "static", "struct", "trait", "type", "union"];

pub(super) fn check(
    project: &Project,
    crates: &[Crate],
    complaints: &mut Vec<String>,
) -> Result<(), Failure> {
    let text = project.read(LIST)?;
    let known: BTreeSet<String> =
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let found = unused(crates);
    for name in found.difference(&known) {
        complaints.push(format!("`{name}`: `pub`, and no other crate names it"));
    }
    for name in known.difference(&found) {
        complaints.push(format!("`{LIST}`: `{name}` is gone or used: take it off the list"));
    }
    Ok(())
}

/// `crate name` of all that is offered in vain.
fn unused(crates: &[Crate]) -> BTreeSet<String> {
    let names: BTreeMap<&str, BTreeSet<String>> =
        crates.iter().map(|own| (own.name.as_str(), own.names(true))).collect();
    let mut found = BTreeSet::new();
    for own in crates {
        let others = names.iter().filter(|(other, _)| **other != own.name).map(|(_, names)| names);
        // Tests beside the sources are other crates, and so are examples in comments.
        let beside = own.sources.iter().filter(|source| !source.file.contains("/src/"));
        let beside: Vec<_> = beside.map(|source| rust::names(&source.tokens)).collect();
        let taken: Vec<_> = others.chain(&beside).collect();
        for offered in offered(own) {
            if !taken.iter().any(|names| names.contains(&offered)) {
                found.insert(format!("{} {offered}", own.name));
            }
        }
    }
    found
}

/// The names that a library offers: items of its root and of its public modules, and what these
/// pass on.
fn offered(own: &Crate) -> BTreeSet<String> {
    let modules: BTreeMap<Vec<String>, Vec<TokenTree>> =
        own.sources.iter().flat_map(sources::modules).collect();
    let is_library = own.sources.iter().any(|source| source.file.ends_with("/src/lib.rs"));
    let (mut found, mut left) = (BTreeSet::new(), Vec::new());
    left.extend(is_library.then(Vec::new));
    while let Some(module) = left.pop() {
        let within = own.sources.iter().filter(|source| source.module.as_ref() == Some(&module));
        let inline = modules.get(&module).into_iter().flatten();
        let tokens: Vec<TokenTree> =
            within.flat_map(|source| &source.own).chain(inline).cloned().collect();
        for (kind, called) in public(&tokens) {
            if kind == "mod" {
                left.push([module.as_slice(), &[called]].concat());
            } else {
                found.insert(called);
            }
        }
    }
    found
}

/// What is `pub` without bounds among these tokens: keyword and name.
fn public(tokens: &[TokenTree]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let is_pub = name(Some(token)).as_deref() == Some("pub");
        let mut rest = tokens.get(at.saturating_add(1)..).unwrap_or_default().iter();
        let Some(keyword) = rest.next().filter(|_| is_pub) else { continue };
        let Some(keyword) = name(Some(keyword)) else { continue };
        if keyword == "use" {
            let tree: Vec<_> = rest.take_while(|token| !is_punct(token, ';')).cloned().collect();
            found.extend(last_names(&tree).into_iter().map(|called| (keyword.clone(), called)));
            continue;
        }
        let called = name(rest.next());
        match called.as_deref() {
            // `pub const fn`, `pub async fn`.
            Some("fn") => found.extend(name(rest.next()).map(|called| ("fn".to_owned(), called))),
            Some(called) if keyword == "mod" || ITEMS.contains(&keyword.as_str()) => {
                found.push((keyword, called.to_owned()));
            }
            _ => {}
        }
    }
    found
}

/// The names that a `use` makes.
fn last_names(tree: &[TokenTree]) -> Vec<String> {
    let mut found = Vec::new();
    for branch in tree.split(|token| is_punct(token, ',')) {
        match branch.last() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                found.extend(last_names(
                    &within(branch.last(), Delimiter::Brace).unwrap_or_default(),
                ));
            }
            last => found.extend(name(last)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::tests::made;

    /// Items of the root and of public modules, and what is passed on, by its last name.
    #[test]
    fn what_is_offered_is_seen() {
        let own = made(
            "a",
            "",
            &[
                (
                    "crates/a/src/lib.rs",
                    "mod b; pub mod c; pub use b::{B, x::{Y as Z}}; pub const fn f() {} pub(crate) fn no() {} #[cfg(test)] pub fn t() {}",
                ),
                ("crates/a/src/b.rs", "pub struct B; pub struct Hidden;"),
                ("crates/a/src/c.rs", "pub trait T { } impl X { pub fn method() {} }"),
            ],
        );
        let found: Vec<_> = offered(&own).into_iter().collect();
        assert_eq!(found, ["B", "T", "Z", "f"]);
    }

    /// Another crate takes a name, and so does a test of one's own beside the sources.
    #[test]
    fn what_nobody_takes_is_found() {
        let own = made(
            "a",
            "",
            &[
                ("crates/a/src/lib.rs", "pub fn x() { y() } pub fn y() {} pub fn z() {}"),
                ("crates/a/tests/it/main.rs", "fn t() { a::z() }"),
            ],
        );
        let other =
            made("b", "", &[("crates/b/src/main.rs", "fn main() { a::x() } pub fn w() {}")]);
        assert_eq!(unused(&[own, other]).into_iter().collect::<Vec<_>>(), ["a y"]);
    }
}
