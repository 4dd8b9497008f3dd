//! Plain HTTP requests on a TLS port: their sender gets an error with the reason.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The number of bytes that are inspected: the first line and, from AWS clients, most headers.
const PEEK_BYTES: usize = 1 << 10;
/// The number of bytes that are read and dropped after the response, so that it is not lost with
/// them.
const REST_BYTES_MAX: u64 = 64 << 10;
/// The first byte of a TLS handshake.
///
/// Source: RFC 8446, section 5.1: `ContentType` of a handshake is 22.
const HANDSHAKE: u8 = 22;

const TEXT: &str = "this port requires TLS, but the request uses plain HTTP: use https://";

/// Responds to a plain HTTP request; returns whether it was one.
///
/// Waits for the first byte; the caller bounds the time.
pub(super) async fn refuse(stream: &mut TcpStream) -> bool {
    let mut seen = [0; PEEK_BYTES];
    let Ok(length) = stream.peek(&mut seen).await else { return false };
    let seen = seen.get(..length).unwrap_or_default();
    if !is_http(seen) {
        return false;
    }
    tracing::debug!("a plain HTTP request arrived on a TLS port");
    let sent = stream.write_all(answer(seen).as_bytes()).await;
    if sent.is_ok() && stream.shutdown().await.is_ok() {
        let mut rest = stream.take(REST_BYTES_MAX);
        let _ = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
    }
    true
}

/// Methods are capital letters; what begins otherwise is left to TLS, which refuses it.
fn is_http(seen: &[u8]) -> bool {
    seen.first().is_some_and(|first| *first != HANDSHAKE && first.is_ascii_uppercase())
}

/// In the sender's format: JSON for the services that use it, XML for AWS's other clients, text
/// otherwise.
fn answer(seen: &[u8]) -> String {
    let head = String::from_utf8_lossy(seen).to_ascii_lowercase();
    let code = "PlainHttpToTlsPort";
    let (kind, body) = if head.contains("\nx-amz-target:") {
        let body = format!("{{\"__type\":\"{code}\",\"message\":\"{TEXT}\"}}");
        ("application/x-amz-json-1.1", body)
    } else if head.contains("\nx-amz-") || head.contains("aws4-hmac") || head.contains("version=") {
        let error = format!("<Error><Code>{code}</Code><Message>{TEXT}</Message></Error>");
        ("application/xml", format!("<ErrorResponse>{error}</ErrorResponse>"))
    } else {
        ("text/plain", format!("{TEXT}\n"))
    };
    format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests are distinguished from handshakes and noise, and get a response in their format.
    #[test]
    fn requests_are_answered_in_their_form() {
        for (seen, want) in [
            (&b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"[..], Some("\r\n\r\nthis port requires TLS")),
            (b"POST / HTTP/1.1\r\nX-Amz-Target: TrentService.ListKeys\r\n", Some("{\"__type\":")),
            (b"GET / HTTP/1.1\r\nX-Amz-Date: 20260102T000000Z\r\n", Some("<ErrorResponse>")),
            (&[22, 3, 1, 0, 200], None),
            (b"\0\0", None),
            (b"", None),
        ] {
            assert_eq!(is_http(seen), want.is_some(), "{seen:?}");
            assert!(want.is_none_or(|want| answer(seen).contains(want)), "{seen:?}");
        }
    }
}
