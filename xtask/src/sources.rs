//! Our crates: manifests, and sources as tokens.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenTree};

use crate::failure::Failure;
use crate::project::Project;
use crate::rust::{self, is_punct, name, within};

/// One of our crates.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) manifest: toml::Table,
    pub(crate) sources: Vec<Source>,
}

/// A Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: String,
    /// The names of its module from the root on; `None` if it belongs to a test or a benchmark.
    pub(crate) module: Option<Vec<String>>,
    /// All its tokens.
    pub(crate) tokens: Vec<TokenTree>,
    /// Those that are not for tests alone: none if the whole file is.
    pub(crate) own: Vec<TokenTree>,
    pub(crate) text: String,
}

impl Crate {
    /// Our crates that it uses, for tests alone or not.
    pub(crate) fn uses<'a>(&'a self, section: &str) -> impl Iterator<Item = &'a str> {
        let table = self.manifest.get(section).and_then(toml::Value::as_table);
        table.into_iter().flat_map(toml::Table::keys).map(String::as_str)
    }

    /// The names that stand in its code; with `tests`, in its tests alone.
    pub(crate) fn names(&self, tests: bool) -> BTreeSet<String> {
        let of = |source: &Source| rust::names(if tests { &source.tokens } else { &source.own });
        self.sources.iter().flat_map(of).collect()
    }
}

/// The crate of a file: that of `crates/NAME/…`, or of a folder beside it.
pub(crate) fn crate_of(file: &str) -> Option<&str> {
    let (first, rest) = file.split_once('/')?;
    match first {
        "crates" => rest.split_once('/').map(|(name, _)| name),
        "fuzz" | "xtask" => Some(first),
        _ => None,
    }
}

/// The manifests of all our crates, by name.
pub(crate) fn manifests(project: &Project) -> Result<BTreeMap<String, toml::Table>, Failure> {
    let mut found = BTreeMap::new();
    for file in project.files()? {
        let Some(name) = crate_of(&file).filter(|_| file.ends_with("/Cargo.toml")) else {
            continue;
        };
        found.insert(name.to_owned(), project.read(&file)?.parse()?);
    }
    Ok(found)
}

/// All our crates with their sources.
pub(crate) fn crates(project: &Project) -> Result<Vec<Crate>, Failure> {
    let files = project.rust_files()?;
    let mut crates = Vec::new();
    for (own, manifest) in manifests(project)? {
        let mut sources = Vec::new();
        for file in files.iter().filter(|file| crate_of(file) == Some(own.as_str())) {
            let text = project.read(file)?;
            sources.push(source(file, text).map_err(|error| format!("`{file}`: {error}"))?);
        }
        crates.push(Crate { name: own, manifest, sources: without_test_modules(sources) });
    }
    Ok(crates)
}

/// A file as it is read.
pub(crate) fn source(file: &str, text: String) -> Result<Source, Failure> {
    let tokens = rust::tokens(&text)?;
    let module = module_of(file);
    let own = if module.is_some() { rust::without_tests(&tokens) } else { Vec::new() };
    Ok(Source { file: file.to_owned(), module, tokens, own, text })
}

fn module_of(file: &str) -> Option<Vec<String>> {
    let (_, path) = file.split_once("/src/")?;
    let path = path.strip_suffix(".rs")?;
    let names: Vec<String> = path.split('/').map(str::to_owned).collect();
    let is_root = matches!(names.first().map(String::as_str), Some("lib" | "main"));
    Some(if is_root && names.len() == 1 { Vec::new() } else { names })
}

/// Files of modules that are declared for tests alone are tests.
pub(crate) fn without_test_modules(mut sources: Vec<Source>) -> Vec<Source> {
    let mut tests = BTreeSet::new();
    for source in &sources {
        let Some(module) = &source.module else { continue };
        let declared = |tokens: &[TokenTree]| -> BTreeSet<String> {
            let found = tokens.windows(3).filter_map(|three| {
                let [keyword, called, end] = three else { return None };
                let is_one = name(Some(keyword))? == "mod" && is_punct(end, ';');
                is_one.then(|| name(Some(called))).flatten()
            });
            found.collect()
        };
        let own = declared(&source.own);
        for gone in declared(&source.tokens).difference(&own) {
            tests.insert([module.as_slice(), std::slice::from_ref(gone)].concat());
        }
    }
    for source in &mut sources {
        let Some(module) = &source.module else { continue };
        if tests.iter().any(|test| module.starts_with(test)) {
            source.module = None;
            source.own = Vec::new();
        }
    }
    sources
}

/// The modules that are written within a file, each with its tokens; the file's own first.
pub(crate) fn modules(source: &Source) -> Vec<(Vec<String>, Vec<TokenTree>)> {
    let mut found = Vec::new();
    if let Some(module) = &source.module {
        split(module, &source.own, &mut found);
    }
    found
}

fn split(module: &[String], tokens: &[TokenTree], found: &mut Vec<(Vec<String>, Vec<TokenTree>)>) {
    let (mut own, mut inner, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let called = name(tokens.get(at.saturating_add(1)));
        let body = within(tokens.get(at.saturating_add(2)), Delimiter::Brace);
        let is_module = name(Some(token)).is_some_and(|word| word == "mod");
        if let (true, Some(called), Some(body)) = (is_module, called, body) {
            inner.push(([module, &[called]].concat(), body));
            at = at.saturating_add(3);
        } else {
            own.push(token.clone());
            at = at.saturating_add(1);
        }
    }
    found.push((module.to_vec(), own));
    for (module, tokens) in inner {
        split(&module, &tokens, found);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A crate of these files.
    pub(crate) fn made(name: &str, manifest: &str, files: &[(&str, &str)]) -> Crate {
        let sources = files.iter().map(|(file, text)| source(file, (*text).to_owned()).unwrap());
        Crate {
            name: name.to_owned(),
            manifest: manifest.parse().unwrap(),
            sources: without_test_modules(sources.collect()),
        }
    }

    #[test]
    fn files_have_crates_and_modules() {
        assert_eq!(crate_of("crates/s3/src/ops/put.rs"), Some("s3"));
        assert_eq!((crate_of("xtask/src/main.rs"), crate_of("docs/a.rs")), (Some("xtask"), None));
        assert_eq!(module_of("crates/s3/src/lib.rs"), Some(vec![]));
        assert_eq!(module_of("crates/s3/src/ops/put.rs").unwrap().join("::"), "ops::put");
        assert_eq!(module_of("crates/s3/tests/it/main.rs"), None);
    }

    /// A module that is declared for tests is one, with all that is in it.
    #[test]
    fn test_modules_are_tests() {
        let own = made(
            "a",
            "",
            &[
                ("crates/a/src/lib.rs", "mod b; #[cfg(test)] mod scenario;"),
                ("crates/a/src/b.rs", "mod inner { fn f() {} } fn g() {}"),
                ("crates/a/src/scenario.rs", "mod calls;"),
                ("crates/a/src/scenario/calls.rs", "fn t() {}"),
            ],
        );
        let found: Vec<_> =
            own.sources.iter().flat_map(modules).map(|(m, _)| m.join("::")).collect();
        assert_eq!(found, ["", "b", "b::inner"]);
    }
}
