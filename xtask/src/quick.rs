//! What a change needs at once: format, tidiness, lints and tests of the crates that it touches, and
//! integration tests of their users.
//!
//! The change is all that differs from where this branch left the main line, committed or not.
//! Lints and unit tests of users, and tests that start programs or run for long, are left to
//! `./check`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::failure::Failure;
use crate::project::Project;
use crate::run::Run;
use crate::sources::{self, crate_of};
use crate::stages::Stages;
use crate::{cargo, out, tidy};

/// What the main line may be called, in this order.
const MAIN: [&str; 2] = ["main", "origin/main"];
/// Test programs that take long: `./check` runs them.
const SLOW: [&str; 7] =
    ["brief", "first_hour", "memory", "power_loss", "process", "quickstart", "sim"];
/// Files that change what is built of every crate.
const OF_ALL: [&str; 3] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// Runs it and prints the duration of each stage.
pub(crate) fn quick(project: &Project, prints: bool) -> Result<(), Failure> {
    let changed = changed(project)?;
    let graph = graph(project)?;
    let scope = Scope::of(&changed, &graph);
    if prints {
        out::data(&scope.words());
        return Ok(());
    }
    let mut stages = Stages::default();
    let done = all(project, &scope, &mut stages);
    stages.print();
    done
}

fn all(project: &Project, scope: &Scope, stages: &mut Stages) -> Result<(), Failure> {
    out::note(&scope.words());
    stages.run("format", || Run::cargo(project).words(["fmt", "--all", "--check"]).go())?;
    stages.run("tidy", || tidy::tidy(project))?;
    if scope.of_all {
        out::note("the change is to all crates: `./check` is for that");
    }
    if scope.changed.is_empty() {
        return Ok(());
    }
    stages.run("lints", || {
        let run = Run::cargo(project).words(["clippy", "--all-targets", "--locked"]);
        run.words(packages(&scope.changed)).words(["--", "-D", "warnings"]).go()
    })?;
    let files = project.files()?;
    let own = [packages(&scope.changed), units(&files, &scope.changed)].concat();
    stages.run("unit tests", || tests(project, &own))?;
    // In one run: cargo would build a crate twice for packages with other features of dependencies.
    let all: BTreeSet<String> = scope.changed.union(&scope.users).cloned().collect();
    let programs = programs(&files, &all);
    if programs.is_empty() {
        return Ok(());
    }
    stages.run("integration tests", || tests(project, &[packages(&all), programs].concat()))
}

fn tests(project: &Project, words: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    cargo::tests(project, &words, &[])
}

/// Cargo's flags for these packages.
fn packages<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    names.into_iter().flat_map(|name| ["-p".to_owned(), name.clone()]).collect()
}

/// Cargo's flags for the unit tests of these packages: it rejects `--lib` if none is a library.
fn units(files: &[String], packages: &BTreeSet<String>) -> Vec<String> {
    let is_root = |file: &String| file.ends_with("/src/lib.rs");
    let roots = files.iter().filter(|file| is_root(file)).filter_map(|file| crate_of(file));
    let has_library = roots.into_iter().any(|name| packages.contains(name));
    let library = has_library.then(|| "--lib".to_owned());
    library.into_iter().chain(["--bins".to_owned()]).collect()
}

/// Cargo's flags for the integration tests of these packages that are not slow.
fn programs(files: &[String], packages: &BTreeSet<String>) -> Vec<String> {
    let name = |file: &String| {
        let (folder, file) = file.split_once("/tests/")?;
        let name = file.strip_suffix("/main.rs").or_else(|| file.strip_suffix(".rs"))?;
        let package = folder.rsplit('/').next()?;
        let is_wanted = packages.contains(package) && !name.contains('/') && !SLOW.contains(&name);
        is_wanted.then(|| name.to_owned())
    };
    let names: BTreeSet<String> = files.iter().filter_map(name).collect();
    names.into_iter().flat_map(|name| ["--test".to_owned(), name]).collect()
}

/// What a change touches.
#[derive(Debug, Default, PartialEq, Eq)]
struct Scope {
    /// The crates whose files are changed.
    changed: BTreeSet<String>,
    /// Those that use them, directly or not, for tests or not.
    users: BTreeSet<String>,
    /// Whether it is about all crates.
    of_all: bool,
}

impl Scope {
    fn of(files: &[String], graph: &Graph) -> Self {
        let known = files.iter().filter_map(|file| crate_of(file));
        let changed: BTreeSet<String> =
            known.filter(|name| graph.contains_key(*name)).map(str::to_owned).collect();
        let mut users = changed.clone();
        loop {
            let more = |uses: &BTreeSet<String>| uses.iter().any(|used| users.contains(used));
            let found: Vec<String> = graph
                .iter()
                .filter(|(name, uses)| !users.contains(*name) && more(uses))
                .map(|(name, _)| name.clone())
                .collect();
            if found.is_empty() {
                break;
            }
            users.extend(found);
        }
        let users = users.difference(&changed).cloned().collect();
        let of_all = files.iter().any(|file| OF_ALL.contains(&file.as_str()));
        Self { changed, users, of_all }
    }

    fn words(&self) -> String {
        let list = |names: &BTreeSet<String>| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(" ") }
        };
        format!("changed: {}; their users: {}", list(&self.changed), list(&self.users))
    }
}

/// Each crate with those of ours that it uses, for tests or not.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn graph(project: &Project) -> Result<Graph, Failure> {
    let manifests = sources::manifests(project)?;
    let uses = |manifest: &toml::Table| -> BTreeSet<String> {
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = tables.iter().filter_map(|name| manifest.get(*name)?.as_table());
        let names = tables.flat_map(toml::Table::keys);
        names.filter(|name| manifests.contains_key(*name)).cloned().collect()
    };
    Ok(manifests.iter().map(|(name, manifest)| (name.clone(), uses(manifest))).collect())
}

/// The files that differ from where the branch left the main line, and the files that git does not track.
fn changed(project: &Project) -> Result<Vec<String>, Failure> {
    let base = MAIN.iter().find_map(|main| git(project, &["merge-base", "HEAD", main]).ok());
    let base = base.unwrap_or_else(|| "HEAD".to_owned());
    let mut files = git(project, &["diff", "--name-only", base.trim()])?;
    files.push_str(&git(project, &["ls-files", "--others", "--exclude-standard"])?);
    Ok(files.lines().map(str::to_owned).collect())
}

fn git(project: &Project, words: &[&str]) -> Result<String, Failure> {
    let done = Command::new("git").args(words).current_dir(project.root()).output()?;
    if !done.status.success() {
        return Err(format!("`git {}` failed", words.join(" ")).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[&str], want: &str) {
        let edge = |(name, uses): (&str, &[&str])| {
            (name.to_owned(), uses.iter().map(|used| (*used).to_owned()).collect())
        };
        let graph = [
            ("types", &[][..]),
            ("s3", &["types"]),
            ("cloudtrail", &["s3"]),
            ("server", &["cloudtrail"]),
            ("kms", &["types"]),
            ("xtask", &[]),
        ];
        let graph: Graph = graph.into_iter().map(edge).collect();
        let files: Vec<_> = files.iter().map(|file| (*file).to_owned()).collect();
        assert_eq!(Scope::of(&files, &graph).words(), want);
    }

    /// Users of users are users; what is no crate's has none.
    #[test]
    fn a_change_reaches_its_users() {
        check(
            &["crates/s3/src/a.rs", "docs/security.md"],
            "changed: s3; their users: cloudtrail server",
        );
        check(
            &["crates/s3/src/a.rs", "crates/server/x"],
            "changed: s3 server; their users: cloudtrail",
        );
        check(&["xtask/src/main.rs"], "changed: xtask; their users: none");
        check(&["README.md", "crates/gone/src/lib.rs"], "changed: none; their users: none");
    }

    /// Programs are files and folders of `tests`, without modules and without slow ones.
    #[test]
    fn tests_are_found_by_their_files() {
        let files = [
            "crates/s3/tests/it/main.rs",
            "crates/s3/tests/it/acls.rs",
            "crates/store/tests/log.rs",
            "crates/server/tests/sim/main.rs",
            "crates/server/tests/it/main.rs",
            "crates/kms/tests/it/main.rs",
            "crates/s3/src/tests/other.rs",
        ]
        .map(str::to_owned);
        let packages = ["s3", "server", "store"].map(str::to_owned).into();
        assert_eq!(programs(&files, &packages), ["--test", "it", "--test", "log"]);
    }

    #[test]
    fn a_lock_file_is_everybodys() {
        assert!(Scope::of(&["Cargo.lock".to_owned()], &Graph::new()).of_all);
        assert!(!Scope::of(&["crates/s3/Cargo.toml".to_owned()], &Graph::new()).of_all);
    }
}
