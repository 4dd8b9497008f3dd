//! Everything that must pass, and its stages.

use crate::failure::Failure;
use crate::project::Project;
use crate::run::Run;
use crate::stages::Stages;
use crate::{attack, cargo, dist, errors, observed, out, python, tidy};

/// Where `./check` installs the Python clients.
const VENV_AWS: &str = ".venv/bin/aws";

/// Runs everything, the cheap stages first. Finally prints the duration of each stage, even after a
/// failure.
pub(crate) fn ci(project: &Project) -> Result<(), Failure> {
    let mut stages = Stages::default();
    let done = all(project, &mut stages);
    stages.print();
    done
}

fn all(project: &Project, stages: &mut Stages) -> Result<(), Failure> {
    stages.run("format", || Run::cargo(project).words(["fmt", "--all", "--check"]).go())?;
    stages.run("tidy", || tidy::tidy(project))?;
    stages.run("dependencies", || dependencies(project))?;
    stages.run("lints", || {
        Run::cargo(project)
            .words(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
            .go()
    })?;
    observed::clear(project)?;
    let file = observed::file(project);
    let observe = [(observed::VARIABLE, file.to_str().ok_or("a path that is no UTF-8")?)];
    stages.run("tests", || cargo::tests(project, &["--workspace"], &observe))?;
    stages.run("errors and tests of operations", || errors::check(project))?;
    stages.run("examples", || {
        Run::cargo(project).words(["test", "--doc", "--workspace", "--locked"]).go()
    })?;
    // The tests have built the binary. Both mostly wait for deliveries.
    let binary = cargo::place_of_binary(project);
    let clients = the_clients(project, &binary, &[])?;
    let clients = clients.start(&cargo::target(project).join("clients.log"))?;
    let console = the_console(project, &binary, stages);
    let clients = clients.end().map(|took| stages.took("clients, beside the console", took));
    clients.and(console)?;
    stages.run("packages", || dist::check(project, dist::Profile::Dev))?;
    stages.run("attacks, a slice", || attack::attack(project, &[], true, &binary))
}

/// Licences, sources and duplicates of our dependencies. Advisories are not checked, because their
/// database must be downloaded.
fn dependencies(project: &Project) -> Result<(), Failure> {
    if !Run::cargo(project).words(["deny", "--version"]).succeeds() {
        out::note("cargo-deny is missing: licences and duplicates are NOT checked");
        return Ok(());
    }
    let words = ["deny", "--locked", "check", "licenses", "bans", "sources"];
    Run::cargo(project).words(words).go()
}

/// Unmodified clients against the binary of the dev profile.
pub(crate) fn clients(project: &Project, words: &[String]) -> Result<(), Failure> {
    the_clients(project, &cargo::binary(project)?, words)?.go()
}

fn the_clients(project: &Project, binary: &str, words: &[String]) -> Result<Run, Failure> {
    python::expect(project)?;
    let run = python::python(project)?.variables(&[("SHOSEKI_BIN", binary)]).words([
        "-m",
        "pytest",
        "-q",
        "tests/clients",
    ]);
    Ok(run.words(words))
}

/// The fixture that our records are compared with, generated from AWS's records.
pub(crate) fn shapes(project: &Project, places: &[String]) -> Result<(), Failure> {
    python::expect(project)?;
    python::python(project)?.words(["tests/clients/distil_shapes.py"]).words(places).go()
}

/// The console: types, texts, units, and a browser against the binary of the dev profile.
pub(crate) fn console(project: &Project) -> Result<(), Failure> {
    the_console(project, &cargo::binary(project)?, &mut Stages::default())
}

fn the_console(project: &Project, binary: &str, stages: &mut Stages) -> Result<(), Failure> {
    let is_left_out = std::env::var_os("SHOSEKI_CHECK_WITHOUT_CONSOLE").is_some();
    if is_left_out || !Run::program(project, "node").words(["--version"]).succeeds() {
        out::note("node is missing or too old: the console is NOT tested");
        return Ok(());
    }
    if !project.has("console/node_modules") {
        return Err("`console/node_modules` is missing: `./check` installs it".into());
    }
    python::expect(project)?;
    let aws = project.path(VENV_AWS);
    for (name, script) in [
        ("console's types", "check"),
        ("console's texts", "lint:strings"),
        ("console's units", "test"),
        ("console in a browser", "e2e"),
    ] {
        stages.run(name, || {
            Run::program(project, "npm")
                .variables(&[("SHOSEKI_BIN", binary), ("AWS_CLI", &aws.to_string_lossy())])
                .words(["--prefix", "console", "run", "--silent", script])
                .go()
        })?;
    }
    Ok(())
}
