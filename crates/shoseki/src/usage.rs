//! The usage lines of `--help` and of errors.

use std::ffi::{OsStr, OsString};

use clap::Command;

/// The usage line of each verb as its `--help` shows it. By default, `clap` lists flags in errors
/// that already have a value, for example from a variable, as if they were required.
pub(crate) fn plain(command: Command) -> Command {
    let mut built = command.clone();
    built.build();
    with_usage(command, &mut built)
}

fn with_usage(mut command: Command, built: &mut Command) -> Command {
    let shown = built.render_usage().to_string();
    command = command.override_usage(shown.trim_start_matches("Usage: ").to_owned());
    let names: Vec<String> =
        command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in names {
        let Some(inner) = built.find_subcommand_mut(&name) else { continue };
        command = command.mut_subcommand(&name, |own| with_usage(own, inner));
    }
    command
}

/// The words of the command line. `help --help` means the same as `help`.
pub(crate) fn words(words: &[OsString]) -> Vec<OsString> {
    let is = |word: &OsString, what: &[&str]| what.iter().any(|one| OsStr::new(one) == word);
    let position = words.iter().take(3).position(|word| is(word, &["help"]));
    let Some(position) = position.filter(|at| *at > 0) else { return words.to_vec() };
    let kept = words
        .iter()
        .enumerate()
        .filter(|(at, word)| *at <= position || !is(word, &["-h", "--help"]));
    kept.map(|(_, word)| word.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only what follows `help` as a verb is dropped.
    #[test]
    fn help_of_help_is_help() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for (line, want) in [
            ("shoseki help --help", "shoseki help"),
            ("shoseki help verify -h", "shoseki help verify"),
            ("shoseki account help --help", "shoseki account help"),
            ("shoseki verify --help", "shoseki verify --help"),
            ("help --help", "help --help"),
        ] {
            assert_eq!(super::words(&words(line)), words(want), "{line}");
        }
    }
}
