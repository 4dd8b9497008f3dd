//! What the sign-in says.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use iam::signin::{FirstRun, Granted};
use serde_json::{Value, json};
use types::Timestamp;

use super::cookie;
use crate::connection::{OutBody, whole};

/// An answer of the console's own protocol: JSON that nobody may keep.
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

fn told(status: StatusCode, code: &str, message: &str) -> Response<OutBody> {
    respond(status, Some(&json!({ "code": code, "message": message })))
}

/// A path that knows other methods.
pub(super) fn not_allowed(methods: &'static str) -> Response<OutBody> {
    let mut response = code(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

/// Come back in so many seconds.
pub(super) fn too_many(wait_s: u64) -> Response<OutBody> {
    let mut response = code(StatusCode::TOO_MANY_REQUESTS, "TooManyAttempts");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    response
}

/// A password that breaks a rule.
pub(super) fn password_refused(message: &str) -> Response<OutBody> {
    told(StatusCode::BAD_REQUEST, "PasswordPolicyViolation", message)
}

/// A token that is not, or not any more, that of the first run.
pub(super) fn invalid_token() -> Response<OutBody> {
    told(StatusCode::FORBIDDEN, "InvalidToken", "The link is not valid or was used already.")
}

/// Nothing more to say.
pub(super) fn empty() -> Response<OutBody> {
    respond(StatusCode::NO_CONTENT, None)
}

/// Done.
pub(super) fn done() -> Response<OutBody> {
    respond(StatusCode::OK, Some(&json!({})))
}

/// Whether the first run is still to come.
pub(super) fn first_run(first_run: &FirstRun) -> Response<OutBody> {
    let mut body = json!({ "needed": first_run.needed });
    if let (Some(account), Some(members)) = (&first_run.account, body.as_object_mut()) {
        members.insert("account".to_owned(), account.as_str().into());
    }
    respond(StatusCode::OK, Some(&body))
}

/// The credentials of a session, and its cookie.
pub(super) fn session(
    granted: &Granted,
    region: &str,
    secure: bool,
    now: Timestamp,
) -> Response<OutBody> {
    let body = json!({
        "accessKeyId": granted.access_key_id,
        "secretAccessKey": granted.secret_access_key,
        "sessionToken": granted.session_token,
        "expiration": granted.expiration.iso(),
        "account": granted.account.as_str(),
        "user": granted.user,
        "arn": granted.arn,
        "region": region,
    });
    let left_s = granted.session_ends.since_ms(now) / 1_000;
    with_cookie(respond(StatusCode::OK, Some(&body)), &cookie::new(&granted.cookie, left_s, secure))
}

/// The same answer, which sets the cookie.
pub(super) fn with_cookie(mut response: Response<OutBody>, cookie: &str) -> Response<OutBody> {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
