//! The project's development tasks. `./check` prepares what they need and calls `ci`.
//!
//! Everything runs in the dev profile, so that one build serves the tests and the binary that the
//! clients call.

mod assumptions;
mod attack;
mod cargo;
mod ci;
mod dist;
mod errors;
mod failure;
mod functions;
mod observed;
mod out;
mod project;
mod python;
mod quick;
mod records;
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

/// The project's development tasks.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Everything that must pass: format, lints, tests, documentation, tidiness, clients, console.
    Ci,
    /// Checks file lengths, dependency directions, module cycles, unused dependencies and names, table
    /// names, generated files, forbidden words.
    Tidy,
    /// Checks a change: format, tidy, lints and tests of the changed crates and of their users.
    Quick {
        /// Prints the crates and runs nothing.
        #[arg(long)]
        print: bool,
    },
    /// Rewrites generated and golden files; read the difference.
    Golden {
        /// Only what the sources determine: assumptions and counts of words. Runs no test.
        #[arg(long)]
        sources: bool,
    },
    /// Rewrites the pages of errors and of tests, which `golden` includes.
    Errors {
        /// From what the last run of the services' tests saw, without another run.
        #[arg(long)]
        last: bool,
    },
    /// Runs unmodified AWS clients against the binary; passes the words to pytest.
    Clients {
        /// Arguments for pytest, such as `-k scenario`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Runs attacks on the binary, by family: see `tests/attack/README.md`.
    Attack {
        /// The families [default: all].
        families: Vec<String>,
        /// Runs the short version that `ci` runs.
        #[arg(long)]
        slice: bool,
    },
    /// Kills the binary with `kill -9` under load, again and again, and looks up everything that was
    /// acknowledged.
    Kill {
        /// The number of kills.
        #[arg(long, default_value_t = 1_000)]
        rounds: u32,
        /// Repeats the instants of another run, which printed it.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Checks the console: types, texts, units, and the browser.
    Console,
    /// Extracts the shapes of real records from folders of CloudTrail log files; read the
    /// difference.
    Shapes {
        /// Folders, or JSON files.
        #[arg(required = true)]
        places: Vec<String>,
    },
    /// Runs the simulator: seeded workload, faults, crashes, a moving clock.
    Sim {
        /// The number of lives of a store, of each kind; a hundredth as many of a whole server.
        #[arg(long, default_value_t = 10_000)]
        seeds: u32,
        /// The first seed.
        #[arg(long, default_value_t = 0)]
        from: u32,
    },
    /// Runs the fuzzer and the property tests for longer.
    Fuzz {
        /// Iterations of each target.
        #[arg(long, default_value_t = 100_000)]
        iterations: u32,
        /// Cases of each property.
        #[arg(long, default_value_t = 10_000)]
        cases: u32,
    },
    /// Builds a Debian package, a tar archive and their checksums, in `target/dist`.
    Dist {
        /// Checks them with Debian's tools: promtool, systemd-analyze, lintian.
        #[arg(long)]
        check: bool,
        /// Packages the program of the dev profile, to try the packaging with.
        #[arg(long)]
        dev: bool,
        /// Prints the version and builds nothing.
        #[arg(long, conflicts_with_all = ["check", "dev"])]
        version: bool,
    },
    /// Runs the load generator against a release build; passes the words to it.
    Bench {
        /// Arguments for the load generator [default: `all`].
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
        Verb::Golden { sources: true } => golden_from_sources(&project),
        Verb::Golden { sources: false } => golden(&project),
        Verb::Errors { last: true } => errors::write(&project),
        Verb::Errors { last: false } => errors::golden(&project),
        Verb::Clients { words } => ci::clients(&project, words),
        Verb::Attack { families, slice } => {
            attack::attack(&project, families, *slice, &cargo::binary(&project)?)
        }
        Verb::Kill { rounds, seed } => {
            attack::kill(&project, *rounds, *seed, &cargo::binary(&project)?)
        }
        Verb::Console => ci::console(&project),
        Verb::Shapes { places } => ci::shapes(&project, places),
        Verb::Sim { seeds, from } => sim(&project, *seeds, *from),
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

fn golden_from_sources(project: &Project) -> Result<(), Failure> {
    project.write(assumptions::PAGE, &assumptions::page(project)?)?;
    project.write(tidy::words::LIST, &tidy::words::lowered(project)?)
}

fn golden(project: &Project) -> Result<(), Failure> {
    golden_from_sources(project)?;
    let update = [("UPDATE_GOLDEN", "1")];
    cargo::tests(project, &["-p", "server", "--lib"], &update)?;
    if project.has("crates/server/tests/it/main.rs") {
        cargo::tests(project, &["-p", "server", "--test", "it"], &update)?;
    }
    errors::golden(project)
}

/// A life of a whole server takes a hundred times as long as one of its store.
const LIVES_OF_A_STORE: u32 = 100;

fn sim(project: &Project, seeds: u32, from: u32) -> Result<(), Failure> {
    for (package, seeds) in [("store", seeds), ("server", seeds.div_ceil(LIVES_OF_A_STORE))] {
        let variables = [("SIM_SEEDS", &*seeds.to_string()), ("SIM_FROM", &*from.to_string())];
        cargo::tests(project, &["-p", package, "--test", "sim"], &variables)?;
    }
    Ok(())
}

fn fuzz(project: &Project, iterations: u32, cases: u32) -> Result<(), Failure> {
    let (iterations, cases) = (iterations.to_string(), cases.to_string());
    cargo::tests(project, &["-p", "fuzz"], &[("FUZZ_ITERATIONS", &iterations)])?;
    cargo::tests(project, &["--workspace", "--lib"], &[("PROPTEST_CASES", &cases)])
}

fn bench(project: &Project, words: &[String]) -> Result<(), Failure> {
    if !project.has("crates/bench/Cargo.toml") {
        return Err("there is no load tool in `crates/bench`".into());
    }
    Run::cargo(project).words(["build", "--release", "-p", "shoseki"]).go()?;
    let run = Run::cargo(project).words(["run", "--release", "-p", "bench", "--"]);
    if words.is_empty() { run.words(["all"]).go() } else { run.words(words).go() }
}
