//! The project's chores. `./check` prepares what they need and calls `ci`.
//!
//! Everything runs in the dev profile, so that one build serves the tests and the binary that the
//! clients talk to.

mod assumptions;
mod attack;
mod ci;
mod dist;
mod failure;
mod out;
mod project;
mod quick;
mod run;
mod rust;
mod sources;
mod stages;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::project::Project;
use crate::run::Run;

/// The project's chores.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// All that has to pass: format, lints, tests, documentation, tidiness, clients, console.
    Ci,
    /// File lengths, dependency directions, cycles of modules, unused dependencies and names, names of
    /// tables, generated files, forbidden words.
    Tidy,
    /// What a change needs at once: format, tidiness, lints and tests of the crates that it touches
    /// and of their users.
    Quick {
        /// Prints the crates and runs nothing.
        #[arg(long)]
        print: bool,
    },
    /// Rewrites generated and golden files; read the difference.
    Golden,
    /// Unmodified AWS clients against the binary; words are handed to pytest.
    Clients {
        /// For pytest, such as `-k scenario`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Attacks on the binary, family by family: see `tests/attack/README.md`.
    Attack {
        /// Which families; all without any.
        families: Vec<String>,
        /// The short form that `ci` runs.
        #[arg(long)]
        slice: bool,
    },
    /// The console: types, texts, units, and the browser.
    Console,
    /// Distils the forms of real records from folders of CloudTrail log files; read the difference.
    Shapes {
        /// Folders, or files of JSON.
        #[arg(required = true)]
        places: Vec<String>,
    },
    /// The simulator: seeded workload, faults, crashes, a moving clock.
    Sim {
        /// How many seeds.
        #[arg(long, default_value_t = 100)]
        seeds: u32,
    },
    /// The fuzzer and the property tests, for longer.
    Fuzz {
        /// Iterations of each target.
        #[arg(long, default_value_t = 100_000)]
        iterations: u32,
        /// Cases of each property.
        #[arg(long, default_value_t = 10_000)]
        cases: u32,
    },
    /// A Debian package, an archive and their sums, in `target/dist`.
    Dist {
        /// Has Debian's tools look at them: promtool, systemd-analyze, lintian.
        #[arg(long)]
        check: bool,
        /// Packages the program of the dev profile, to try the packaging with.
        #[arg(long)]
        dev: bool,
        /// Prints the version and makes nothing.
        #[arg(long, conflicts_with_all = ["check", "dev"])]
        version: bool,
    },
    /// The load tool against a release build; words are handed to it.
    Bench {
        /// For the load tool; `all` without any.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

fn main() -> ExitCode {
    match perform(&Cli::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out::complain(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn perform(verb: &Verb) -> Result<(), Failure> {
    let project = Project::here()?;
    match verb {
        Verb::Ci => ci::ci(&project),
        Verb::Tidy => tidy::tidy(&project),
        Verb::Quick { print } => quick::quick(&project, *print),
        Verb::Golden => golden(&project),
        Verb::Clients { words } => ci::clients(&project, words),
        Verb::Attack { families, slice } => {
            attack::attack(&project, families, *slice, &ci::binary(&project)?)
        }
        Verb::Console => ci::console(&project),
        Verb::Shapes { places } => ci::shapes(&project, places),
        Verb::Sim { seeds } => sim(&project, *seeds),
        Verb::Fuzz { iterations, cases } => fuzz(&project, *iterations, *cases),
        Verb::Dist { version: true, .. } => {
            out::data(&dist::version(&project)?);
            Ok(())
        }
        Verb::Dist { check, dev, .. } => {
            let profile = if *dev { dist::Profile::Dev } else { dist::Profile::Release };
            if *check { dist::check(&project, profile) } else { dist::dist(&project, profile) }
        }
        Verb::Bench { words } => bench(&project, words),
    }
}

fn golden(project: &Project) -> Result<(), Failure> {
    let page = assumptions::page(project)?;
    project.write(assumptions::PAGE, &page)?;
    let update = [("UPDATE_GOLDEN", "1")];
    ci::tests(project, &["-p", "server", "--lib"], &update)?;
    if project.has("crates/server/tests/it/main.rs") {
        ci::tests(project, &["-p", "server", "--test", "it"], &update)?;
    }
    Ok(())
}

fn sim(project: &Project, seeds: u32) -> Result<(), Failure> {
    if !project.has("crates/server/tests/sim") && !project.has("crates/server/tests/sim.rs") {
        return Err("there is no simulator in `crates/server/tests/sim`".into());
    }
    ci::tests(project, &["-p", "server", "--test", "sim"], &[("SIM_SEEDS", &seeds.to_string())])
}

fn fuzz(project: &Project, iterations: u32, cases: u32) -> Result<(), Failure> {
    let (iterations, cases) = (iterations.to_string(), cases.to_string());
    ci::tests(project, &["-p", "fuzz"], &[("FUZZ_ITERATIONS", &iterations)])?;
    ci::tests(project, &["--workspace", "--lib"], &[("PROPTEST_CASES", &cases)])
}

fn bench(project: &Project, words: &[String]) -> Result<(), Failure> {
    if !project.has("crates/bench/Cargo.toml") {
        return Err("there is no load tool in `crates/bench`".into());
    }
    Run::cargo(project).words(["build", "--release", "-p", "shoseki"]).go()?;
    let run = Run::cargo(project).words(["run", "--release", "-p", "bench", "--"]);
    if words.is_empty() { run.words(["all"]).go() } else { run.words(words).go() }
}
