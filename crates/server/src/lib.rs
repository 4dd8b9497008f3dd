//! Sockets, TLS, workers and configuration: the shell around the pipeline. Besides clients, only this
//! crate and `backup`, which sends to buckets, use the async runtime.
//!
//! It makes no decisions about calls. It reads heads and bodies within their limits, passes them to
//! the [`gateway::Gateway`], and writes the responses; it wakes the workers when they are due.
//! Only brief calls run on the threads that serve sockets; all others run on threads that may block.
//!
//! Everything that a client can make it hold is limited: connections (`places.rs`), bytes in memory
//! (`memory.rs`), time (`patience.rs`). A limit delays or rejects one client, not the others.
//!
//! Non-goals: rules of services, signatures, permissions, events. Its own pages under `/_shoseki/`
//! (`own.rs`) show health, metrics and the transparency log; each change of state is a call of an
//! operation, except the sign-in of the console (`signin.rs`), whose events `gateway` builds.
//!
//! Reading order: [`Config`], [`open`] (how the parts are wired), `ground.rs` and `directory.rs`
//! (what becomes of a data directory), [`Server`] and `serve.rs` (sockets), `connection.rs` (one
//! request), `operations.rs` (the table of operations), then `workers.rs`, `transparency.rs` (the
//! tree of all events) and `witness.rs` (the trees of other servers).

mod accounts;
mod addressed;
mod backups;
mod beats;
mod config;
mod config_error;
mod connection;
mod console;
mod counted;
mod diagnostics;
mod directory;
mod establish;
mod first_run;
mod framing;
mod fsck;
mod ground;
mod history;
mod keyring_file;
mod listeners;
mod memory;
mod metrics;
mod modes;
mod network;
mod open;
mod open_error;
mod operations;
mod out_body;
mod own;
mod patience;
mod places;
mod proxies;
mod restored;
mod roots;
mod same_origin;
mod sealing;
mod serve;
mod signin;
mod sockets;
mod store_identity;
mod tls;
mod transparency;
mod witness;
mod workers;

pub use accounts::{
    Committed, Rotated, create_account, list_accounts, rename_account, reset_root_password,
    rotate_root_access_key,
};
pub use backups::{begin_backup, restore_backup, verify_backup};
pub use beats::Alive;
pub use config::{
    Account, CheckpointsTo, Config, TlogConfig, Witness, parse_bytes, parse_duration_ms,
};
pub use config_error::ConfigError;
pub use diagnostics::{Diagnostics, start_diagnostics};
pub use fsck::{Checked, fsck, fsck_against};
pub use ground::rebuild;
pub use history::anchor;
pub use iam::AccountSummary;
pub use listeners::Reserved;
pub use modes::refuse_loose_key;
pub use network::Network;
pub use open::{Opened, open};
pub use open_error::OpenError;
pub use operations::{OPERATIONS, operations_page};
pub use patience::{LeastRate, Patience};
pub use roots::RootCredentials;
pub use serve::Server;
pub use transparency::StoppedLog;
pub use witness::WitnessServer;
