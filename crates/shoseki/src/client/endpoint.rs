use std::path::PathBuf;
use std::sync::Arc;

use rustls::ClientConfig;

use super::trust::trust;

/// Where operating systems store their trusted certificates.
const SYSTEM_BUNDLES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// A URL without a path: `http://127.0.0.1:4566`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    url: String,
    authority: String,
    host: String,
    port: u16,
    /// The certificates to trust; `None` for plain HTTP.
    tls: Option<PathBuf>,
}

impl Endpoint {
    /// Errors are human-readable text. `bundle` replaces the system's certificates.
    pub(crate) fn parse(url: &str, bundle: Option<PathBuf>) -> Result<Self, String> {
        let invalid = || format!("`{url}` is not an endpoint such as `http://127.0.0.1:4566`");
        let (scheme, rest) = url.split_once("://").ok_or_else(invalid)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let parsed: http::uri::Authority = authority.parse().map_err(|_| invalid())?;
        if authority.contains('@') || parsed.host().is_empty() {
            return Err(invalid());
        }
        let (tls, port) = match scheme {
            "http" => (None, 80),
            "https" => (Some(bundle.unwrap_or_else(system_bundle)), 443),
            _ => return Err(invalid()),
        };
        let url = format!("{scheme}://{authority}");
        let host = parsed.host().trim_matches(['[', ']']).to_owned();
        let port = parsed.port_u16().unwrap_or(port);
        Ok(Self { url, authority: authority.to_owned(), host, port, tls })
    }

    /// The whole URL, without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The value of the `Host` header.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The address to connect to.
    pub(crate) fn socket(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// Which certificates are trusted; `None` for plain HTTP. Errors are human-readable text.
    pub(crate) fn tls(&self) -> Result<Option<Arc<ClientConfig>>, String> {
        self.bundle().map(|bundle| trust(bundle).map(Arc::new)).transpose()
    }

    /// The file of trusted certificates, for HTTPS.
    pub(crate) fn bundle(&self) -> Option<&PathBuf> {
        self.tls.as_ref()
    }
}

fn system_bundle() -> PathBuf {
    let known = SYSTEM_BUNDLES.map(PathBuf::from);
    let first = PathBuf::from(SYSTEM_BUNDLES.first().copied().unwrap_or_default());
    known.into_iter().find(|path| path.exists()).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Host and port come from the URL, or the port from the scheme.
    #[test]
    fn endpoints_are_read() {
        for (url, authority, host, port) in [
            ("http://127.0.0.1:4566", "127.0.0.1:4566", "127.0.0.1", 4566),
            ("http://localhost/", "localhost", "localhost", 80),
            ("https://audit.example.com", "audit.example.com", "audit.example.com", 443),
            ("http://[::1]:4566", "[::1]:4566", "::1", 4566),
        ] {
            let endpoint = Endpoint::parse(url, None).unwrap();
            assert_eq!(endpoint.authority(), authority);
            assert_eq!(endpoint.socket(), (host, port));
            assert_eq!(endpoint.bundle().is_some(), url.starts_with("https"));
        }
        for bad in ["", "127.0.0.1:4566", "ftp://a", "http://", "http://a/b", "http://a@b"] {
            assert!(Endpoint::parse(bad, None).is_err(), "{bad}");
        }
    }
}
