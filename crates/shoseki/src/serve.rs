use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use server::{Config, ConfigError, Server, open, parse_duration_ms, start_diagnostics};
use tokio::signal::unix::{SignalKind, signal};
use types::{AccountId, Clock, Entropy, Region};

/// The flags of `serve`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    /// Where everything is kept [default: ./shoseki-data].
    #[arg(long, env = "SHOSEKI_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// A TOML file with settings; flags go before it.
    #[arg(long, env = "SHOSEKI_CONFIG")]
    config: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:4566].
    #[arg(long, env = "SHOSEKI_LISTEN")]
    listen: Option<SocketAddr>,
    /// The first account [default: 123456789012].
    #[arg(long, env = "SHOSEKI_ACCOUNT")]
    account: Option<String>,
    /// The region of requests that name none [default: ap-northeast-1].
    #[arg(long, env = "SHOSEKI_REGION")]
    region: Option<String>,
    /// Delivers every 2 s and digests every 30 s.
    #[arg(long, env = "SHOSEKI_REHEARSE")]
    rehearse: bool,
    /// Between two cuts of log files, such as `5m`.
    #[arg(long, env = "SHOSEKI_DELIVERY_INTERVAL")]
    delivery_interval: Option<String>,
    /// Between two digests, such as `1h`.
    #[arg(long, env = "SHOSEKI_DIGEST_INTERVAL")]
    digest_interval: Option<String>,
    /// The certificate chain in PEM.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key in PEM.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    #[arg(long, env = "SHOSEKI_ROOT_ACCESS_KEY_ID", hide = true)]
    root_access_key_id: Option<String>,
    #[arg(long, env = "SHOSEKI_ROOT_SECRET_ACCESS_KEY", hide = true, hide_env_values = true)]
    root_secret_access_key: Option<String>,
}

impl Serve {
    fn config(&self) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        if self.rehearse {
            config.rehearse();
        }
        if let Some(file) = &self.config {
            config.read_file(file)?;
        }
        if let Some(folder) = &self.data_dir {
            config.data_dir.clone_from(folder);
        }
        config.listen = self.listen.unwrap_or(config.listen);
        if let Some(account) = &self.account {
            let invalid = || ConfigError(format!("`{account}` is not an account of 12 digits"));
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
        let root = self.root_access_key_id.clone().zip(self.root_secret_access_key.clone());
        config.root_credentials = root.or(config.root_credentials);
        Ok(config)
    }
}

/// Serves until a signal asks to stop.
pub(crate) fn run(serve: &Serve) -> ExitCode {
    start_diagnostics("info", false);
    match serve.config() {
        Ok(config) => start(&config),
        Err(error) => {
            tracing::error!(%error, "the configuration cannot be used");
            ExitCode::from(2)
        }
    }
}

fn start(config: &Config) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime");
            return ExitCode::FAILURE;
        }
    };
    let opened = match open(config, Clock::system(), Entropy::system()) {
        Ok(opened) => opened,
        Err(error) => {
            tracing::error!(%error, "the data directory cannot be opened");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(until_stopped(config, opened)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the server cannot run");
            ExitCode::FAILURE
        }
    }
}

async fn until_stopped(config: &Config, opened: server::Opened) -> std::io::Result<()> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let server = Server::start(config, opened).await?;
    tracing::info!(address = %server.address(), "serving");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    server.shut_down().await;
    Ok(())
}
