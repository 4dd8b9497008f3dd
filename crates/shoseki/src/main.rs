//! The command.

mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Shoseki: an audit trail that you run yourself.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves KMS, S3, CloudTrail, IAM and STS on one port.
    Serve(serve::Serve),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(serve) => serve::run(&serve),
    }
}
