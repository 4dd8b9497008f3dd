//! Our own URL space, `/_shoseki/`: readiness, metrics, and the transparency log.
//!
//! Unauthenticated clients learn only whether the server is up. The rest is for programs on this
//! machine, and for clients with the status token.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use gateway::{Fault, Gateway};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use keys::{equal_in_constant_time, sha256};
use serde_json::json;
use store::Upkeep;

use crate::OPERATIONS;
use crate::addressed::{self, Sender, sender};
use crate::metrics::{CONTENT_TYPE, Metrics};
use crate::out_body::{OutBody, respond};
use crate::transparency;

/// The readiness page: public, and served even when the connection limit is reached.
const HEALTH: &str = "/_shoseki/health";
/// Whether the process has to be started again.
const LIVE: &str = "/_shoseki/live";
/// Whether calls are served.
const READY: &str = "/_shoseki/ready";

/// The page that programs waiting for LocalStack poll.
const LOCALSTACK: &str = "/_localstack/health";

/// How long the details of the health page may wait for a thread. Probes give up after a few
/// seconds: the image's after five.
const DETAILS_WAIT: Duration = Duration::from_secs(1);

/// Whether a path is one of our own pages.
pub(crate) fn owns(path: &str) -> bool {
    path.starts_with("/_shoseki/") || path == LOCALSTACK
}

/// Whether a page must be served when nothing else is.
pub(crate) fn is_vital(path: &str) -> bool {
    matches!(path, HEALTH | LIVE | READY)
}

/// The hash of the token that opens our pages to others, if one is configured.
#[derive(Debug)]
pub(crate) struct StatusToken(Option<[u8; 32]>);

impl StatusToken {
    pub(crate) fn new(token: Option<&str>) -> Self {
        Self(token.map(|token| sha256(token.as_bytes())))
    }

    /// Whether this `Authorization` presents it.
    fn is_presented(&self, authorization: &HeaderValue) -> bool {
        let text = authorization.to_str().unwrap_or_default();
        let (scheme, token) = text.split_once(' ').unwrap_or_default();
        let presented = sha256(token.trim().as_bytes());
        scheme.eq_ignore_ascii_case("bearer")
            && self.0.is_some_and(|own| equal_in_constant_time(&own, &presented))
    }
}

/// How much a client may learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Everything.
    Trusted,
    /// Whether the server is up.
    Public,
    /// Nothing: it presents something that is not the token.
    WrongToken,
    /// Nothing: a page under a name that is not ours may have sent it.
    ForeignHost,
}

fn access(token: &StatusToken, domains: &[String], address: IpAddr, headers: &HeaderMap) -> Access {
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        let right = token.is_presented(authorization);
        return if right { Access::Trusted } else { Access::WrongToken };
    }
    // Browsers always name a host.
    if headers.contains_key(header::HOST) && !addressed::is_ours(headers, domains) {
        return Access::ForeignHost;
    }
    match sender(address, headers) {
        Sender::Local => Access::Trusted,
        Sender::Remote => Access::Public,
    }
}

pub(crate) async fn answer(
    gateway: &Arc<Gateway>,
    metrics: &Arc<Metrics>,
    token: &StatusToken,
    address: IpAddr,
    request: &Request<Incoming>,
) -> Response<OutBody> {
    let access = access(token, &gateway.settings().domains, address, request.headers());
    let metrics = Arc::clone(metrics);
    if transparency::owns(request.uri().path())
        && matches!(access, Access::Trusted | Access::Public)
    {
        return metrics.tiles().answer(request.method(), request.uri().path()).await;
    }
    match (request.uri().path(), access) {
        (_, Access::ForeignHost) => addressed::foreign(),
        (_, Access::WrongToken) | ("/_shoseki/metrics" | LOCALSTACK, Access::Public) => {
            unauthorized()
        }
        (LOCALSTACK, Access::Trusted) => localstack(gateway),
        (LIVE, access) => live(&metrics, access),
        (HEALTH, access) if !metrics.silent_workers().is_empty() => live(&metrics, access),
        // Unauthenticated clients must not occupy a thread.
        (READY, _) | (HEALTH, Access::Public) => ready(gateway),
        (HEALTH, Access::Trusted) => {
            let page = move |gateway: &Gateway| health(gateway, &metrics);
            let page = read_page("application/json", gateway, page);
            let details = tokio::time::timeout(DETAILS_WAIT, page).await;
            // All threads are busy, so the server runs: a probe must not have it restarted.
            details.unwrap_or_else(|_| ready(gateway))
        }
        ("/_shoseki/metrics", Access::Trusted) => {
            let page = move |gateway: &Gateway| metrics.render(gateway);
            read_page(CONTENT_TYPE, gateway, page).await
        }
        _ => respond(StatusCode::NOT_FOUND, "text/plain", "not found"),
    }
}

/// Whether all workers still run: 503 requests a restart, which then helps.
fn live(metrics: &Metrics, access: Access) -> Response<OutBody> {
    let silent = metrics.silent_workers();
    if silent.is_empty() {
        return respond(StatusCode::OK, "application/json", json!({ "status": "ok" }).to_string());
    }
    let body = if access == Access::Trusted {
        json!({ "status": "failing", "silentWorkers": silent })
    } else {
        json!({ "status": "failing" })
    };
    respond(StatusCode::SERVICE_UNAVAILABLE, "application/json", body.to_string())
}

/// Whether calls are served. Uses no thread, so that it is available under any load.
fn ready(gateway: &Gateway) -> Response<OutBody> {
    match gateway.snapshot().and_then(|view| Ok(view.last_seq()?)) {
        Ok(_) => respond(StatusCode::OK, "application/json", json!({ "status": "ok" }).to_string()),
        Err(fault) => {
            gateway.report(&fault, "cannot read the store", "");
            respond(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "unavailable")
        }
    }
}

/// The services, in LocalStack's format: its tools read `services`, and treat `running` and
/// `available` as healthy.
///
/// Source: LocalStack's documentation, "Internal endpoints".
fn localstack(gateway: &Gateway) -> Response<OutBody> {
    if gateway.snapshot().is_err() {
        return respond(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "unavailable");
    }
    let names: BTreeSet<&str> = OPERATIONS
        .iter()
        .flat_map(|rows| rows.iter())
        .map(|row| row.spec.service.name)
        .filter(|name| *name != inquiry::SERVICE.name)
        .collect();
    let services: serde_json::Map<_, _> =
        names.into_iter().map(|name| (name.to_owned(), json!("running"))).collect();
    let version = env!("CARGO_PKG_VERSION");
    let body = json!({ "services": services, "edition": "shoseki", "version": version });
    respond(StatusCode::OK, "application/json", body.to_string())
}

/// Calls are served, whether files can be delivered or not.
fn health(gateway: &Gateway, metrics: &Metrics) -> Result<String, Fault> {
    let (backlog, full) = (metrics.backlog(gateway)?, gateway.is_full());
    let now = gateway.clock().now();
    let mut troubles = inquiry::health::named(&backlog, full, now);
    troubles.extend(failing(metrics.upkeep()));
    troubles.extend(metrics.tiles().log().status(now).reasons);
    let status = if troubles.is_empty() { "ok" } else { "degraded" };
    let body = json!({
        "status": status,
        "reasons": troubles,
        "version": env!("CARGO_PKG_VERSION"),
        "account": gateway.settings().account.as_str(),
        "region": gateway.settings().region.as_str(),
        "delivery": if backlog.refusing > 0 { "failing" } else { "ok" },
        "disk": if full { "full" } else { "ok" },
    });
    Ok(body.to_string())
}

/// What the store does for itself and fails at: calls are served, but not for ever.
fn failing(upkeep: Upkeep) -> impl Iterator<Item = &'static str> {
    let Upkeep { failed_checkpoints, failed_bases, damaged_bases, damaged_frame } = upkeep;
    let all = [
        (failed_checkpoints > 0, "checkpoint-failed"),
        (failed_bases > 0, "base-failed"),
        (damaged_bases > 0, "base-damaged"),
        (damaged_frame.is_some(), "log-damaged"),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name)
}

/// A page that is read from the store, on a thread that may block.
async fn read_page(
    kind: &'static str,
    gateway: &Arc<Gateway>,
    page: impl FnOnce(&Gateway) -> Result<String, Fault> + Send + 'static,
) -> Response<OutBody> {
    let own = Arc::clone(gateway);
    let trouble = match tokio::task::spawn_blocking(move || page(&own)).await {
        Ok(Ok(page)) => return respond(StatusCode::OK, kind, page),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.to_string(),
    };
    tracing::error!(error = trouble, "cannot read the store");
    respond(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "unavailable")
}

fn unauthorized() -> Response<OutBody> {
    let text = "other machines need the status token for this page";
    let mut response = respond(StatusCode::UNAUTHORIZED, "text/plain", text);
    let bearer = HeaderValue::from_static("Bearer");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each kind of upkeep that fails has a name.
    #[test]
    fn upkeep_that_fails_has_a_name() {
        let none = Upkeep::default();
        for (upkeep, want) in [
            (none, vec![]),
            (Upkeep { failed_checkpoints: 1, ..none }, vec!["checkpoint-failed"]),
            (Upkeep { failed_bases: 3, ..none }, vec!["base-failed"]),
            (Upkeep { damaged_bases: 1, ..none }, vec!["base-damaged"]),
            (Upkeep { damaged_frame: Some(7), ..none }, vec!["log-damaged"]),
            (
                Upkeep { failed_checkpoints: 9, failed_bases: 1, ..none },
                vec!["checkpoint-failed", "base-failed"],
            ),
        ] {
            assert_eq!(failing(upkeep).collect::<Vec<_>>(), want);
        }
    }
}
