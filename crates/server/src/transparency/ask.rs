//! An HTTP client of witnesses and buckets: one request, one bounded answer, one time limit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tlog::witness::ADD_CHECKPOINT;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The time limit of a request, from connecting to the last byte.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read: signature lines, a size, a checkpoint, or a few names.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Where operating systems store their trusted certificates.
const SYSTEM_BUNDLES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Where a witness or a bucket is: `http://127.0.0.1:4580`, `https://witness.example/path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessUrl {
    authority: String,
    host: String,
    port: u16,
    path: String,
    is_tls: bool,
}

impl WitnessUrl {
    /// Errors are human-readable text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("`{text}` is not a URL such as `https://witness.example`");
        let uri: Uri = text.parse().map_err(|_| invalid())?;
        let (is_tls, port) = match uri.scheme_str() {
            Some("http") => (false, 80),
            Some("https") => (true, 443),
            _ => return Err(invalid()),
        };
        let authority = uri.authority().ok_or_else(invalid)?;
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(invalid());
        }
        Ok(Self {
            authority: authority.to_string(),
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(port),
            path: uri.path().trim_end_matches('/').to_owned(),
            is_tls,
        })
    }

    /// Host and port, as a request names them.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The path, without a slash at its end.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

/// What a witness answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Asks a witness to cosign. An error is human-readable text.
pub(super) async fn ask(
    url: &WitnessUrl,
    bundle: Option<&Path>,
    body: String,
) -> Result<Answer, String> {
    let request = Request::post(format!("{}{ADD_CHECKPOINT}", url.path))
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    send(url, bundle, request).await
}

/// Sends a request, to which it adds the host. An error is human-readable text.
pub(super) async fn send(
    url: &WitnessUrl,
    bundle: Option<&Path>,
    request: Request<Full<Bytes>>,
) -> Result<Answer, String> {
    let exchange = exchange(url, bundle, request);
    let late = |_| Err(format!("no answer within {} seconds", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, exchange).await.unwrap_or_else(late)
}

async fn exchange(
    url: &WitnessUrl,
    bundle: Option<&Path>,
    request: Request<Full<Bytes>>,
) -> Result<Answer, String> {
    let stream = TcpStream::connect((url.host.as_str(), url.port)).await;
    let stream = stream.map_err(|error| error.to_string())?;
    if !url.is_tls {
        return speak(url, TokioIo::new(stream), request).await;
    }
    let connector = TlsConnector::from(Arc::new(trust(bundle)?));
    let name = ServerName::try_from(url.host.clone()).map_err(|error| error.to_string())?;
    let stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
    speak(url, TokioIo::new(stream), request).await
}

async fn speak<S>(
    url: &WitnessUrl,
    stream: S,
    mut request: Request<Full<Bytes>>,
) -> Result<Answer, String>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let host = HeaderValue::from_str(&url.authority).map_err(|error| error.to_string())?;
    let agent = HeaderValue::from_static(concat!("shoseki/", env!("CARGO_PKG_VERSION")));
    request.headers_mut().insert(header::HOST, host);
    request.headers_mut().insert(header::USER_AGENT, agent);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(stream).await.map_err(|error| error.to_string())?;
    let call = async {
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        let body = String::from_utf8(body.to_vec());
        Ok(Answer { status, body: body.map_err(|_| "the answer is not text".to_owned())? })
    };
    // INVARIANT: the connection ends with the call.
    tokio::pin!(call);
    tokio::select! {
        answer = &mut call => answer,
        ended = connection => match ended {
            Err(error) => Err(error.to_string()),
            Ok(()) => call.await,
        },
    }
}

/// Trusts the certificates of a file, by default of the system's.
fn trust(bundle: Option<&Path>) -> Result<ClientConfig, String> {
    let system = || SYSTEM_BUNDLES.iter().map(PathBuf::from).find(|path| path.exists());
    let path = bundle.map(Path::to_owned).or_else(system);
    let path = path.ok_or_else(|| "the system has no file of trusted certificates".to_owned())?;
    let unusable = |cause: &dyn std::fmt::Display| format!("`{}`: {cause}", path.display());
    let certificates = CertificateDer::pem_file_iter(&path).map_err(|error| unusable(&error))?;
    let mut roots = RootCertStore::empty();
    // An unusable certificate is not trusted.
    let (usable, _) = roots.add_parsable_certificates(certificates.flatten());
    if usable == 0 {
        return Err(unusable(&"it contains no usable certificate"));
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_witnesses_are_parsed() {
        let parsed = |text| {
            let url = WitnessUrl::parse(text).ok()?;
            Some((url.host, url.port, url.path, url.is_tls))
        };
        for (text, host, port, path, is_tls) in [
            ("http://127.0.0.1:4580", "127.0.0.1", 4580, "", false),
            ("https://witness.example/", "witness.example", 443, "", true),
            ("http://[::1]:1/a/b/", "::1", 1, "/a/b", false),
        ] {
            assert_eq!(parsed(text), Some((host.to_owned(), port, path.to_owned(), is_tls)));
        }
        for bad in ["", "witness", "witness:1", "ftp://w", "http://", "http://a@b", "http://w/?q"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
