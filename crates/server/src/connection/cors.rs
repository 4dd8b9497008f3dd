//! What pages of other origins may read of an answer, whatever it is: also of one that was refused
//! before any operation was reached.

use std::sync::Arc;

use gateway::{Answer, Gateway, Identified};
use http::{HeaderName, HeaderValue, Method};
use s3::CorsRequest;
use wire::Head;

/// A request that says which page it comes from.
pub(super) struct Asked {
    bucket: String,
    request: CorsRequest,
}

impl Asked {
    /// `None` for a request that comes from no page of another origin, or is about no bucket; and
    /// for one that asks for leave, which an operation answers.
    pub(super) fn of(head: &Head, identified: &Identified) -> Option<Self> {
        let bucket = identified.bucket()?.to_owned();
        let origin = head.header("origin").filter(|_| head.method != Method::OPTIONS)?;
        let headers = head.header("access-control-request-headers").unwrap_or_default();
        let (origin, headers) = (origin.to_owned(), headers.to_owned());
        let request = CorsRequest { origin, method: head.method.to_string(), headers };
        Some(Self { bucket, request })
    }

    /// Adds what the rules of the bucket allow, as they are now.
    ///
    /// On a thread of its own: the bucket is read from the store, and a request is held against
    /// every rule.
    pub(super) async fn allow(self, gateway: Arc<Gateway>, answer: &mut Answer) {
        let found = tokio::task::spawn_blocking(move || self.headers(&gateway)).await;
        let headers = found.unwrap_or_else(|error| {
            tracing::error!(%error, "no page may read an answer: its rules were not read");
            Vec::new()
        });
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                answer.headers.append(HeaderName::from_static(name), value);
            }
        }
    }

    /// What the rules give; nothing if the bucket cannot be read.
    fn headers(&self, gateway: &Gateway) -> s3::CorsHeaders {
        let found = gateway
            .snapshot()
            .and_then(|view| s3::cors_headers(&view.tx(), &self.bucket, &self.request));
        found.unwrap_or_else(|fault| {
            let what = "no page may read an answer: its bucket cannot be read";
            gateway.report(&fault, what, &self.bucket);
            Vec::new()
        })
    }
}
