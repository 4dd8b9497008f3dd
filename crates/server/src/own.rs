//! Our own URL space, `/_shoseki/`: readiness and metrics.

use bytes::Bytes;
use gateway::Gateway;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;

use crate::connection::{OutBody, whole};
use crate::metrics::Metrics;

pub(crate) fn answer(
    gateway: &Gateway,
    metrics: &Metrics,
    request: &Request<Incoming>,
) -> Response<OutBody> {
    match request.uri().path() {
        "/_shoseki/health" => {
            let body = serde_json::json!({
                "status": "ok",
                "version": env!("CARGO_PKG_VERSION"),
                "account": gateway.settings().account.as_str(),
                "region": gateway.settings().region.as_str(),
            });
            respond(StatusCode::OK, "application/json", body.to_string())
        }
        "/_shoseki/metrics" => match gateway.store().snapshot().and_then(|view| view.last_seq()) {
            Ok(last) => respond(StatusCode::OK, "text/plain; version=0.0.4", metrics.render(last)),
            Err(error) => {
                tracing::error!(%error, "the store cannot be read");
                respond(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "unavailable".to_owned())
            }
        },
        _ => respond(StatusCode::NOT_FOUND, "text/plain", "not found".to_owned()),
    }
}

fn respond(status: StatusCode, kind: &'static str, body: String) -> Response<OutBody> {
    let mut response = Response::new(whole(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
