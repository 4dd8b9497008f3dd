//! `shoseki quickstart`: performs the four steps of the scenario as a client and validates the
//! result.
//!
//! It starts the same server as `serve`. The steps do not depend on it: they sign requests and send
//! them over HTTP.

mod contents;
mod documents;
mod messages;
mod prove;
mod steps;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use server::{Config, Reserved, RootCredentials, Server, open, start_diagnostics};
use tokio::runtime::Runtime;
use types::{Clock, Entropy, SECOND_MS, Timestamp};
use wire::sign::Credentials;

use crate::client::{Answered, Call, CallError, Client, Endpoint};
use crate::environment::{Shell, Variables};
use crate::exit::{Exit, Trouble};
use crate::lang::Lang;
use crate::out::Out;
use crate::serve::runtime;
use crate::signals::Signals;
use crate::value;
use messages::{Message, message};

/// The polling interval for the bucket.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to wait beyond the configured intervals.
const MARGIN_MS: u64 = 30 * SECOND_MS;

/// The flags of `quickstart`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Quickstart {
    /// The data directory; by default a temporary directory, which is removed on exit.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The address to listen on: an IP address and a port [default: 127.0.0.1:4566, or a free port
    /// if that is in use].
    #[arg(long, value_name = "IP:PORT", env = "SHOSEKI_LISTEN", value_parser = value::address)]
    listen: Option<SocketAddr>,
    /// Stops after validation: exit code 0 if VALID, otherwise 1.
    #[arg(long)]
    exit: bool,
    /// Prints one JSON document per line.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki quickstart                 run the steps and keep the server running
  shoseki quickstart --exit          self-test: the result line begins with VALID
  shoseki quickstart --lang ja";

/// The state shared by the steps.
pub(crate) struct Walk<'a> {
    client: Client,
    runtime: &'a Runtime,
    signals: &'a mut Signals,
    config: &'a Config,
    out: Out,
    lang: Lang,
    clock: Clock,
    entropy: Entropy,
    /// Whether the data directory was empty before.
    fresh: bool,
}

/// Why the run ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A call failed unexpectedly.
    Call(CallError),
    /// A check failed.
    Wrong(String),
    /// A signal arrived.
    Signal,
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// Starts a server, runs the steps, prints the result, and keeps the server running unless
/// `--exit` is given.
pub(crate) fn run(verb: &Quickstart, lang: Lang) -> Result<Exit, Trouble> {
    let _diagnostics = start_diagnostics("warn", false)?;
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let scratch = if verb.data_dir.is_some() { None } else { Some(Scratch::new(&entropy)?) };
    let config = configure(verb, scratch.as_ref());
    let fresh = !config.data_dir.join("state.redb").exists();
    let runtime = runtime()?;
    let mut signals =
        runtime.block_on(async { Signals::listen() }).map_err(Trouble::unreachable)?;
    let reserved = runtime.block_on(async { Reserved::new(&config) });
    let reserved = reserved.map_err(Trouble::unreachable)?;
    let opened = open(&config, clock.clone(), entropy.clone())?;
    let root = opened.root.clone();
    let started = runtime.block_on(Server::start_at(&config, reserved, opened));
    let server = started.map_err(Trouble::unreachable)?;
    let endpoint = format!("http://{}", server.address());
    let out = Out::new(verb.json);
    let client = client(&runtime, &endpoint, &root, &config, clock.clone())?;
    let started = message(lang, &Message::Started { url: &endpoint, folder: &config.data_dir });
    out.lines(&started);
    let mut walk = Walk {
        client,
        runtime: &runtime,
        signals: &mut signals,
        config: &config,
        out,
        lang,
        clock,
        entropy,
        fresh,
    };
    let exit = walk.conclude();
    if exit == Exit::Done && !verb.exit {
        walk.point(&server, &root, scratch.is_some());
        runtime.block_on(signals.come());
    }
    runtime.block_on(server.shut_down());
    Ok(exit)
}

fn configure(verb: &Quickstart, scratch: Option<&Scratch>) -> Config {
    let mut config = Config::default();
    config.rehearse();
    if let Some(folder) = &verb.data_dir {
        config.data_dir.clone_from(folder);
    }
    if let Some(scratch) = scratch {
        config.data_dir.clone_from(&scratch.0);
    }
    match verb.listen {
        Some(address) => config.listen = address,
        None if TcpListener::bind(config.listen).is_err() => config.listen.set_port(0),
        None => {}
    }
    config
}

fn client(
    runtime: &Runtime,
    endpoint: &str,
    root: &RootCredentials,
    config: &Config,
    clock: Clock,
) -> Result<Client, Trouble> {
    let endpoint = Endpoint::parse(endpoint, None).map_err(Trouble::usage)?;
    let credentials = Credentials {
        access_key_id: root.access_key_id.clone(),
        secret: root.secret_access_key.clone(),
        session_token: None,
    };
    Ok(Client::new(runtime.handle().clone(), endpoint, credentials, config.region.as_str(), clock))
}

impl Walk<'_> {
    /// Prints the four steps and the result, on a line of its own.
    fn conclude(&mut self) -> Exit {
        let (verdict, exit) = match self.steps() {
            Ok(Ok(sound)) => (sound, Exit::Done),
            Ok(Err(findings)) => (findings, Exit::Findings),
            Err(Stop::Call(error)) => (error.to_string(), Exit::Findings),
            Err(Stop::Wrong(text)) => (text, Exit::Findings),
            Err(Stop::Signal) => return Exit::Partial,
        };
        self.out.progress_done();
        let word = if exit == Exit::Done { "VALID" } else { "INVALID" };
        self.out.lines("");
        self.out.verdict(&format!("{word}: {verdict}"), exit == Exit::Done);
        self.out.value(&json!({ "type": "verdict", "verdict": word, "text": verdict }));
        exit
    }

    fn steps(&mut self) -> Result<Result<String, String>, Stop> {
        let began = self.clock.now();
        let key = self.make_key()?;
        let without_policy = self.make_bucket(&key)?;
        self.make_trail(&key, without_policy)?;
        let log_file = self.show_contents(&key, began)?;
        self.prove(&log_file, began)
    }

    /// Performs a call and prints it with its outcome.
    fn call(&self, call: &Call) -> Result<Answered, CallError> {
        let answered = self.client.call(call);
        let (service, operation) = (call.service.signing_name(), call.operation);
        let (status, error) = match &answered {
            Ok(answered) => (answered.status.to_string(), None),
            Err(error) => (error.to_string(), Some(error.code())),
        };
        self.out.progress_done();
        self.out.text(&format!("  {service} {operation} -> {status}"));
        self.out.value(&json!({
            "type": "call", "service": service, "operation": operation,
            "result": status, "error": error,
        }));
        answered
    }

    /// Performs a call; `None` if it failed with this code.
    fn call_unless(&self, code: &str, call: &Call) -> Result<Option<Answered>, CallError> {
        match self.call(call) {
            Ok(answered) => Ok(Some(answered)),
            Err(error) if error.code() == code => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn print(&self, what: &Message<'_>) {
        self.out.progress_done();
        self.out.lines(&message(self.lang, what));
    }

    /// Polls until there is a result or the time limit expires.
    fn wait<T>(
        &mut self,
        what: &Message<'_>,
        interval_ms: u64,
        poll: impl Fn(&Self) -> Result<Option<T>, Stop>,
    ) -> Result<T, Stop> {
        let began = self.clock.now();
        let patience_ms = interval_ms.saturating_mul(2).saturating_add(MARGIN_MS);
        loop {
            if let Some(found) = poll(self)? {
                self.out.progress_done();
                return Ok(found);
            }
            let waited_ms = self.clock.now().since_ms(began);
            if waited_ms > patience_ms {
                return Err(Stop::Wrong(message(self.lang, &Message::TimedOut { what })));
            }
            let seconds = Timestamp::from_ms(waited_ms).as_secs();
            self.out.progress(&format!("  {} {seconds} s", message(self.lang, what)));
            if self.runtime.block_on(self.signals.come_within(PAUSE)) {
                return Err(Stop::Signal);
            }
        }
    }

    /// Prints how to continue manually.
    fn point(&self, server: &Server, root: &RootCredentials, scratch: bool) {
        let endpoint = &format!("http://{}", server.address());
        let region = self.config.region.as_str();
        let variables = Variables::new(endpoint, root, region);
        self.print(&Message::Pointers);
        self.out.lines(&variables.lines(Shell::Bash));
        self.print(&Message::Examples);
        let console = Call::s3("Console", http::Method::GET, "_console/", "");
        if self.client.call(&console).is_ok() {
            let front = format!("{endpoint}/_console/");
            self.print(&Message::Console { url: server.first_run_link().unwrap_or(&front) });
        }
        self.print(&if scratch { Message::RunningInScratch } else { Message::Running });
        self.out.value(&variables.json());
    }
}

/// A directory that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(entropy: &Entropy) -> Result<Self, Trouble> {
        let random = entropy.bytes::<8>().map_err(Trouble::unreachable)?;
        let name = format!("shoseki-quickstart-{}", types::alphanumeric(&random));
        let folder = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let cannot = |error| Trouble::unreachable(format_args!("`{}`: {error}", folder.display()));
        builder.create(&folder).map_err(cannot)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // If removal fails, the system's cleanup of temporary files removes the rest.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
