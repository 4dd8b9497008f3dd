//! Modules of a crate that form a cycle.
//!
//! A module uses another if it names something of it by a path, through re-exports, too. A `pub use`
//! alone is no use: it is another name for the same thing. The cycles that there are stand in
//! [`LIST`] with a reason each; the list may only shrink.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenTree};
use serde::Deserialize;

use crate::failure::Failure;
use crate::project::Project;
use crate::rust::{is_path_sign, is_punct, name, within};
use crate::sources::{self, Crate};

/// The cycles that there are.
const LIST: &str = "xtask/lists/cycles.toml";
/// Fewer words are no reason.
const WHY_WORDS_MIN: usize = 5;
/// Names of names that are followed at most.
const ALIASES_MAX: usize = 16;

type Module = Vec<String>;

/// The list.
#[derive(Debug, Default, Deserialize)]
struct Known {
    #[serde(default)]
    cycle: Vec<Cycle>,
}

/// Modules that form a cycle, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Cycle {
    #[serde(rename = "crate")]
    of: String,
    modules: Vec<String>,
    why: String,
}

pub(super) fn check(
    project: &Project,
    crates: &[Crate],
    complaints: &mut Vec<String>,
) -> Result<(), Failure> {
    let known: Known = toml::from_str(&project.read(LIST)?)?;
    let mut found = Vec::new();
    for own in crates {
        for modules in cycles(own) {
            found.push((own.name.clone(), modules));
        }
    }
    compare(&known.cycle, &found, complaints);
    Ok(())
}

/// Compares the list with the cycles that there are: what is not on it, and what has left it.
fn compare(known: &[Cycle], found: &[(String, Vec<String>)], complaints: &mut Vec<String>) {
    let mut left: Vec<BTreeSet<&String>> =
        known.iter().map(|cycle| cycle.modules.iter().collect()).collect();
    for (own, modules) in found {
        let is_within = |cycle: &Cycle| {
            cycle.of == *own && modules.iter().all(|module| cycle.modules.contains(module))
        };
        let listed = known.iter().zip(&mut left).find(|(cycle, _)| is_within(cycle));
        if let Some((_, left)) = listed {
            left.retain(|module| !modules.contains(module));
        } else {
            let modules = modules.join("`, `");
            complaints.push(format!("{own}: modules form a cycle: `{modules}`"));
        }
    }
    for (Cycle { of, why, .. }, left) in known.iter().zip(left) {
        for module in left {
            complaints.push(format!("`{LIST}`: `{module}` of {of} is in no cycle any more"));
        }
        if why.split_whitespace().count() < WHY_WORDS_MIN {
            complaints.push(format!("`{LIST}`: a cycle of {of} has no reason"));
        }
    }
}

/// The cycles of a crate, each in order; the root is called `crate`.
fn cycles(own: &Crate) -> Vec<Vec<String>> {
    let graph = graph(own);
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        graph.keys().map(|module| (module, reached(&graph, module))).collect();
    let meets =
        |one: &Module, other: &Module| reach.get(one).is_some_and(|reach| reach.contains(other));
    let (mut done, mut found) = (BTreeSet::new(), Vec::new());
    for one in graph.keys() {
        let cycle: Vec<&Module> =
            graph.keys().filter(|other| meets(one, other) && meets(other, one)).collect();
        if cycle.len() > 1 && done.insert(cycle.clone()) {
            found.push(cycle.into_iter().map(shown).collect());
        }
    }
    found
}

fn shown(module: &Module) -> String {
    if module.is_empty() { "crate".to_owned() } else { module.join("::") }
}

type Graph = BTreeMap<Module, BTreeSet<Module>>;

fn reached<'g>(graph: &'g Graph, from: &Module) -> BTreeSet<&'g Module> {
    let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(module) = left.pop() {
        for next in graph.get(module).into_iter().flatten() {
            if seen.insert(next) {
                left.push(next);
            }
        }
    }
    seen
}

/// Which module uses which.
fn graph(own: &Crate) -> Graph {
    let modules: Vec<_> = own.sources.iter().flat_map(sources::modules).collect();
    let mut names = Names::default();
    let mut paths = BTreeMap::<Module, Vec<Vec<String>>>::new();
    for (module, tokens) in &modules {
        names.modules.insert(module.clone());
        let read = Reading::of(tokens);
        let aliases = read.uses.iter().filter_map(|used| Some((used.called.clone()?, used)));
        let aliases = aliases.map(|(called, used)| (called, used.path.clone()));
        names.aliases.entry(module.clone()).or_default().extend(aliases);
        let own = read.uses.into_iter().filter(|used| !used.is_export).map(|used| used.path);
        paths.entry(module.clone()).or_default().extend(own.chain(read.paths));
    }
    let mut graph = Graph::new();
    for (module, paths) in paths {
        let used = paths.iter().filter_map(|path| names.home(&module, path, ALIASES_MAX));
        let used: BTreeSet<Module> = used.filter(|used| *used != module).collect();
        graph.insert(module, used);
    }
    graph
}

/// What the names in a crate mean.
#[derive(Debug, Default)]
struct Names {
    modules: BTreeSet<Module>,
    /// In a module, a name that `use` makes, and its path.
    aliases: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

impl Names {
    /// The module in which is made what a path names in `from`; `None` if that is no place of ours.
    fn home(&self, from: &Module, path: &[String], left: usize) -> Option<Module> {
        let left = left.checked_sub(1)?;
        let mut rest = path.iter().map(String::as_str).peekable();
        let mut at = match *rest.peek()? {
            "crate" => {
                rest.next();
                Module::new()
            }
            "self" => {
                rest.next();
                from.clone()
            }
            "super" => from.clone(),
            first if self.child(from, first).is_some() => from.clone(),
            _ => return None,
        };
        while rest.next_if_eq(&"super").is_some() {
            at.pop()?;
        }
        while let Some(one) = rest.next() {
            if let Some(child) = self.child(&at, one) {
                at = child;
                continue;
            }
            let Some(alias) = self.aliases.get(&at).and_then(|aliases| aliases.get(one)) else {
                break;
            };
            let whole: Vec<String> = alias.iter().cloned().chain(rest.map(str::to_owned)).collect();
            // A name of another crate is at home where it is named.
            return Some(self.home(&at, &whole, left).unwrap_or(at));
        }
        Some(at)
    }

    fn child(&self, of: &Module, called: &str) -> Option<Module> {
        let child = [of.as_slice(), &[called.to_owned()]].concat();
        self.modules.contains(&child).then_some(child)
    }
}

/// A name that `use` makes.
#[derive(Debug, PartialEq, Eq)]
struct Used {
    /// `None` for all names of a module.
    called: Option<String>,
    path: Vec<String>,
    is_export: bool,
}

/// The names and paths of a module's tokens.
#[derive(Debug, Default)]
struct Reading {
    uses: Vec<Used>,
    paths: Vec<Vec<String>>,
}

impl Reading {
    fn of(tokens: &[TokenTree]) -> Self {
        let mut read = Self::default();
        read.read(tokens);
        read
    }

    fn read(&mut self, tokens: &[TokenTree]) {
        let (mut at, mut is_export) = (0, false);
        while let Some(token) = tokens.get(at) {
            let next = at.saturating_add(1);
            match name(Some(token)).as_deref() {
                Some("pub") => {
                    is_export = true;
                    let has_scope = within(tokens.get(next), Delimiter::Parenthesis).is_some();
                    at = if has_scope { next.saturating_add(1) } else { next };
                    continue;
                }
                Some("use") => {
                    let rest = tokens.get(next..).unwrap_or_default();
                    let end = rest.iter().position(|token| is_punct(token, ';'));
                    let tree = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                    self.tree(&[], tree, is_export);
                    at = next.saturating_add(tree.len());
                }
                Some(_) => {
                    let (path, end) = path(tokens, at);
                    if path.len() > 1 {
                        self.paths.push(path);
                    }
                    at = end;
                }
                None => {
                    if let TokenTree::Group(group) = token {
                        let inner: Vec<_> = group.stream().into_iter().collect();
                        self.read(&inner);
                    }
                    at = next;
                }
            }
            is_export = false;
        }
    }

    /// One branch of `use`, or several with commas between them.
    fn tree(&mut self, prefix: &[String], tokens: &[TokenTree], is_export: bool) {
        for branch in tokens.split(|token| is_punct(token, ',')) {
            let (path, end) = path(branch, 0);
            let whole = [prefix, &path].concat();
            let rest = branch.get(end..).unwrap_or_default();
            let is_all = rest.iter().any(|token| is_punct(token, '*'));
            let inner = rest.iter().find_map(|token| within(Some(token), Delimiter::Brace));
            match (inner, whole.split_last()) {
                (Some(inner), _) => self.tree(&whole, &inner, is_export),
                (None, Some((last, before))) => {
                    let renamed = name(rest.first()).filter(|word| word == "as");
                    let renamed = renamed.and_then(|_| name(rest.get(1)));
                    // `self` in braces is the module before them.
                    let path = if last == "self" && !before.is_empty() { before } else { &whole };
                    let called = renamed.or_else(|| path.last().cloned()).filter(|_| !is_all);
                    self.uses.push(Used { called, path: path.to_vec(), is_export });
                }
                (None, None) => {}
            }
        }
    }
}

/// The path that begins at `at`, and where it ends.
fn path(tokens: &[TokenTree], mut at: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    while let Some(one) = name(tokens.get(at)) {
        path.push(one);
        at = at.saturating_add(1);
        if !is_path_sign(tokens, at) {
            break;
        }
        at = at.saturating_add(2);
    }
    (path, at)
}

#[cfg(test)]
mod tests;
