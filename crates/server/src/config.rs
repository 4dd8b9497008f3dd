mod check;
mod checkpoints;
mod status_token;
mod tlog;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use types::{AccountId, HOUR_MS, MINUTE_MS, Region, SECOND_MS};

use crate::config_error::ConfigError;
use crate::{Network, Patience, modes};
pub use checkpoints::CheckpointsTo;
use tlog::WitnessTable;
pub use tlog::{TlogConfig, Witness};

/// Everything an operator may set. Read once, complete before the first socket opens.
///
/// Its `Debug` form, and that of [`Account`], leave out the secrets.
#[derive(Clone)]
pub struct Config {
    /// The data directory.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// A separate address for the console; `listen` if absent.
    pub console_listen: Option<SocketAddr>,
    /// The first account.
    pub account: AccountId,
    /// The region of requests that name none. Any region is served.
    pub region: Region,
    /// Further accounts.
    pub accounts: Vec<Account>,
    /// Milliseconds between two cuts of log files. AWS: about five minutes.
    pub delivery_interval_ms: u64,
    /// Milliseconds between two digests. AWS: one hour.
    pub digest_interval_ms: u64,
    /// Days of event history. AWS: 90.
    pub history_days: u64,
    /// Base domains of virtual-host addressing of buckets.
    pub domains: Vec<String>,
    /// Certificate chain and private key in PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Connections served at once; a further one ends the one that is idle for longest.
    pub connections_max: usize,
    /// Of them, from one IPv4 address or one IPv6 network of 64 bits; a quarter if absent.
    pub connections_max_per_address: Option<usize>,
    /// Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted.
    pub trusted_proxies: Vec<Network>,
    /// How long others are waited for. The file cannot set it.
    pub patience: Patience,
    /// Bytes of memory that the whole process may have; half of the machine's if absent, but at
    /// most 4 GiB.
    pub memory_max: Option<u64>,
    /// The first account's root access key; generated at first start if absent.
    pub root_credentials: Option<(String, String)>,
    /// The root key's file; in the data directory if absent.
    pub root_key_file: Option<PathBuf>,
    /// The passphrase that seals the root key, instead of a bare file.
    pub passphrase: Option<String>,
    /// Whether S3 refuses Signature Version 2.
    pub refuse_signature_v2: bool,
    /// The bearer token that opens health and metrics to other machines.
    pub status_token: Option<String>,
    /// The transparency log.
    pub tlog: TlogConfig,
    /// Accepts a state that is older than the data directory's identity file, or incomplete, and
    /// records an event. For a single start only, so it is not a key of the file.
    pub accept_older: bool,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

/// An account besides the first.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Twelve digits.
    pub id: AccountId,
    /// The display name.
    pub name: String,
    /// The root user's access key id.
    pub root_access_key_id: String,
    /// The root user's secret access key.
    pub root_secret_access_key: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("shoseki-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 4566)),
            console_listen: None,
            account: AccountId::parse("123456789012").unwrap_or_else(AccountId::zero),
            region: Region::parse("ap-northeast-1").unwrap_or_else(Region::us_east_1),
            accounts: Vec::new(),
            delivery_interval_ms: 5 * MINUTE_MS,
            digest_interval_ms: HOUR_MS,
            history_days: 90,
            domains: vec!["localhost".to_owned(), "localhost.localstack.cloud".to_owned()],
            tls: None,
            connections_max: 4_096,
            connections_max_per_address: None,
            trusted_proxies: Vec::new(),
            patience: Patience::default(),
            memory_max: None,
            root_credentials: None,
            root_key_file: None,
            passphrase: None,
            refuse_signature_v2: false,
            status_token: None,
            tlog: TlogConfig::default(),
            accept_older: false,
        }
    }
}

impl Config {
    /// The rehearsal profile, for testing: delivery every two seconds, digests every thirty, a
    /// checkpoint of the transparency log every second.
    pub fn rehearse(&mut self) {
        self.delivery_interval_ms = 2 * SECOND_MS;
        self.digest_interval_ms = 30 * SECOND_MS;
        self.tlog.interval_ms = SECOND_MS;
    }

    /// Applies the settings of the TOML file `path`.
    pub fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| ConfigError(format!("`{}`: {cause}", path.display())))?;
        let file: File = toml::from_str(&text).map_err(|cause| {
            ConfigError(format!("`{}`{}", path.display(), place(&text, &cause)))
        })?;
        if file.accounts.is_some() {
            modes::refuse_loose_key(path)
                .map_err(|cause| ConfigError(format!("`{}`: {cause}", path.display())))?;
        }
        self.take(file)
    }

    fn take(&mut self, file: File) -> Result<(), ConfigError> {
        if file.rehearse == Some(true) {
            self.rehearse();
        }
        set(&mut self.data_dir, file.data_dir);
        set(&mut self.listen, file.listen);
        self.console_listen = file.console_listen.or(self.console_listen);
        set(&mut self.account, file.account);
        set(&mut self.region, file.region);
        set(&mut self.accounts, file.accounts);
        set(&mut self.history_days, file.history_days);
        set(&mut self.domains, file.domains);
        set(&mut self.connections_max, file.connections_max);
        set(&mut self.connections_max_per_address, file.connections_max_per_address.map(Some));
        set(&mut self.trusted_proxies, file.trusted_proxies);
        set(&mut self.refuse_signature_v2, file.refuse_signature_v2);
        if let Some(text) = file.memory_max {
            self.memory_max = Some(parse_bytes(&text)?);
        }
        for (to, text) in [
            (&mut self.delivery_interval_ms, file.delivery_interval),
            (&mut self.digest_interval_ms, file.digest_interval),
            (&mut self.tlog.interval_ms, file.tlog_interval),
        ] {
            if let Some(text) = text {
                *to = parse_duration_ms(&text)?;
            }
        }
        self.tlog.origin = file.tlog_origin.or_else(|| self.tlog.origin.take());
        self.tlog.cosignatures_min = file.tlog_cosignatures_min.or(self.tlog.cosignatures_min);
        self.tlog.ca_bundle = file.tlog_ca_bundle.or_else(|| self.tlog.ca_bundle.take());
        let to = &mut self.tlog.checkpoints_to;
        to.place = file.checkpoint_to.or_else(|| to.place.take());
        to.endpoint = file.checkpoint_endpoint.or_else(|| to.endpoint.take());
        to.region = file.checkpoint_region.or_else(|| to.region.take());
        to.retention_days = file.checkpoint_retention_days.or(to.retention_days);
        to.retention_mode = file.checkpoint_retention_mode.or_else(|| to.retention_mode.take());
        if let Some(tables) = file.tlog_witnesses {
            let witnesses = tables.iter().map(WitnessTable::parse);
            self.tlog.witnesses = witnesses.collect::<Result<_, _>>()?;
        }
        if let Some(path) = &file.status_token_file {
            self.status_token = Some(status_token::read(path)?);
        }
        self.root_key_file = file.root_key_file.or_else(|| self.root_key_file.take());
        self.tls = match (file.tls_cert, file.tls_key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => self.tls.take(),
            _ => {
                return Err(ConfigError(
                    "`tls_cert` and `tls_key` must be set together".to_owned(),
                ));
            }
        };
        Ok(())
    }
}

/// Where in the file, and why, in one line.
fn place(text: &str, cause: &toml::de::Error) -> String {
    let before = cause.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count().saturating_add(1));
    let line = line.map_or_else(String::new, |line| format!(", line {line}"));
    let why: Vec<&str> = cause.message().split_whitespace().collect();
    format!("{line}: {}", why.join(" "))
}

fn set<T>(to: &mut T, from: Option<T>) {
    if let Some(from) = from {
        *to = from;
    }
}

/// The configuration file. Unknown keys are errors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the keys of the file")]
struct File {
    data_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
    console_listen: Option<SocketAddr>,
    account: Option<AccountId>,
    region: Option<Region>,
    accounts: Option<Vec<Account>>,
    rehearse: Option<bool>,
    delivery_interval: Option<String>,
    digest_interval: Option<String>,
    history_days: Option<u64>,
    domains: Option<Vec<String>>,
    connections_max: Option<usize>,
    connections_max_per_address: Option<usize>,
    trusted_proxies: Option<Vec<Network>>,
    refuse_signature_v2: Option<bool>,
    memory_max: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    root_key_file: Option<PathBuf>,
    status_token_file: Option<PathBuf>,
    tlog_interval: Option<String>,
    tlog_origin: Option<String>,
    tlog_witnesses: Option<Vec<WitnessTable>>,
    tlog_cosignatures_min: Option<usize>,
    tlog_ca_bundle: Option<PathBuf>,
    checkpoint_to: Option<String>,
    checkpoint_endpoint: Option<String>,
    checkpoint_region: Option<String>,
    checkpoint_retention_days: Option<u64>,
    checkpoint_retention_mode: Option<String>,
}

/// A duration such as `2s`, `5m` or `1h`, in milliseconds; at least one second.
pub fn parse_duration_ms(text: &str) -> Result<u64, ConfigError> {
    let invalid = || ConfigError(format!("`{text}` is not a duration such as `2s`, `5m` or `1h`"));
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.strip_prefix(digits) {
        Some("s") => SECOND_MS,
        Some("m") => MINUTE_MS,
        Some("h") => HOUR_MS,
        _ => return Err(invalid()),
    };
    let count: u64 = digits.parse().map_err(|_| invalid())?;
    count.checked_mul(unit).filter(|ms| *ms > 0).ok_or_else(invalid)
}

/// An amount of memory such as `512MiB` or `2GiB`, in bytes.
pub fn parse_bytes(text: &str) -> Result<u64, ConfigError> {
    let invalid =
        || ConfigError(format!("`{text}` is not a memory size such as `512MiB` or `2GiB`"));
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match text.strip_prefix(digits) {
        Some("KiB") => 1 << 10,
        Some("MiB") => 1 << 20,
        Some("GiB") => 1 << 30,
        _ => return Err(invalid()),
    };
    let count: u64 = digits.parse().map_err(|_| invalid())?;
    count.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Durations have a unit and are not zero.
    #[test]
    fn durations_are_read() {
        for (text, want) in [("2s", 2_000), ("5m", 300_000), ("1h", 3_600_000)] {
            assert_eq!(parse_duration_ms(text), Ok(want));
        }
        for text in ["", "5", "m", "0s", "-1s", "1.5h", "5 m", "99999999999999999999s"] {
            assert!(parse_duration_ms(text).is_err(), "{text}");
        }
    }

    /// So have amounts of memory.
    #[test]
    fn amounts_of_memory_are_read() {
        for (text, want) in [("64KiB", 65_536), ("512MiB", 536_870_912), ("2GiB", 2_147_483_648)] {
            assert_eq!(parse_bytes(text), Ok(want));
        }
        for text in ["", "5", "MiB", "0MiB", "1MB", "1.5GiB", "1 GiB", "99999999999999GiB"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }

    /// A misspelt key is an error, not a default.
    #[test]
    fn unknown_keys_are_errors() {
        assert!(toml::from_str::<File>("listen = '127.0.0.1:1'").is_ok());
        assert!(toml::from_str::<File>("lissten = '127.0.0.1:1'").is_err());
    }

    /// An error in a file is one line that includes the file's line number.
    #[test]
    fn errors_of_the_file_are_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shoseki.toml");
        for (text, want) in [
            (
                "region = 'eu-west-1'\n\nlissten = '127.0.0.1:1'\n",
                ", line 3: unknown field `lissten`",
            ),
            ("listen = 'localhost:1'\n", ", line 1: invalid socket address"),
            ("rehearse = \n", ", line 1: "),
            ("[[accounts]]\nid = '111122223333'\n", ": missing field `name`"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Config::default().read_file(&path).unwrap_err().0;
            assert!(error.contains(want) && !error.contains('\n'), "{error:?}");
        }
    }

    /// The page documents all keys of the file and no others.
    #[test]
    fn every_key_is_documented() {
        let page = include_str!("../../../docs/configuration.md");
        let error = toml::from_str::<File>("nonsense = 1").unwrap_err().to_string();
        let (_, known) = error.split_once("expected one of ").unwrap();
        let known: Vec<&str> =
            known.split('`').skip(1).step_by(2).filter(|key| *key != "nonsense").collect();
        let documented: Vec<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .filter(|key| !key.starts_with("--") && !key.starts_with("SHOSEKI"))
            .collect();
        assert!(known.contains(&"data_dir"), "{error}");
        let undocumented: Vec<_> = known.iter().filter(|key| !documented.contains(key)).collect();
        assert!(undocumented.is_empty(), "not documented: {undocumented:?}");
        for key in documented.iter().filter(|key| !known.contains(key)) {
            let is_of_table = key.starts_with("accounts.") || key.starts_with("tlog_witnesses.");
            assert!(is_of_table, "`{key}` is not a key");
        }
    }
}
