//! The responses of the sign-in.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use iam::signin::{FirstRun, Granted, Opened};
use serde_json::{Value, json};
use types::Timestamp;

use super::cookie;
use crate::out_body::{OutBody, whole};

/// A response of the console's own protocol: JSON that must not be cached.
fn respond(status: StatusCode, body: Option<&Value>) -> Response<OutBody> {
    let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    let mut response = Response::new(whole(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if body.is_some() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// A refusal that is known by its code.
pub(super) fn code(status: StatusCode, code: &str) -> Response<OutBody> {
    respond(status, Some(&json!({ "code": code })))
}

/// No session, or not one that was proven to be the asker's.
pub(super) fn no_session() -> Response<OutBody> {
    code(StatusCode::UNAUTHORIZED, "NoSession")
}

fn error(status: StatusCode, code: &str, message: &str) -> Response<OutBody> {
    respond(status, Some(&json!({ "code": code, "message": message })))
}

/// A path that supports other methods.
pub(super) fn not_allowed(methods: &'static str) -> Response<OutBody> {
    let mut response = code(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

/// Retry after this many seconds.
pub(super) fn too_many(wait_s: u64) -> Response<OutBody> {
    let mut response = code(StatusCode::TOO_MANY_REQUESTS, "TooManyAttempts");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    response
}

/// A password that breaks a rule.
pub(super) fn password_refused(message: &str) -> Response<OutBody> {
    error(StatusCode::BAD_REQUEST, "PasswordPolicyViolation", message)
}

/// A token that is not, or not any more, that of the first run.
pub(super) fn invalid_token() -> Response<OutBody> {
    error(StatusCode::FORBIDDEN, "InvalidToken", "The link is invalid or was already used.")
}

/// An empty response.
pub(super) fn empty() -> Response<OutBody> {
    respond(StatusCode::NO_CONTENT, None)
}

/// Done.
pub(super) fn done() -> Response<OutBody> {
    respond(StatusCode::OK, Some(&json!({})))
}

/// Whether the first run is still pending.
pub(super) fn first_run(first_run: &FirstRun, api_port: Option<u16>) -> Response<OutBody> {
    let mut body = json!({ "needed": first_run.needed });
    if let Some(account) = &first_run.account {
        add(&mut body, "account", account.as_str());
    }
    if let Some(port) = api_port {
        add(&mut body, "apiPort", port);
    }
    respond(StatusCode::OK, Some(&body))
}

fn add(body: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

/// The additional content of every response with credentials.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    /// The region of requests that name none.
    pub(super) region: &'a str,
    /// The port of AWS's clients, if it is not the console's.
    pub(super) api_port: Option<u16>,
    /// Whether the connection is encrypted.
    pub(super) secure: bool,
    /// The present.
    pub(super) now: Timestamp,
}

/// The credentials of a session that has just begun, its cookie, and the secret that the page has
/// to show from now on.
pub(super) fn begun(opened: &Opened, setting: Setting<'_>) -> Response<OutBody> {
    session(&opened.granted, Some(&opened.secret), setting)
}

/// Fresh credentials of a session, and its next cookie.
pub(super) fn refreshed(granted: &Granted, setting: Setting<'_>) -> Response<OutBody> {
    session(granted, None, setting)
}

fn session(granted: &Granted, secret: Option<&str>, setting: Setting<'_>) -> Response<OutBody> {
    let mut body = json!({
        "accessKeyId": granted.access_key_id,
        "secretAccessKey": granted.secret_access_key,
        "sessionToken": granted.session_token,
        "expiration": granted.expiration.iso(),
        "account": granted.account.as_str(),
        "user": granted.user,
        "arn": granted.arn,
        "region": setting.region,
    });
    if let Some(port) = setting.api_port {
        add(&mut body, "apiPort", port);
    }
    if let Some(secret) = secret {
        add(&mut body, "sessionSecret", secret);
    }
    let left_s = granted.session_ends.since_ms(setting.now) / 1_000;
    let cookie = cookie::new(&granted.cookie, left_s, setting.secure);
    with_cookie(respond(StatusCode::OK, Some(&body)), &cookie)
}

/// The same response with the cookie.
pub(super) fn with_cookie(mut response: Response<OutBody>, cookie: &str) -> Response<OutBody> {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
