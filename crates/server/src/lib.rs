//! Sockets, TLS, workers and configuration: the shell around the pipeline, and the one place that
//! knows the async runtime.
//!
//! It decides nothing about calls. It reads heads and bodies within their limits, hands them to
//! the [`gateway::Gateway`], and writes the answers; it wakes the workers when their time has come.
//!
//! Reading order: [`Config`], [`open`] (how the parts are wired), [`Server`] (sockets), then
//! `workers.rs`.

mod accounts;
mod config;
mod connection;
mod console;
mod diagnostics;
mod establish;
mod fsck;
mod memory;
mod metrics;
mod open;
mod operations;
mod own;
mod roots;
mod sealing;
mod serve;
mod signin;
mod tls;
mod workers;

pub use accounts::create_account;
pub use config::{Account, Config, ConfigError, parse_bytes, parse_duration_ms};
pub use diagnostics::start_diagnostics;
pub use fsck::fsck;
pub use open::{OpenError, Opened, open};
pub use operations::{OPERATIONS, operations_page};
pub use roots::RootCredentials;
pub use serve::Server;
