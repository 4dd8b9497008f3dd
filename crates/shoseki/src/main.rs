//! The command `shoseki`: the server, and the verbs of those who run it.
//!
//! `serve` and `quickstart` start a server; all other verbs are clients or look into a data
//! directory. Nothing here decides anything about calls: `server` and the crates below it do.
//!
//! Reading order: `serve.rs` (how the parts are wired), `quickstart.rs` (the four steps, as a
//! client), `client.rs` (what signs and sends), `verify.rs`.

mod account;
mod client;
mod environment;
mod exit;
mod explain;
mod lang;
mod out;
mod quickstart;
mod reach;
mod serve;
mod signals;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::lang::Lang;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Shoseki: KMS, S3, CloudTrail, IAM and STS on one port, with an audit trail that misses nothing.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    /// The language of messages: `en`, `ja`, or a locale.
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
    /// Tells why a request was refused, or why files wait: the policy, the statement, the values.
    Explain(explain::Explain),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = Lang::of(cli.lang.as_deref());
    let done = match &cli.command {
        Command::Serve(verb) => serve::run(verb, lang),
        Command::Quickstart(verb) => quickstart::run(verb, lang),
        Command::Env(verb) => environment::run(verb),
        Command::Account(verb) => account::run(verb, lang),
        Command::Verify(verb) => verify::run(verb),
        Command::Explain(verb) => explain::run(verb),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(trouble) => {
            out::complain(&trouble.text);
            trouble.exit.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Flags, defaults and help texts do not contradict each other.
    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
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
