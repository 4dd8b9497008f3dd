//! The command `shoseki`: the server, and the commands for its operators.
//!
//! `serve` and `quickstart` start a server; all other commands are clients or read a data
//! directory. Nothing here makes decisions about calls: `server` and the crates below it do.
//!
//! Reading order: `process.rs` (what happens first), `serve.rs` (how the parts are wired),
//! `quickstart.rs` (the four steps, as a client), `client.rs` (signing and sending), `verify.rs`.

mod account;
mod backup;
mod checkpoints;
mod client;
mod depot;
mod environment;
mod exit;
mod explain;
mod fsck;
mod health;
mod history;
mod lang;
mod out;
mod pages;
mod place;
mod process;
mod prove;
mod quickstart;
mod reach;
mod rebuild;
mod restore;
mod serve;
mod signals;
mod supervisor;
mod usage;
mod value;
mod verify;
mod witness;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::exit::{Exit, Trouble};
use crate::lang::Lang;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The version; between two versions also the commit, if the build sets it.
const VERSION: &str = match option_env!("SHOSEKI_VERSION") {
    Some(version) => version,
    None => env!("CARGO_PKG_VERSION"),
};

/// Shoseki: KMS, S3, CloudTrail, IAM and STS on one port, with a complete audit trail.
#[derive(Debug, Parser)]
#[command(version = VERSION, after_help = EXAMPLES)]
struct Cli {
    /// Language of `quickstart`, first-start hints and new access keys: `en`, `ja`, or a locale
    /// [env: LC_ALL, LC_MESSAGES, LANG].
    #[arg(long, global = true)]
    lang: Option<String>,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  shoseki quickstart                      run the four steps and validate the result
  shoseki serve --data-dir /srv/shoseki   run a server
  eval \"$(shoseki env)\"                   connect the AWS CLI

Exit codes:
  0 success, 1 findings, 2 usage, 3 denied, 4 unavailable, 5 interrupted";

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server until SIGTERM or SIGINT.
    Serve(serve::Serve),
    /// Starts a server, performs the four steps as a client, and validates the trail.
    Quickstart(quickstart::Quickstart),
    /// Prints the environment variables that connect AWS tools to the server.
    Env(environment::Environment),
    /// Manages accounts.
    Account(account::Account),
    /// Validates a trail's log files and digests, beyond what `validate-logs` checks; or a proof.
    Verify(verify::Verify),
    /// Proves that an event is part of the transparency log.
    Prove(prove::Prove),
    /// Cosigns the transparency logs of other servers, unless they were forked.
    Witness(witness::Witness),
    /// Checks a data directory for missing or damaged data while the server is stopped.
    Fsck(fsck::Fsck),
    /// Prints an anchor of the history, to be kept on another machine.
    History(history::History),
    /// Replaces a missing or damaged state file, from the log.
    Rebuild(rebuild::Rebuild),
    /// Backs up a data directory to a folder or a bucket, while its server runs.
    Backup(backup::Backup),
    /// Restores a backup to a new data directory.
    Restore(restore::Restore),
    /// Explains why a request was denied, or why deliveries are pending: policy, statement, values.
    Explain(explain::Explain),
    /// Checks whether a server is healthy.
    Health(health::Health),
    /// Prints a shell completion script.
    Completions(pages::Completions),
    /// Prints a man page, or writes all man pages.
    Man(pages::Manual),
}

fn main() -> ExitCode {
    let mut refused = process::harden();
    let command = usage::plain(Cli::command());
    let parse = |words: &[_]| command.clone().try_get_matches_from(usage::words(words)).ok();
    let words = match process::words(parse, &mut refused) {
        Ok(words) => words,
        Err(trouble) => return end(&trouble),
    };
    let matches = command.clone().get_matches_from(usage::words(&words));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let lang = language(cli.lang.as_deref(), process::locale().as_deref());
    match lang.and_then(|lang| run(&cli.command, lang, &refused)) {
        Ok(exit) => exit.into(),
        Err(trouble) => end(&trouble),
    }
}

fn end(trouble: &Trouble) -> ExitCode {
    out::complain(&trouble.text);
    trouble.exit.into()
}

/// The environment may name any language; an explicitly requested one must be supported.
fn language(asked: Option<&str>, locale: Option<&str>) -> Result<Lang, Trouble> {
    match asked {
        Some(text) => Lang::parse(text)
            .ok_or_else(|| Trouble::usage(format_args!("`{text}` is neither `en` nor `ja`"))),
        None => Ok(Lang::of(locale)),
    }
}

/// Runs a command. A server logs the protections that the system `refused`; other commands are
/// short-lived.
fn run(command: &Command, lang: Lang, refused: &[String]) -> Result<Exit, Trouble> {
    match command {
        Command::Serve(verb) => serve::run(verb, lang, refused),
        Command::Quickstart(verb) => quickstart::run(verb, lang),
        Command::Env(verb) => environment::run(verb),
        Command::Account(verb) => account::run(verb, lang),
        Command::Verify(verb) => verify::run(verb),
        Command::Prove(verb) => prove::run(verb),
        Command::Witness(verb) => witness::run(verb),
        Command::Fsck(verb) => fsck::run(verb),
        Command::History(verb) => history::run(verb),
        Command::Rebuild(verb) => rebuild::run(verb),
        Command::Backup(verb) => backup::run(verb),
        Command::Restore(verb) => restore::run(verb),
        Command::Explain(verb) => explain::run(verb),
        Command::Health(verb) => health::run(verb),
        Command::Completions(verb) => Ok(pages::completions(verb, Cli::command())),
        Command::Man(verb) => pages::manual(verb, Cli::command()),
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

    /// An unsupported language is rejected where it is given, before or after the verb.
    #[test]
    fn unknown_languages_are_refused() {
        for words in [["shoseki", "--lang", "xx", "env"], ["shoseki", "env", "--lang", "xx"]] {
            let matches = Cli::command().get_matches_from(words);
            assert_eq!(matches.get_one::<String>("lang").map(String::as_str), Some("xx"));
        }
        assert_eq!(language(Some("xx"), None).unwrap_err().exit, Exit::Usage);
        assert_eq!(language(Some("ja"), Some("C")), Ok(Lang::Japanese));
        assert_eq!(language(None, Some("ja_JP.UTF-8")), Ok(Lang::Japanese));
        assert_eq!(language(None, Some("fr_FR.UTF-8")), Ok(Lang::English));
    }

    /// The value of every flag that is a secret is hidden in the process.
    #[test]
    fn secret_flags_are_hidden() {
        let secret = std::any::TypeId::of::<process::Secret>();
        let command = Cli::command();
        let verbs = command.get_subcommands().flat_map(clap::Command::get_arguments);
        let secrets = verbs.filter(|flag| flag.get_value_parser().type_id() == secret);
        let names: Vec<&str> = secrets.filter_map(clap::Arg::get_long).collect();
        assert!(names.contains(&"root-secret-access-key"), "{names:?}");
        for name in names {
            assert!(process::FLAGS.contains(&name), "--{name}");
        }
    }

    /// Every flag of `serve` is documented, with its variable.
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
