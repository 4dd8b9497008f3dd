//! `shoseki witness`: cosigns the checkpoints of other servers' transparency logs.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use server::{WitnessServer, start_diagnostics};
use tlog::{Purpose, VerifierKey};
use tokio::sync::watch;

use crate::exit::{Exit, Trouble};
use crate::out;
use crate::serve::runtime;
use crate::signals::Signals;

/// The flags of `witness`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Witness {
    /// The address: an IP address and a port.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:4580")]
    listen: SocketAddr,
    /// The directory of the private key and the last checkpoint of each log; created if missing.
    #[arg(long, value_name = "DIR", default_value = "shoseki-witness")]
    state: PathBuf,
    /// The verifier key of a log, as `shoseki prove --key` prints it; may be repeated.
    #[arg(long, value_name = "KEY", required = true, value_parser = log_key)]
    log: Vec<VerifierKey>,
    /// The name of a new witness, such as `witness.example` [default: made from its key].
    #[arg(long)]
    name: Option<String>,
    /// The filter of diagnostics on standard error.
    #[arg(long, value_name = "FILTER", default_value = "info")]
    diagnostics: String,
}

const EXAMPLES: &str = "\
Examples:
  shoseki witness --state /srv/witness --listen 0.0.0.0:4580 --log \"$(cat log.key)\"

It prints its own verifier key, which the server of the log needs (`tlog_witnesses`), and which
`shoseki verify --proof` needs. Run it on another machine, with another owner than the log's.
Keep the directory: a witness that has lost it cannot refuse a forked log.";

/// Runs the verb.
pub(crate) fn run(verb: &Witness) -> Result<Exit, Trouble> {
    let _diagnostics = start_diagnostics(&verb.diagnostics, false)?;
    runtime()?.block_on(async {
        let mut signals = Signals::listen().map_err(Trouble::unreachable)?;
        let started =
            WitnessServer::start(verb.listen, &verb.state, verb.name.as_deref(), verb.log.clone());
        let witness = started.await.map_err(|error| {
            let folder = verb.state.display();
            Trouble::unreachable(format_args!("cannot start the witness in `{folder}`: {error}"))
        })?;
        let address = witness.address().map_err(Trouble::unreachable)?;
        out::plain(&format!("{}\n", witness.key()));
        tracing::info!(%address, "witnessing");
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(witness.serve(stopping));
        signals.come().await;
        stop.send_replace(true);
        serving.await.map_err(Trouble::unreachable)?;
        Ok(Exit::Done)
    })
}

/// Parses the verifier key of a log.
pub(crate) fn log_key(text: &str) -> Result<VerifierKey, String> {
    key(text, Purpose::Log)
        .ok_or_else(|| "not the key of a log, as `shoseki prove --key` prints it".to_owned())
}

/// Parses the verifier key of a witness.
pub(crate) fn witness_key(text: &str) -> Result<VerifierKey, String> {
    key(text, Purpose::Witness)
        .ok_or_else(|| "not the key of a witness, as `shoseki witness` prints it".to_owned())
}

fn key(text: &str, purpose: Purpose) -> Option<VerifierKey> {
    match VerifierKey::parse(text.trim()) {
        Ok(key) if key.purpose() == purpose => Some(key),
        _ => None,
    }
}
