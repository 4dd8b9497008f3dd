//! The host that a request addresses, and whether its sender is local.
//!
//! An attacker can load a page under a host name and then point that name at this server (DNS
//! rebinding). The browser then treats our responses as the page's own, and a browser on this
//! machine connects from a loopback address. An IP address cannot be redirected, and a configured
//! name belongs to the operator.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::body::Incoming;

use crate::out_body::{OutBody, respond};

/// A public name that resolves to loopback addresses, but whose owner may redirect it. AWS clients
/// may use it as a base domain; none of our pages are served under it.
const NAME_OF_OTHERS: &str = "localstack.cloud";

/// Headers that proxies add. A request with one of them is not from the machine of its connection.
const ADDED_BY_PROXIES: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// The sender of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A program on this machine.
    Local,
    /// Any other sender.
    Remote,
}

/// Classifies the sender by the address of the request. An unconfigured proxy on this machine is
/// recognized by the headers that it adds.
pub(crate) fn sender(peer: IpAddr, headers: &HeaderMap) -> Sender {
    let proxied = ADDED_BY_PROXIES.iter().any(|name| headers.contains_key(*name));
    if peer.is_loopback() && !proxied { Sender::Local } else { Sender::Remote }
}

/// Whether `Host` is an address or a name of the operator's: where our own pages are.
pub(crate) fn is_ours(headers: &HeaderMap, domains: &[String]) -> bool {
    let host = headers.get(header::HOST).map(HeaderValue::to_str);
    host.and_then(Result::ok).is_some_and(|host| is_our_name(host, domains))
}

fn is_our_name(host: &str, domains: &[String]) -> bool {
    let name = without_port(host);
    if let Some(inner) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok();
    }
    let own = |domain: &&String| !domain.to_ascii_lowercase().ends_with(NAME_OF_OTHERS);
    name.parse::<Ipv4Addr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || domains.iter().filter(own).any(|domain| domain.eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Rejects a request with no host or with two, which a proxy in front of us may interpret
/// differently.
///
/// Source: RFC 9112, sections 3.2 and 3.2.2: no host or two get 400; a target in absolute form
/// overrides the host, so here both must agree.
pub(crate) fn unclear(request: &Request<Incoming>) -> Option<Response<OutBody>> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, has_others) = (hosts.next(), hosts.next().is_some());
    let one_host = match host {
        None => request.version() == Version::HTTP_10,
        Some(_) => !has_others,
    };
    let own_target = match (request.uri().authority(), request.uri().scheme_str()) {
        (None, None) => true,
        (Some(authority), Some("http" | "https")) => {
            let host = host.map(HeaderValue::as_bytes).unwrap_or_default();
            host.eq_ignore_ascii_case(authority.as_str().as_bytes())
        }
        _ => false,
    };
    let clear = one_host && own_target && request.method() != Method::CONNECT;
    (!clear).then(|| {
        let mut response = respond(StatusCode::BAD_REQUEST, "text/plain", "bad request");
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    })
}

/// The response to a request for one of our pages under a foreign name.
pub(crate) fn foreign() -> Response<OutBody> {
    let text = "this host name is not listed in `domains`";
    respond(StatusCode::FORBIDDEN, "text/plain", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that third parties can redirect are not ours.
    #[test]
    fn only_addresses_and_known_names_are_ours() {
        let domains = [
            "console.example.com".to_owned(),
            "localhost.localstack.cloud".to_owned(),
            "Localstack.Cloud".to_owned(),
        ];
        for host in [
            "127.0.0.1:4566",
            "192.0.2.7",
            "[::1]:4566",
            "[::1]",
            "localhost",
            "LOCALHOST:4566",
            "console.example.com",
            "console.example.com:443",
        ] {
            assert!(is_our_name(host, &domains), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:4566",
            "localhost.evil.example",
            "x.console.example.com",
            "127.0.0.1.evil.example",
            "localhost:x",
            "[evil]",
            "[]:4566",
            "127.0.0.1:4566:4566",
            "localhost.localstack.cloud",
            "localhost.localstack.cloud:4566",
            "localstack.cloud",
            "user@localhost",
            "localhost.",
        ] {
            assert!(!is_our_name(host, &domains), "{host}");
        }
        assert!(!is_ours(&HeaderMap::new(), &domains));
    }

    /// A request through a proxy is not local, wherever the proxy runs.
    #[test]
    fn only_requests_from_this_machine_are_local() {
        let check = |peer: &str, added: Option<&'static str>, want: Sender| {
            let mut headers = HeaderMap::new();
            if let Some(name) = added {
                headers.insert(name, HeaderValue::from_static("127.0.0.1"));
            }
            assert_eq!(sender(peer.parse().unwrap(), &headers), want, "{peer} {added:?}");
        };
        for peer in ["127.0.0.1", "127.8.9.10", "::1"] {
            check(peer, None, Sender::Local);
            check(peer, Some("accept"), Sender::Local);
            for name in ADDED_BY_PROXIES {
                check(peer, Some(name), Sender::Remote);
            }
        }
        for peer in ["192.0.2.7", "10.0.0.1", "0.0.0.0", "2001:db8::1", "fe80::1"] {
            check(peer, None, Sender::Remote);
        }
    }
}
