use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

/// Starts printing diagnostics to stderr: `filter` in the syntax of `tracing`, such as `info`.
///
/// `json` writes one object a line, for machines. A second call changes nothing.
pub fn start_diagnostics(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    // On a terminal `NO_COLOR` decides; elsewhere nobody wants colours.
    let builder = if stderr().is_terminal() { builder } else { builder.with_ansi(false) };
    // Diagnostics that run already go on as they are.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}
