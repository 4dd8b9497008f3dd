//! Our own URL space, `/_shoseki/`: readiness and metrics.

use std::sync::Arc;

use bytes::Bytes;
use gateway::Gateway;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use store::StoreError;

use crate::connection::{OutBody, whole};
use crate::metrics::Metrics;

/// Where readiness is told: to everybody, and when there is no room for anything else.
pub(crate) const HEALTH: &str = "/_shoseki/health";

pub(crate) async fn answer(
    gateway: &Arc<Gateway>,
    metrics: &Arc<Metrics>,
    request: &Request<Incoming>,
) -> Response<OutBody> {
    let metrics = Arc::clone(metrics);
    match request.uri().path() {
        HEALTH => {
            let page = move |gateway: &Gateway| health(gateway, &metrics);
            told("application/json", gateway, page).await
        }
        "/_shoseki/metrics" => {
            let page = move |gateway: &Gateway| metrics.render(gateway);
            told("text/plain; version=0.0.4", gateway, page).await
        }
        _ => respond(StatusCode::NOT_FOUND, "text/plain", "not found".to_owned()),
    }
}

/// Calls are served, whether files can be delivered or not.
fn health(gateway: &Gateway, metrics: &Metrics) -> Result<String, StoreError> {
    let (backlog, full) = (metrics.backlog(gateway)?, gateway.store().is_full());
    let body = serde_json::json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "account": gateway.settings().account.as_str(),
        "region": gateway.settings().region.as_str(),
        "delivery": if backlog.refusing > 0 { "failing" } else { "ok" },
        "disk": if full { "full" } else { "ok" },
    });
    Ok(body.to_string())
}

/// A page that is read from the store, on a thread that may block.
async fn told(
    kind: &'static str,
    gateway: &Arc<Gateway>,
    page: impl FnOnce(&Gateway) -> Result<String, StoreError> + Send + 'static,
) -> Response<OutBody> {
    let own = Arc::clone(gateway);
    let trouble = match tokio::task::spawn_blocking(move || page(&own)).await {
        Ok(Ok(page)) => return respond(StatusCode::OK, kind, page),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.to_string(),
    };
    tracing::error!(error = trouble, "the store cannot be read");
    respond(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "unavailable".to_owned())
}

fn respond(status: StatusCode, kind: &'static str, body: String) -> Response<OutBody> {
    let mut response = Response::new(whole(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
