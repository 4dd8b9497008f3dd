//! `shoseki serve`.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};
use server::{
    Config, ConfigError, Diagnostics, Opened, Reserved, RootCredentials, Server, open,
    parse_duration_ms, refuse_loose_key, start_diagnostics,
};
use types::{AccountId, Clock, Entropy, Region};

use crate::checkpoints::Checkpoints;
use crate::exit::{Exit, Trouble};
use crate::lang::Lang;
use crate::out;
use crate::process::Secret;
use crate::signals::Signals;
use crate::supervisor::Supervisor;
use crate::value;

/// The flags of `serve`. A flag takes precedence over its variable, a variable over the file.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate switch")]
pub(crate) struct Serve {
    /// The data directory [default: ./shoseki-data].
    #[arg(long, value_name = "DIR", env = "SHOSEKI_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// A TOML file with settings; flags take precedence over it.
    #[arg(long, value_name = "FILE", env = "SHOSEKI_CONFIG")]
    config: Option<PathBuf>,
    /// The address to listen on: an IP address and a port [default: 127.0.0.1:4566].
    #[arg(long, value_name = "IP:PORT", env = "SHOSEKI_LISTEN", value_parser = value::address)]
    listen: Option<SocketAddr>,
    /// A separate address for the console: an IP address and a port [default: same as --listen].
    #[arg(long, value_name = "IP:PORT", env = "SHOSEKI_CONSOLE_LISTEN", value_parser = value::address)]
    console_listen: Option<SocketAddr>,
    /// The first account [default: 123456789012].
    #[arg(long, value_name = "DIGITS", env = "SHOSEKI_ACCOUNT")]
    account: Option<String>,
    /// The default region of requests that do not specify one [default: ap-northeast-1].
    #[arg(long, env = "SHOSEKI_REGION")]
    region: Option<String>,
    /// The rehearsal profile, for testing: delivers every 2 s and digests every 30 s.
    #[arg(long, env = "SHOSEKI_REHEARSE", action = ArgAction::SetTrue, value_parser = value::switch)]
    rehearse: bool,
    /// The interval between log files, such as `5m`.
    #[arg(long, value_name = "DURATION", env = "SHOSEKI_DELIVERY_INTERVAL")]
    delivery_interval: Option<String>,
    /// The interval between digests, such as `1h`.
    #[arg(long, value_name = "DURATION", env = "SHOSEKI_DIGEST_INTERVAL")]
    digest_interval: Option<String>,
    /// The certificate chain in PEM.
    #[arg(long, value_name = "FILE", env = "SHOSEKI_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key in PEM.
    #[arg(long, value_name = "FILE", env = "SHOSEKI_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Rejects S3 requests signed with Signature Version 2.
    #[arg(
        long,
        env = "SHOSEKI_REFUSE_SIGNATURE_V2",
        action = ArgAction::SetTrue,
        value_parser = value::switch
    )]
    refuse_signature_v2: bool,
    /// The log filter for standard error: `info`, `debug`, `warn,gateway=debug`.
    #[arg(long, value_name = "FILTER", env = "SHOSEKI_LOG", default_value = "info")]
    log: String,
    /// Writes only JSON to standard error: one document per line.
    #[arg(long, env = "SHOSEKI_LOG_JSON", action = ArgAction::SetTrue, value_parser = value::switch)]
    log_json: bool,
    #[command(flatten)]
    sealing: Sealing,
    #[command(flatten)]
    checkpoints: Checkpoints,
    /// Accepts, for this start only, a state that is outdated or incomplete, and records an event.
    #[arg(long)]
    accept_older: bool,
    #[arg(long, env = "SHOSEKI_ROOT_ACCESS_KEY_ID", hide = true)]
    root_access_key_id: Option<String>,
    #[arg(long, env = "SHOSEKI_ROOT_SECRET_ACCESS_KEY", hide = true, hide_env_values = true)]
    root_secret_access_key: Option<Secret>,
}

const EXAMPLES: &str = "\
Examples:
  shoseki serve
  shoseki serve --data-dir /srv/shoseki --listen 0.0.0.0:4566 --tls-cert c.pem --tls-key k.pem
  shoseki serve --rehearse --data-dir \"$(mktemp -d)\"";

/// How the root key is provided.
#[derive(Debug, Clone, Args)]
pub(crate) struct Sealing {
    /// The root key's file [default: DIR/root-key].
    #[arg(long, value_name = "FILE", env = "SHOSEKI_ROOT_KEY_FILE")]
    root_key_file: Option<PathBuf>,
    /// A file whose first line is the passphrase that seals the root key.
    #[arg(long, value_name = "FILE", env = "SHOSEKI_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
    /// An open file descriptor from which to read the passphrase.
    #[arg(
        long,
        value_name = "N",
        env = "SHOSEKI_PASSPHRASE_FD",
        conflicts_with = "passphrase_file"
    )]
    passphrase_fd: Option<u32>,
}

impl Sealing {
    /// Applies the flags that were given.
    pub(crate) fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        if let Some(file) = &self.root_key_file {
            config.root_key_file = Some(file.clone());
        }
        let by_descriptor = self.passphrase_fd.map(|fd| PathBuf::from(format!("/dev/fd/{fd}")));
        let Some(path) = self.passphrase_file.clone().or(by_descriptor) else { return Ok(()) };
        let unusable = |cause| ConfigError(format!("`{}`: {cause}", path.display()));
        if self.passphrase_file.is_some() {
            // The passphrase is as secret as the key that it seals.
            refuse_loose_key(&path).map_err(unusable)?;
        }
        let text = fs::read_to_string(&path).map_err(|cause| unusable(cause.to_string()))?;
        let passphrase = text.lines().next().unwrap_or_default();
        if passphrase.is_empty() {
            return Err(ConfigError(format!("`{}` contains no passphrase", path.display())));
        }
        config.passphrase = Some(passphrase.to_owned());
        Ok(())
    }
}

impl Serve {
    fn config(&self) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        if let Some(file) = &self.config {
            config.read_file(file)?;
        }
        if self.rehearse {
            config.rehearse();
        }
        config.refuse_signature_v2 |= self.refuse_signature_v2;
        if let Some(folder) = &self.data_dir {
            config.data_dir.clone_from(folder);
        }
        config.listen = self.listen.unwrap_or(config.listen);
        config.console_listen = self.console_listen.or(config.console_listen);
        if let Some(account) = &self.account {
            let invalid = || ConfigError(format!("`{account}` is not an account ID of 12 digits"));
            config.account = AccountId::parse(account).ok_or_else(invalid)?;
        }
        if let Some(region) = &self.region {
            let invalid = || ConfigError(format!("`{region}` is not a region"));
            config.region = Region::parse(region).ok_or_else(invalid)?;
        }
        if let Some(interval) = &self.delivery_interval {
            config.delivery_interval_ms = parse_duration_ms(interval)?;
        }
        if let Some(interval) = &self.digest_interval {
            config.digest_interval_ms = parse_duration_ms(interval)?;
        }
        let tls = self.tls_cert.clone().zip(self.tls_key.clone());
        config.tls = tls.or(config.tls);
        config.root_credentials = self.root_credentials()?.or(config.root_credentials);
        self.sealing.apply(&mut config)?;
        self.checkpoints.apply(&mut config)?;
        config.accept_older = self.accept_older;
        config.check()?;
        Ok(config)
    }

    fn root_credentials(&self) -> Result<Option<(String, String)>, ConfigError> {
        match (&self.root_access_key_id, &self.root_secret_access_key) {
            (None, None) => Ok(None),
            (Some(id), Some(secret)) => Ok(Some((id.clone(), secret.0.clone()))),
            (Some(_), None) | (None, Some(_)) => Err(ConfigError(
                "`SHOSEKI_ROOT_ACCESS_KEY_ID` and `SHOSEKI_ROOT_SECRET_ACCESS_KEY` must be set together"
                    .to_owned(),
            )),
        }
    }
}

/// Runs the server until a signal stops it: clock, entropy, configuration, data directory, sockets.
pub(crate) fn run(verb: &Serve, lang: Lang, refused: &[String]) -> Result<Exit, Trouble> {
    let diagnostics = start_diagnostics(&verb.log, verb.log_json)?;
    for text in refused {
        tracing::warn!("{text}");
    }
    match serve(verb, lang, &diagnostics) {
        Err(trouble) if verb.log_json => {
            tracing::error!(exit = trouble.exit as u8, "{}", trouble.text);
            Ok(trouble.exit)
        }
        done => done,
    }
}

fn serve(verb: &Serve, lang: Lang, diagnostics: &Diagnostics) -> Result<Exit, Trouble> {
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let config = verb.config()?;
    if let Some(address) = in_the_clear(&config) {
        tracing::warn!(
            %address,
            "plain HTTP beyond this machine: secrets can be read on the network; set \
             `--tls-cert` and `--tls-key`, or make it reachable only by a proxy with TLS"
        );
    }
    let runtime = runtime()?;
    let signals = runtime.block_on(async { Signals::listen() }).map_err(Trouble::unreachable)?;
    // INVARIANT: a start that cannot listen leaves nothing behind.
    let reserved = runtime.block_on(async { Reserved::new(&config) });
    let reserved = reserved.map_err(Trouble::unreachable)?;
    let opened = open(&config, clock, entropy)?;
    let show = Show { lang, json: verb.log_json, diagnostics };
    show.root(&config, &opened.root);
    let served = runtime.block_on(until_stopped(&config, reserved, opened, signals, show));
    // A thread that is still busy then must not keep the process alive.
    runtime.shutdown_timeout(END_WAIT);
    served.map(|()| Exit::Done)
}

/// Returns the first address beyond loopback that serves plain HTTP, or `None`.
fn in_the_clear(config: &Config) -> Option<SocketAddr> {
    let mut addresses = [Some(config.listen), config.console_listen].into_iter().flatten();
    addresses.find(|at| config.tls.is_none() && !at.ip().to_canonical().is_loopback())
}

/// The time limit for threads to end after the server has stopped.
const END_WAIT: Duration = Duration::from_secs(1);

/// Threads that may block. More do not speed up a disk, and each uses memory.
const BLOCKING_THREADS_MAX: usize = 128;

/// The async runtime for sockets and timers.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.max_blocking_threads(BLOCKING_THREADS_MAX).enable_all().build();
    runtime.map_err(|error| {
        Trouble::unreachable(format_args!("cannot start the async runtime: {error}"))
    })
}

async fn until_stopped(
    config: &Config,
    reserved: Reserved,
    opened: Opened,
    mut signals: Signals,
    show: Show<'_>,
) -> Result<(), Trouble> {
    let server = Server::start_at(config, reserved, opened).await.map_err(Trouble::unreachable)?;
    tracing::info!(address = %server.address(), console = %server.console_address(), "serving");
    if let Some(link) = server.first_run_link() {
        show.first_run(link);
    }
    let supervisor = Supervisor::of_environment();
    supervisor.ready(server.address());
    tokio::select! {
        () = signals.come() => {}
        () = supervisor.keep_alive(server.alive()) => {}
    }
    supervisor.stopping();
    tracing::info!("stopping");
    server.shut_down().await;
    tracing::info!("stopped");
    Ok(())
}

/// How secrets are shown to the operator.
#[derive(Debug, Clone, Copy)]
struct Show<'a> {
    lang: Lang,
    diagnostics: &'a Diagnostics,
    /// Standard error contains only diagnostics.
    json: bool,
}

impl Show<'_> {
    /// Shows the link to set the root user's first password. It works once and changes with every
    /// start, so it is also written to a container's log.
    fn first_run(self, link: &str) {
        if self.json {
            tracing::warn!(
                link,
                "the root user has no console password: open this link to set one"
            );
            return;
        }
        let title = self.lang.pick(
            "The root user has no console password yet. Set it here:",
            "まだ誰もコンソールにサインインできません。ルートユーザーのパスワードを設定してください:",
        );
        self.diagnostics.print(&out::printable_lines(&format!("{title}\n  {link}\n")));
    }

    /// Shows new root credentials once, and only on a terminal, because diagnostics are stored.
    fn root(self, config: &Config, root: &RootCredentials) {
        if !root.generated {
            return;
        }
        let file = config.data_dir.join("root-credentials");
        if self.json || !out::is_watched() {
            tracing::info!(file = %file.display(), "new root credentials were stored in a file");
            return;
        }
        let title = self.lang.pick(
            "The root user's new access key, shown only once and stored in",
            "ルートユーザーの新しいアクセスキーです。表示は一度だけで、保存先は",
        );
        let text = format!(
            "{title} {}\n  aws_access_key_id     {}\n  aws_secret_access_key {}\n",
            file.display(),
            root.access_key_id,
            root.secret_access_key
        );
        self.diagnostics.print(&out::printable_lines(&text));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        serve: Serve,
    }

    fn config(words: &[&str]) -> Result<Config, ConfigError> {
        Line::parse_from([&["serve"], words].concat()).serve.config()
    }

    /// Flags take precedence over the file, and the profile does not override a flag.
    #[test]
    fn flags_take_precedence_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shoseki.toml");
        fs::write(&file, "region = 'eu-west-1'\nlisten = '127.0.0.1:1'\n").unwrap();
        let file = file.to_str().unwrap();
        let config = config(&[
            "--config",
            file,
            "--listen",
            "127.0.0.1:2",
            "--rehearse",
            "--digest-interval",
            "3s",
        ])
        .unwrap();
        assert_eq!(config.region.as_str(), "eu-west-1");
        assert_eq!(config.listen.port(), 2);
        assert_eq!((config.delivery_interval_ms, config.digest_interval_ms), (2_000, 3_000));
    }

    /// Plain HTTP causes a warning if other machines can reach it.
    #[test]
    fn plain_http_beyond_loopback_is_detected() {
        for (words, want) in [
            (&[][..], None),
            (&["--listen", "[::1]:1"], None),
            (&["--listen", "127.0.0.2:1"], None),
            (&["--listen", "0.0.0.0:1"], Some("0.0.0.0:1")),
            (&["--listen", "[::]:1"], Some("[::]:1")),
            (&["--console-listen", "192.0.2.1:2"], Some("192.0.2.1:2")),
        ] {
            let found = in_the_clear(&config(words).unwrap()).map(|at| at.to_string());
            assert_eq!(found.as_deref(), want, "{words:?}");
            let mut with_tls = config(words).unwrap();
            with_tls.tls = Some(("c.pem".into(), "k.pem".into()));
            assert_eq!(in_the_clear(&with_tls), None);
        }
    }

    /// An invalid value is an error and does not fall back to the default.
    #[test]
    fn nonsense_is_refused() {
        for words in [
            ["--account", "12"],
            ["--region", "nowhere else"],
            ["--digest-interval", "soon"],
            ["--config", "no such file"],
            ["--passphrase-file", "no such file"],
            ["--root-access-key-id", "AKIA"],
        ] {
            assert!(config(&words).is_err(), "{words:?}");
        }
        let short = ["--root-access-key-id", "AKIAFOO", "--root-secret-access-key", "x"];
        assert!(config(&short).is_err(), "a key that clients cannot name");
    }

    /// The passphrase is the file's first line without its line feed.
    #[test]
    fn the_passphrase_is_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passphrase");
        for (text, want) in
            [("open sesame \r\nx", Some("open sesame ")), ("word", Some("word")), ("\n", None)]
        {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            let config = config(&["--passphrase-file", file.to_str().unwrap()]).ok();
            assert_eq!(config.and_then(|config| config.passphrase).as_deref(), want);
        }
        fs::write(&file, "word").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = config(&["--passphrase-file", file.to_str().unwrap()]).unwrap_err();
        assert!(refused.0.contains("chmod 600"), "{refused}");
    }
}
