//! Fuzzes for as long as one likes: `cargo run -p fuzz --release -- [OPTIONS] [TARGET]...`
//!
//! ```text
//! --seconds N   for each target; 60 without it
//! --seed N      where to begin; anywhere without it
//! --keep        writes failing inputs to regressions/TARGET/, to be run for ever
//! ```

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use types::Entropy;

use fuzz::{Budget, Failure, TARGETS, Target, fuzz};

struct Arguments {
    seconds: u64,
    seed: u64,
    keep: bool,
    targets: Vec<&'static Target>,
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout();
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            writeln!(out, "{error}")?;
            return Ok(ExitCode::from(2));
        }
    };
    let Arguments { seconds, seed, keep, targets } = arguments;
    let mut failed = false;
    for target in targets {
        let budget = Budget::Time(Duration::from_secs(seconds));
        match fuzz(target, budget, seed) {
            Ok(done) => writeln!(out, "{}: {done} inputs from seed {seed}", target.name)?,
            Err(failure) => {
                failed = true;
                writeln!(out, "{failure}\nfrom seed {seed}")?;
                if keep {
                    writeln!(out, "kept as {}", store(&failure)?)?;
                }
            }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Writes the input to where the tests find it.
fn store(failure: &Failure) -> io::Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(failure.target);
    std::fs::create_dir_all(&folder)?;
    let mut name = types::hex(&keys::sha256(&failure.input));
    name.truncate(16);
    let path = folder.join(name);
    std::fs::write(&path, &failure.input)?;
    Ok(path.display().to_string())
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments =
        Arguments { seconds: 60, seed: any_seed()?, keep: false, targets: Vec::new() };
    while let Some(argument) = given.next() {
        let mut number = || {
            let text = given.next().unwrap_or_default();
            text.parse().map_err(|_| format!("`{argument}` needs a number, not `{text}`"))
        };
        match argument.as_str() {
            "--seconds" => arguments.seconds = number()?,
            "--seed" => arguments.seed = number()?,
            "--keep" => arguments.keep = true,
            name => arguments.targets.push(target(name)?),
        }
    }
    if arguments.targets.is_empty() {
        arguments.targets = TARGETS.iter().collect();
    }
    Ok(arguments)
}

fn any_seed() -> Result<u64, String> {
    let random = Entropy::system().bytes().map_err(|error| format!("no randomness: {error}"))?;
    Ok(u64::from_le_bytes(random))
}

fn target(name: &str) -> Result<&'static Target, String> {
    TARGETS.iter().find(|target| target.name == name).ok_or_else(|| {
        let mut text = format!("there is no target `{name}`; there are");
        for target in TARGETS {
            // Writing to a String cannot fail.
            let _ = write!(text, " {}", target.name);
        }
        text
    })
}
