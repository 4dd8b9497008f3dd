//! Security headers of every response, so that nothing stored here can act as the console.
//!
//! Objects are served from the console's origin, with the content type that their uploader chose.
//! Without further headers, a browser treats a page in a bucket as one of our own pages: it could
//! request the session of the person who opens it. So every response except the console's is
//! sandboxed: a browser that shows it runs none of its scripts, and assigns it an opaque origin,
//! which can access neither our storage nor our responses. Clients that are not browsers ignore
//! these headers.

use std::net::IpAddr;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};

use crate::listeners::Port;
use crate::out_body::{OutBody, whole};
use crate::{console, signin};

/// The header that the console's code sends with every call. A page of another origin
/// cannot send it without our consent (a preflight), and no navigation has it.
pub(crate) const CONSOLE_HEADER: HeaderName = HeaderName::from_static("x-shoseki-console");

/// Nothing is run, loaded, sent or framed. Inline styles are allowed: browsers use some of their
/// own to render plain text, JSON and images.
const SANDBOX: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// A year, as browsers' preload lists require.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The owner of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// A file of the console.
    Console,
    /// The sign-in, and our own pages: restricted to our own origin.
    Own,
    /// A service of AWS.
    Aws,
}

/// The facts of a request that its response's headers need.
#[derive(Debug, Clone)]
pub(crate) struct RequestFacts {
    owner: Owner,
    /// The `Host` header, if it is text and matters.
    host: Option<String>,
    secure: bool,
}

impl RequestFacts {
    pub(crate) fn of<B>(request: &Request<B>, port: Port, secure: bool) -> Self {
        let path = request.uri().path();
        let owner = if signin::owns(path) || path.starts_with("/_shoseki/") {
            Owner::Own
        } else if console::owns(path) && port.has_console() {
            Owner::Console
        } else {
            Owner::Aws
        };
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.filter(|_| secure || owner == Owner::Console);
        Self { owner, host: host.map(str::to_owned), secure }
    }

    /// Adds the security headers of the response.
    pub(crate) fn protect(&self, response: &mut Response<OutBody>) {
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        let policy = match self.owner {
            Owner::Console => console::policy(self.host.as_deref()).unwrap_or(SANDBOX),
            Owner::Own | Owner::Aws => SANDBOX,
        };
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        if self.owner != Owner::Aws {
            // Pages of other origins may embed objects: `<img>` with a presigned URL is a common
            // use of buckets. AWS allows it, and so do we.
            set(headers, "cross-origin-resource-policy", "same-origin");
            set(headers, "cross-origin-opener-policy", "same-origin");
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        if self.secure && self.host.as_deref().is_some_and(is_name) {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
        }
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
}

/// Whether browsers may remember to require TLS for a host. They apply it to all of its ports, so
/// it must not be set on development machines; for IP addresses they ignore it.
fn is_name(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().to_ascii_lowercase();
    let is_local = name == "localhost" || name.ends_with(".localhost");
    !is_local && !name.starts_with('[') && name.parse::<IpAddr>().is_err()
}

/// The response to a rejected request, if it is rejected.
pub(crate) fn refusal<B>(
    request: &Request<B>,
    port: Port,
    domains: &[String],
) -> Option<Response<OutBody>> {
    // A service worker stays in the browser and intercepts its requests. We have none, and a bucket
    // must not provide one.
    if request.headers().contains_key("service-worker") {
        return Some(forbidden("this server has no service workers"));
    }
    let path = request.uri().path();
    let free = console::owns(path) || path.starts_with("/_shoseki/");
    if port != Port::Console || free || console::wants_front_page(request) {
        return None;
    }
    if is_from_script(request.headers()) {
        return signin::refusal(request.headers(), domains);
    }
    Some(forbidden("this port serves the console; AWS clients use the other one"))
}

/// Whether the console's own code sent it; not the address bar, a link, a frame or a picture.
fn is_from_script(headers: &HeaderMap) -> bool {
    let destination = headers.get("sec-fetch-dest").map(HeaderValue::as_bytes);
    headers.contains_key(CONSOLE_HEADER) && matches!(destination, None | Some(b"empty"))
}

fn forbidden(text: &'static str) -> Response<OutBody> {
    let mut response = Response::new(whole(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = StatusCode::FORBIDDEN;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, headers: &[(&str, &str)]) -> Request<()> {
        let request = Request::builder().uri(path);
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value))
            .body(())
            .unwrap()
    }

    fn check(port: Port, path: &str, headers: &[(&str, &str)], refused: bool) {
        let answer = refusal(&request(path, headers), port, &[]);
        assert_eq!(answer.is_some(), refused, "{port:?} {path} {headers:?}");
    }

    /// The console's port accepts AWS calls only from the console's code.
    #[test]
    fn the_consoles_port_serves_only_its_code() {
        let (host, own) = (("host", "localhost:1"), ("x-shoseki-console", "1"));
        for path in ["/", "/bucket/key", "/?x=y"] {
            check(Port::Whole, path, &[host], false);
            check(Port::Aws, path, &[host], false);
            check(Port::Console, path, &[host], true);
            check(Port::Console, path, &[host, own], false);
            check(Port::Console, path, &[host, own, ("sec-fetch-dest", "empty")], false);
            for kind in ["document", "iframe", "image", "script", "serviceworker"] {
                check(Port::Console, path, &[host, own, ("sec-fetch-dest", kind)], true);
            }
            check(Port::Console, path, &[host, own, ("origin", "http://localhost:2")], true);
            check(Port::Console, path, &[host, own, ("sec-fetch-site", "same-site")], true);
            check(Port::Console, path, &[("host", "evil.example"), own], true);
        }
        for path in ["/_console/", "/_console/assets/index.js", "/_shoseki/health"] {
            check(Port::Console, path, &[host], false);
        }
        check(Port::Console, "/", &[host, ("accept", "text/html")], false);
    }

    /// Not even the console's own files become one.
    #[test]
    fn no_service_worker_is_served() {
        for path in ["/bucket/sw.js", "/_console/assets/index.js", "/_shoseki/health"] {
            for port in [Port::Whole, Port::Aws, Port::Console] {
                check(port, path, &[("host", "localhost"), ("service-worker", "script")], true);
            }
        }
    }

    /// Only names that are not the browser's own machine.
    #[test]
    fn transport_is_strict_for_names() {
        for (host, want) in [
            ("audit.example.com", true),
            ("audit.example.com:4566", true),
            ("localhost:4566", false),
            ("LOCALHOST", false),
            ("bucket.localhost:4566", false),
            ("192.0.2.7:443", false),
            ("[::1]:4566", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(is_name(host), want, "{host}");
        }
    }
}
