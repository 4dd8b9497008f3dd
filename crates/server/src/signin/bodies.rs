//! The requests of the sign-in page.

use std::time::Duration;

use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::answers;
use crate::out_body::OutBody;

/// Bytes of a body at most.
const BODY_BYTES_MAX: usize = 8 << 10;
/// The time limit for a body to arrive.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// Names and secrets as typed by the user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignInBody {
    pub(super) account: String,
    #[serde(default)]
    pub(super) user: Option<String>,
    /// An explicitly empty name.
    #[serde(default)]
    pub(super) root: bool,
    pub(super) password: String,
    #[serde(default)]
    pub(super) mfa: Option<String>,
    #[serde(default)]
    pub(super) new_password: Option<String>,
}

/// The token that the server printed, and the root user's first password.
#[derive(Deserialize)]
pub(super) struct FirstRunBody {
    pub(super) token: String,
    pub(super) password: String,
}

/// An account's number as the console shows it, `1234-5678-9012`, without its hyphens; an alias as
/// it is.
pub(super) fn account(typed: &str) -> String {
    let bare: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let is_number = bare.len() == 12 && bare.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { bare } else { typed.trim().to_owned() }
}

/// Parses a body, or returns the error.
pub(super) async fn read<T: DeserializeOwned>(
    request: Request<Incoming>,
) -> Result<T, Response<OutBody>> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // A form of another site's page cannot send this type without asking first.
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(answers::code(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType"));
    }
    let too_large = || answers::code(StatusCode::PAYLOAD_TOO_LARGE, "BodyTooLarge");
    let malformed = || answers::code(StatusCode::BAD_REQUEST, "MalformedBody");
    let body = request.into_body();
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(too_large());
    }
    let collecting = Limited::new(body, BODY_BYTES_MAX).collect();
    let bytes = match tokio::time::timeout(BODY_WAIT, collecting).await {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
        Ok(Err(_)) => return Err(malformed()),
        Err(_) => return Err(answers::code(StatusCode::REQUEST_TIMEOUT, "BodyTooSlow")),
    };
    serde_json::from_slice(&bytes).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers may be typed as they are shown.
    #[test]
    fn accounts_are_typed_in_many_ways() {
        for (typed, want) in [
            ("123456789012", "123456789012"),
            ("1234-5678-9012", "123456789012"),
            (" 1234 5678 9012 ", "123456789012"),
            ("my-alias", "my-alias"),
            (" my-alias ", "my-alias"),
            ("1234-5678-901", "1234-5678-901"),
        ] {
            assert_eq!(account(typed), want);
        }
    }
}
