//! A small AWS client: it signs requests, sends them over HTTP/1.1, and reads the responses.
//!
//! Calls block their thread, so the commands read from top to bottom. Several threads can share one
//! client, which pools their connections.

mod bucket;
mod connection;
mod endpoint;
mod service;
mod trust;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use tokio::runtime::Handle;
use types::Clock;
use wire::sign::{Credentials, payload_hash, sign_header};

use crate::out::Out;
pub(crate) use bucket::{ANY_REGION, bucket_region};
use connection::{Connection, connect};
pub(crate) use endpoint::Endpoint;
pub(crate) use service::Call;

/// The largest response body accepted. CloudTrail's files are far smaller.
const BODY_BYTES_MAX: usize = 1 << 30;
/// The time limit for a response.
const PATIENCE: Duration = Duration::from_mins(1);
/// Progress is shown once per this many requests, because a terminal is slower than a server.
const SHOWN_EVERY: u64 = 16;
/// Error codes that deny a caller, some of which have the status 400.
const DENIALS: [&str; 9] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "UnrecognizedClientException",
];
/// The user agent, which every event records.
const USER_AGENT: &str = concat!("shoseki/", env!("CARGO_PKG_VERSION"));

/// A client of one endpoint with one access key.
#[derive(Debug)]
pub(crate) struct Client {
    runtime: Handle,
    endpoint: Endpoint,
    credentials: Credentials,
    region: String,
    clock: Clock,
    idle: Mutex<Vec<Connection>>,
    /// Where to show the number of completed requests, and their subject.
    shows: Option<(Out, String)>,
    answered: AtomicU64,
}

/// A successful response.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The status, below 400.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The whole body.
    pub(crate) body: Bytes,
}

impl Answered {
    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why a call did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallError {
    /// The service returned an error.
    Refused {
        /// The HTTP status.
        status: u16,
        /// AWS's code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// There was no response, or it could not be parsed.
    Unreachable(String),
}

impl CallError {
    /// AWS's code, or an empty string.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code,
            Self::Unreachable(_) => "",
        }
    }

    /// Whether the caller lacks permission.
    pub(crate) fn is_denied(&self) -> bool {
        matches!(self, Self::Refused { status: 401 | 403, .. })
            || DENIALS.iter().any(|code| self.code() == *code)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, code, message } if message.is_empty() => {
                write!(f, "{status} {code}")
            }
            Self::Refused { status, code, message } => write!(f, "{status} {code}: {message}"),
            Self::Unreachable(text) => f.write_str(text),
        }
    }
}

impl Client {
    pub(crate) fn new(
        runtime: Handle,
        endpoint: Endpoint,
        credentials: Credentials,
        region: &str,
        clock: Clock,
    ) -> Self {
        let (region, idle) = (region.to_owned(), Mutex::default());
        let (shows, answered) = (None, AtomicU64::default());
        Self { runtime, endpoint, credentials, region, clock, idle, shows, answered }
    }

    /// Returns the client with progress output enabled.
    pub(crate) fn showing(mut self, out: Out, about: &str) -> Self {
        self.shows = Some((out, about.to_owned()));
        self
    }

    /// The region that requests are signed for.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Signs and sends a request and reads its response. Blocks; must not be called from async
    /// code.
    pub(crate) fn call(&self, call: &Call) -> Result<Answered, CallError> {
        let answered = self.runtime.block_on(async {
            let sent = tokio::time::timeout(PATIENCE, self.exchange(call)).await;
            sent.unwrap_or_else(|_| Err("no response within a minute".to_owned()))
        });
        let answered = answered
            .map_err(|text| CallError::Unreachable(format!("{}: {text}", self.endpoint.url())))?;
        let count = self.answered.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if let Some((out, about)) = &self.shows
            && count.is_multiple_of(SHOWN_EVERY)
        {
            out.progress(&format!("{about}: {count} requests completed"));
        }
        if answered.status.is_client_error() || answered.status.is_server_error() {
            return Err(service::refusal(call.service, &answered));
        }
        Ok(answered)
    }

    /// Reuses an open connection, if there is one, or opens a new one. Never sends a request twice:
    /// a call without a response may have been executed.
    async fn exchange(&self, call: &Call) -> Result<Answered, String> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(mut connection) = idle
            && connection.ready().await.is_ok()
        {
            return self.send(connection, call).await;
        }
        let connection = connect(&self.endpoint).await?;
        self.send(connection, call).await
    }

    async fn send(&self, mut connection: Connection, call: &Call) -> Result<Answered, String> {
        let request = self.sign(call)?;
        let response = connection.send_request(request).await.map_err(|error| causes(&error))?;
        let (head, body) = Response::into_parts(response);
        let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(Answered { status: head.status, headers: head.headers, body })
    }

    fn sign(&self, call: &Call) -> Result<Request<Full<Bytes>>, String> {
        let headers: Vec<(&str, &str)> =
            call.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let added = sign_header(
            call.method.as_str(),
            self.endpoint.authority(),
            &call.target,
            &headers,
            &payload_hash(&call.body),
            &self.credentials,
            call.region.as_ref().unwrap_or(&self.region),
            call.service.signing_name(),
            self.clock.now(),
        );
        let mut request = Request::builder()
            .method(&call.method)
            .uri(&call.target)
            .header(http::header::HOST, self.endpoint.authority())
            .header(http::header::USER_AGENT, USER_AGENT);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in added {
            request = request.header(name, value);
        }
        request.body(Full::new(call.body.clone())).map_err(|error| error.to_string())
    }
}

/// Fetches a page that requires no signature: its status and body. Blocks.
pub(crate) fn get(
    runtime: &Handle,
    endpoint: &Endpoint,
    target: &str,
) -> Result<(u16, Bytes), CallError> {
    Pages::new(runtime, endpoint).get(target)
}

/// Fetches pages that require no signature, one after the other, over one connection.
#[derive(Debug)]
pub(crate) struct Pages<'p> {
    runtime: &'p Handle,
    endpoint: &'p Endpoint,
    idle: Option<Connection>,
}

impl<'p> Pages<'p> {
    pub(crate) fn new(runtime: &'p Handle, endpoint: &'p Endpoint) -> Self {
        Self { runtime, endpoint, idle: None }
    }

    /// A page's status and body. Blocks.
    pub(crate) fn get(&mut self, target: &str) -> Result<(u16, Bytes), CallError> {
        let (endpoint, idle) = (self.endpoint, &mut self.idle);
        let exchange = async {
            let request = Request::builder()
                .uri(target)
                .header(http::header::HOST, endpoint.authority())
                .header(http::header::USER_AGENT, USER_AGENT);
            let request =
                request.body(Full::new(Bytes::new())).map_err(|error| error.to_string())?;
            let mut connection = match idle.take() {
                None => connect(endpoint).await?,
                Some(mut open) => match open.ready().await {
                    Ok(()) => open,
                    Err(_) => connect(endpoint).await?,
                },
            };
            let response =
                connection.send_request(request).await.map_err(|error| causes(&error))?;
            let (head, body) = Response::into_parts(response);
            let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
            let body = body.map_err(|error| error.to_string())?.to_bytes();
            *idle = Some(connection);
            Ok((head.status.as_u16(), body))
        };
        let answered: Result<_, String> = self.runtime.block_on(async {
            let late = |_| Err("no response within a minute".to_owned());
            tokio::time::timeout(PATIENCE, exchange).await.unwrap_or_else(late)
        });
        answered.map_err(|text| CallError::Unreachable(format!("{}: {text}", endpoint.url())))
    }
}

/// Formats an error and its causes on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
