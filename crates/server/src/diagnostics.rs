use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

use crate::ConfigError;

/// Starts printing diagnostics to stderr: `filter` in the syntax of `tracing`, such as `info`.
///
/// `json` writes one object a line, for machines, panics included. A second call changes nothing.
pub fn start_diagnostics(filter: &str, json: bool) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(filter).map_err(|cause| {
        ConfigError(format!(
            "`{filter}` is no filter such as `info` or `warn,gateway=debug`: {cause}"
        ))
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    // On a terminal `NO_COLOR` decides; elsewhere nobody wants colours.
    let builder = if stderr().is_terminal() { builder } else { builder.with_ansi(false) };
    // Diagnostics that run already go on as they are.
    if json {
        let _ = builder.json().try_init();
        std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
    } else {
        let _ = builder.try_init();
    }
    Ok(())
}
