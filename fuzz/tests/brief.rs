//! Each target, briefly, and every input that ever failed.
//!
//! `FUZZ_ITERATIONS` sets the length; a target's share depends on its cost.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a panic is a failed test, and its length is asked of the environment"
)]

use std::path::Path;

use fuzz::{Budget, TARGETS, fuzz, run_once};

const ITERATIONS: u64 = 5_000;
const SEED: u64 = 1;

fn brief(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name);
    for entry in folder.read_dir().into_iter().flatten() {
        let path = entry.unwrap().path();
        let ran = run_once(target, &std::fs::read(&path).unwrap());
        ran.unwrap_or_else(|failure| panic!("{}: {failure}", path.display()));
    }
    let iterations = std::env::var("FUZZ_ITERATIONS").ok().and_then(|text| text.parse().ok());
    let budget = Budget::Iterations(iterations.unwrap_or(ITERATIONS));
    let ran = fuzz(target, budget, SEED);
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                brief(stringify!($name));
            }
        )*

        /// Every target and every failing input is run.
        #[test]
        fn every_target_is_run() {
            let mut all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            let mut run = [$(stringify!($name)),*];
            all.sort_unstable();
            run.sort_unstable();
            assert_eq!(all, run);
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
            for entry in folder.read_dir().into_iter().flatten() {
                let name = entry.unwrap().file_name();
                assert!(run.contains(&name.to_str().unwrap()), "{name:?} is no target");
            }
        }
    };
}

targets! {
    signature chunks post_policy form policy xml json query uri names times selectors records log_file
    digest verify keys segment requests calls tlog
}
