//! The command `shoseki`: the server, and the verbs of those who run it.
//!
//! `serve` and `quickstart` start a server; all other verbs are clients or look into a data
//! directory. Nothing here decides anything about calls: `server` and the crates below it do.
//!
//! Reading order: `process.rs` (what happens before anything else), `serve.rs` (how the parts are wired), `quickstart.rs` (the four steps, as a
//! client), `client.rs` (what signs and sends), `verify.rs`.

mod account;
mod client;
mod environment;
mod exit;
mod explain;
mod fsck;
mod lang;
mod out;
mod process;
mod quickstart;
mod reach;
mod serve;
mod signals;
mod value;
mod verify;

use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::exit::{Exit, Trouble};
use crate::lang::Lang;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Shoseki: KMS, S3, CloudTrail, IAM and STS on one port, with an audit trail that misses nothing.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    /// The language of what `quickstart` says, of first-run hints and of new access keys: `en`,
    /// `ja`, or a locale.
    #[arg(long, global = true, env = "LANG", hide_env_values = true)]
    lang: Option<String>,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  shoseki quickstart                      see the four steps and their proof
  shoseki serve --data-dir /srv/shoseki   serve
  eval \"$(shoseki env)\"                   point the AWS CLI at it

Exit codes:
  0 done, 1 findings, 2 usage, 3 denied, 4 unreachable, 5 stopped half-way";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until SIGTERM or SIGINT.
    Serve(serve::Serve),
    /// Starts a server, performs the four steps as a client, and shows that the trail is sound.
    Quickstart(quickstart::Quickstart),
    /// Prints what points AWS tools at the server.
    Env(environment::Environment),
    /// Manages accounts.
    Account(account::Account),
    /// Verifies a trail's log files and digests, and what `validate-logs` does not see.
    Verify(verify::Verify),
    /// Looks whether a data directory holds all that it should, while no server runs.
    Fsck(fsck::Fsck),
    /// Explains why a request was refused, or why files wait: the policy, the statement, the values.
    Explain(explain::Explain),
}

fn main() -> ExitCode {
    let mut refused = process::harden();
    let parse = |words: &[_]| Cli::command().try_get_matches_from(words).ok();
    let words = match process::words(parse, &mut refused) {
        Ok(words) => words,
        Err(trouble) => return end(&trouble),
    };
    let matches = Cli::command().get_matches_from(words);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let is_asked = matches.value_source("lang") == Some(ValueSource::CommandLine);
    let lang = language(cli.lang.as_deref(), is_asked);
    match lang.and_then(|lang| run(&cli.command, lang, &refused)) {
        Ok(exit) => exit.into(),
        Err(trouble) => end(&trouble),
    }
}

fn end(trouble: &Trouble) -> ExitCode {
    out::complain(&trouble.text);
    trouble.exit.into()
}

/// The environment may speak any language, but whoever asks for one is not put off.
fn language(locale: Option<&str>, is_asked: bool) -> Result<Lang, Trouble> {
    match locale {
        Some(text) if is_asked => Lang::parse(text)
            .ok_or_else(|| Trouble::usage(format_args!("`{text}` is neither `en` nor `ja`"))),
        locale => Ok(Lang::of(locale)),
    }
}

/// Runs a verb. A server tells what of its protection the system `refused`; other verbs end soon.
fn run(command: &Command, lang: Lang, refused: &[String]) -> Result<Exit, Trouble> {
    match command {
        Command::Serve(verb) => serve::run(verb, lang, refused),
        Command::Quickstart(verb) => quickstart::run(verb, lang),
        Command::Env(verb) => environment::run(verb),
        Command::Account(verb) => account::run(verb, lang),
        Command::Verify(verb) => verify::run(verb),
        Command::Fsck(verb) => fsck::run(verb),
        Command::Explain(verb) => explain::run(verb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flags, defaults and help texts do not contradict each other.
    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// A language that there is not is refused where it is asked for, before or after the verb.
    #[test]
    fn unknown_languages_are_refused() {
        for words in [["shoseki", "--lang", "xx", "env"], ["shoseki", "env", "--lang", "xx"]] {
            let matches = Cli::command().get_matches_from(words);
            assert_eq!(matches.value_source("lang"), Some(ValueSource::CommandLine), "{words:?}");
        }
        assert_eq!(language(Some("xx"), true).unwrap_err().exit, Exit::Usage);
        assert_eq!(language(Some("ja"), true), Ok(Lang::Japanese));
        assert_eq!(language(Some("fr_FR.UTF-8"), false), Ok(Lang::English));
    }

    /// Every flag of `serve` stands in the documentation, with its variable.
    #[test]
    fn the_flags_of_serve_are_documented() {
        let page = include_str!("../../../docs/configuration.md");
        let mut command = Cli::command();
        command.build();
        let serve = command.find_subcommand("serve").unwrap();
        for flag in serve.get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(flag == "help" || page.contains(&format!("`--{flag}`")), "--{flag}");
        }
        for variable in serve.get_arguments().filter_map(clap::Arg::get_env) {
            let variable = variable.to_str().unwrap();
            assert!(page.contains(&format!("`{variable}`")), "{variable}");
        }
    }
}
