//! `shoseki health`: checks whether a server is healthy, for containers and operators.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::client::{Endpoint, get};
use crate::exit::{Exit, Trouble};
use crate::out::Out;
use crate::serve::runtime;

/// The path of the health page.
const HEALTH: &str = "/_shoseki/health";

/// The flags of `health`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Health {
    /// The server.
    #[arg(
        long,
        value_name = "URL",
        env = "AWS_ENDPOINT_URL",
        default_value = "http://127.0.0.1:4566"
    )]
    endpoint_url: String,
    /// Certificates to trust in place of the system's, in PEM.
    #[arg(long, value_name = "FILE", env = "AWS_CA_BUNDLE")]
    ca_bundle: Option<PathBuf>,
    /// Prints the response unchanged.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki health
  shoseki health --endpoint-url https://localhost:4566 --ca-bundle cert.pem

Exit codes:
  0 the server is up, `ok` or `degraded`, 1 it must be restarted, 4 it is unreachable";

/// Runs the verb.
pub(crate) fn run(verb: &Health) -> Result<Exit, Trouble> {
    let runtime = runtime()?;
    let endpoint = Endpoint::parse(&verb.endpoint_url, verb.ca_bundle.clone());
    let endpoint = endpoint.map_err(Trouble::usage)?;
    let (status, body) = get(runtime.handle(), &endpoint, HEALTH)?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(word) = answer.get("status").and_then(Value::as_str) else {
        let url = endpoint.url();
        let text = format_args!("{url}: {status} at {HEALTH}: this is not a Shoseki server");
        return Err(Trouble::unreachable(text));
    };
    let reasons = answer.get("reasons").and_then(Value::as_array).into_iter().flatten();
    let reasons: Vec<&str> = reasons.filter_map(Value::as_str).collect();
    let out = Out::new(verb.json);
    out.value(&json!(answer));
    out.text(&if reasons.is_empty() {
        word.to_owned()
    } else {
        format!("{word}: {}", reasons.join(", "))
    });
    Ok(if status < 400 { Exit::Done } else { Exit::Findings })
}
