//! What cargo builds and tests for the other tasks.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::out;
use crate::project::Project;
use crate::run::Run;

/// The tests of some packages, with nextest if it is installed.
pub(crate) fn tests(
    project: &Project,
    what: &[&str],
    variables: &[(&str, &str)],
) -> Result<(), Failure> {
    let nextest = Run::cargo(project).words(["nextest", "--version"]).succeeds();
    let run = Run::cargo(project).variables(variables);
    if nextest {
        return run.words(["nextest", "run", "--locked", "--no-fail-fast"]).words(what).go();
    }
    out::note("cargo-nextest is missing: using the slower `cargo test`");
    let chosen = what.iter().any(|word| matches!(*word, "--test" | "--lib"));
    let targets: &[&str] = if chosen { &[] } else { &["--lib", "--bins", "--tests"] };
    run.words(["test", "--locked", "--no-fail-fast"]).words(what).words(targets).go()
}

/// Builds the binary of the dev profile and returns its path.
pub(crate) fn binary(project: &Project) -> Result<String, Failure> {
    Run::cargo(project).words(["build", "--locked", "-p", "shoseki"]).go()?;
    Ok(place_of_binary(project))
}

pub(crate) fn place_of_binary(project: &Project) -> String {
    target(project).join("debug").join("shoseki").to_string_lossy().into_owned()
}

/// Cargo's target directory.
pub(crate) fn target(project: &Project) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project.path("target"), PathBuf::from)
}
