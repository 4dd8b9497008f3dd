//! The attacks: programs that act on the real binary as unauthenticated clients, thieves of its
//! files and failing machines do. `tests/attack/README.md` describes what each of them tries.

use crate::failure::Failure;
use crate::project::Project;
use crate::run::Run;
use crate::{out, python};

/// A family of attacks: a script of `tests/attack`, or the console's own in a browser.
struct Family {
    name: &'static str,
    /// Whether `ci` runs it among the attacks. Other stages of `ci` run the rest.
    in_slice: bool,
}

/// All of them, the quick ones first.
const FAMILIES: &[Family] = &[
    Family { name: "authentication", in_slice: true },
    Family { name: "authorization", in_slice: true },
    Family { name: "tampering", in_slice: true },
    Family { name: "damage", in_slice: true },
    Family { name: "connections", in_slice: true },
    // The tests of the binary attack its memory, and waiting for memory takes long.
    Family { name: "memory", in_slice: false },
    // It is a stage of its own.
    Family { name: "kill", in_slice: false },
    // The console's tests run them all.
    Family { name: ORIGINS, in_slice: false },
];
const ORIGINS: &str = "origins";
const ORIGINS_TEST: &str = "console/e2e/takeover.test.mjs";

/// Runs families: the named ones, or all. The slice runs a short version of them.
///
/// All run, even after a failure.
pub(crate) fn attack(
    project: &Project,
    names: &[String],
    is_slice: bool,
    binary: &str,
) -> Result<(), Failure> {
    for name in names {
        if !FAMILIES.iter().any(|family| family.name == name) {
            let known: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
            return Err(format!("`{name}` is not a family: {}", known.join(", ")).into());
        }
    }
    let is_meant = |family: &&Family| {
        names.iter().any(|name| family.name == name)
            || names.is_empty() && (family.in_slice || !is_slice)
    };
    let mut fallen = Vec::new();
    for family in FAMILIES.iter().filter(is_meant) {
        let done = if family.name == ORIGINS {
            origins(project, binary)
        } else {
            script(project, family.name, is_slice, binary)
        };
        if let Err(failure) = done {
            out::complain(&failure.to_string());
            fallen.push(family.name);
        }
    }
    if fallen.is_empty() { Ok(()) } else { Err(format!("fell: {}", fallen.join(", ")).into()) }
}

fn script(project: &Project, name: &str, is_slice: bool, binary: &str) -> Result<(), Failure> {
    let file = format!("tests/attack/{name}.py");
    if !project.has(&file) {
        return Err(format!("`{file}` is missing").into());
    }
    let full: &[&str] = if is_slice { &[] } else { &["--full"] };
    python::python(project)?.words([file.as_str(), "--bin", binary]).words(full).go()
}

/// The campaign of kills: `rounds` of them, at instants that `seed` repeats.
pub(crate) fn kill(
    project: &Project,
    rounds: u32,
    seed: Option<u64>,
    binary: &str,
) -> Result<(), Failure> {
    let rounds = rounds.to_string();
    let words = ["tests/attack/kill.py", "--bin", binary, "--rounds", &rounds];
    let run = python::python(project)?.words(words);
    match seed {
        Some(seed) => run.words(["--seed", &seed.to_string()]).go(),
        None => run.go(),
    }
}

/// The console in a browser, beside foreign pages.
fn origins(project: &Project, binary: &str) -> Result<(), Failure> {
    if !project.has(ORIGINS_TEST) {
        return Err(format!("`{ORIGINS_TEST}` is missing").into());
    }
    Run::program(project, "node")
        .variables(&[("SHOSEKI_BIN", binary)])
        .words(["--no-warnings", "--test", "--test-reporter=spec", ORIGINS_TEST])
        .go()
}
