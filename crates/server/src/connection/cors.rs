//! CORS headers of any response, including errors that were returned before an operation was
//! reached.

use std::sync::Arc;

use gateway::{Answer, Gateway, Identified};
use http::{HeaderName, HeaderValue, Method};
use s3::CorsRequest;
use wire::Head;

/// A request with the origin of a page.
pub(super) struct CrossOrigin {
    bucket: String,
    request: CorsRequest,
}

impl CrossOrigin {
    /// `None` for a request without another origin, or without a bucket; and for a preflight, which
    /// an operation handles.
    pub(super) fn of(head: &Head, identified: &Identified) -> Option<Self> {
        let bucket = identified.bucket()?.to_owned();
        let origin = head.header("origin").filter(|_| head.method != Method::OPTIONS)?;
        let headers = head.header("access-control-request-headers").unwrap_or_default();
        let (origin, headers) = (origin.to_owned(), headers.to_owned());
        let request = CorsRequest { origin, method: head.method.to_string(), headers };
        Some(Self { bucket, request })
    }

    /// Adds the headers that the bucket's current rules allow.
    ///
    /// On a separate thread: the bucket is read from the store, and a request is matched against
    /// every rule.
    pub(super) async fn allow(self, gateway: Arc<Gateway>, answer: &mut Answer) {
        let found = tokio::task::spawn_blocking(move || self.headers(&gateway)).await;
        let headers = found.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot read the CORS rules: the response gets no CORS headers");
            Vec::new()
        });
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                answer.headers.append(HeaderName::from_static(name), value);
            }
        }
    }

    /// The headers of the rules; none if the bucket cannot be read.
    fn headers(&self, gateway: &Gateway) -> s3::CorsHeaders {
        let found = gateway
            .snapshot()
            .and_then(|view| s3::cors_headers(&view.tx(), &self.bucket, &self.request));
        found.unwrap_or_else(|fault| {
            let what = "cannot read the bucket: the response gets no CORS headers";
            gateway.report(&fault, what, &self.bucket);
            Vec::new()
        })
    }
}
