//! The client behind a reverse proxy. Only configured proxies are trusted; the headers of other
//! senders are not even parsed.

use std::net::IpAddr;

use http::HeaderMap;

use crate::network::Network;

/// The address from which the proxy received the request; the header that every proxy supports.
///
/// `Forwarded` (RFC 7239) is ignored: a proxy that sets one of the two forwards the other as the
/// client wrote it, so reading both would trust the client.
const FOR: &str = "x-forwarded-for";
/// Whether that was `https`.
const PROTO: &str = "x-forwarded-proto";
/// Hops that are read, from the nearest on.
const HOPS_MAX: usize = 32;

/// The trusted proxies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies(Vec<Network>);

/// A trusted proxy's information about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forwarded {
    /// The nearest address that is no trusted proxy's.
    pub(crate) client: IpAddr,
    /// Whether the client's connection was encrypted; `None` if the proxy does not set it.
    pub(crate) secure: Option<bool>,
}

impl Proxies {
    pub(crate) fn new(trusted: &[Network]) -> Self {
        Self(trusted.to_vec())
    }

    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The sender of a request that `peer` sent; `None` if that is `peer` itself.
    pub(crate) fn forwarded(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Forwarded> {
        if !self.trusts(peer) {
            return None;
        }
        let mut client = peer;
        // Each hop appends the address of its own peer, so the last entry is from the nearest
        // proxy. A hop's entry counts as long as that hop is trusted.
        for hop in list(headers, FOR).rev().take(HOPS_MAX) {
            let Some(address) = address(hop) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        // Of several hops, one without encryption is enough for the request not to be secure.
        let secure = list(headers, PROTO).map(|word| word.eq_ignore_ascii_case("https"));
        Some(Forwarded { client, secure: secure.reduce(|all, one| all && one) })
    }
}

/// The members of a list header, across all its lines. A line that is not text is one invalid
/// member.
fn list<'a>(headers: &'a HeaderMap, name: &str) -> impl DoubleEndedIterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().map(|value| value.to_str().unwrap_or("?"));
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn address(word: &str) -> Option<IpAddr> {
    let bare = |text: &str| text.parse::<IpAddr>().ok();
    let with_port = |text: &str| text.parse::<std::net::SocketAddr>().ok().map(|both| both.ip());
    let bracketed = |text: &str| bare(text.strip_prefix('[')?.strip_suffix(']')?);
    let found = bare(word).or_else(|| with_port(word)).or_else(|| bracketed(word))?;
    Some(found.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The client and whether its connection was secure, according to `peer`'s headers.
    fn forwarded(peer: &str, lines: &[(&'static str, &str)]) -> Option<(String, Option<bool>)> {
        let trusted = ["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"];
        let trusted = trusted.map(|text| Network::parse(text).unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let forwarded = Proxies::new(&trusted).forwarded(peer.parse().unwrap(), &headers)?;
        Some((forwarded.client.to_string(), forwarded.secure))
    }

    fn client(peer: &str, hops: &[&str]) -> Option<String> {
        let lines: Vec<_> = hops.iter().map(|hop| (FOR, *hop)).collect();
        forwarded(peer, &lines).map(|(client, _)| client)
    }

    /// The nearest address that no trusted proxy has.
    #[test]
    fn the_client_is_the_rightmost_that_is_not_trusted() {
        for (hops, want) in [
            (&["192.0.2.1"][..], "192.0.2.1"),
            (&["198.51.100.1, 192.0.2.1"], "192.0.2.1"),
            (&["192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            (&["198.51.100.1", "192.0.2.1,10.0.0.2", "10.0.0.3"], "192.0.2.1"),
            (&["192.0.2.1:5000"], "192.0.2.1"),
            (&["[2001:db8::1]:5000"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["::ffff:192.0.2.1"], "192.0.2.1"),
            // All of them are trusted: it began with the farthest.
            (&["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
            // A client that claims to be local is trusted only if a trusted proxy confirms it.
            (&["127.0.0.1, 192.0.2.1"], "192.0.2.1"),
            // An entry that cannot be parsed ends the search at the hop that sent it.
            (&["192.0.2.1, unknown"], "127.0.0.1"),
            (&["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
            (&["192.0.2.1,"], "127.0.0.1"),
            (&["証跡"], "127.0.0.1"),
            (&[], "127.0.0.1"),
        ] {
            assert_eq!(client("127.0.0.1", hops).as_deref(), Some(want), "{hops:?}");
        }
    }

    #[test]
    fn untrusted_senders_are_ignored() {
        assert_eq!(client("192.0.2.9", &["10.0.0.1"]), None);
        assert_eq!(client("2001:db8:2::1", &["10.0.0.1"]), None);
        assert_eq!(client("2001:db8:1::1", &["192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert!(Proxies::default().forwarded([127, 0, 0, 1].into(), &HeaderMap::new()).is_none());
    }

    #[test]
    fn a_request_is_as_secure_as_its_worst_hop() {
        let secure = |words: &[&str]| {
            let lines: Vec<_> = words.iter().map(|word| (PROTO, *word)).collect();
            forwarded("127.0.0.1", &lines).unwrap().1
        };
        assert_eq!(secure(&[]), None);
        assert_eq!(secure(&["https"]), Some(true));
        assert_eq!(secure(&["HTTPS"]), Some(true));
        assert_eq!(secure(&["http"]), Some(false));
        assert_eq!(secure(&["https, http"]), Some(false));
        assert_eq!(secure(&["http", "https"]), Some(false));
        assert_eq!(secure(&["wss"]), Some(false));
    }
}
