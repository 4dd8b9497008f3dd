//! HTTP/1.1 to a bucket, with the TLS of the rest of the project.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::HOST;
use http::{HeaderValue, Uri};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The time limit until a response begins.
const PATIENCE: Duration = Duration::from_mins(2);
/// Connections that are kept for the next requests.
const IDLE_MAX: usize = 8;

type Connection = SendRequest<HttpRequestBody>;

/// Connects with this TLS configuration, or without TLS.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) tls: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Service { tls: self.tls.clone(), idle: Mutex::default() }))
    }
}

struct Service {
    tls: Option<Arc<ClientConfig>>,
    /// Each may still be reading its last response.
    idle: Mutex<Vec<Connection>>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}

impl Service {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (mut parts, body) = request.into_parts();
        let uri = std::mem::take(&mut parts.uri);
        let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16());
        let mut connection = match self.idle_one() {
            Some(connection) => connection,
            None => self.connect(host, port, uri.scheme_str() == Some("https")).await?,
        };
        if let Some(authority) = uri.authority()
            && !parts.headers.contains_key(HOST)
        {
            let host = HeaderValue::from_str(authority.as_str());
            parts
                .headers
                .insert(HOST, host.map_err(|error| unsent(HttpErrorKind::Unknown, error))?);
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = path.parse::<Uri>().map_err(|error| unsent(HttpErrorKind::Unknown, error))?;
        let request = HttpRequest::from_parts(parts, body);
        let response = connection.send_request(request).await.map_err(failed)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        drop(idle);
        let (parts, body) = response.into_parts();
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body.map_err(failed))))
    }

    /// A connection that is done with its last response.
    fn idle_one(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|own| !own.is_closed());
        let ready = idle.iter().position(SendRequest::is_ready)?;
        Some(idle.swap_remove(ready))
    }

    async fn connect(
        &self,
        host: &str,
        port: Option<u16>,
        is_secure: bool,
    ) -> Result<Connection, HttpError> {
        let name = host.trim_matches(['[', ']']);
        let stream = TcpStream::connect((name, port.unwrap_or(if is_secure { 443 } else { 80 })));
        let stream = stream.await.map_err(|error| unsent(HttpErrorKind::Connect, error))?;
        // A socket without the option still works.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.as_ref().filter(|_| is_secure) else {
            return speak(TokioIo::new(stream)).await;
        };
        let name = ServerName::try_from(name.to_owned());
        let name = name.map_err(|error| unsent(HttpErrorKind::Unknown, error))?;
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await;
        speak(TokioIo::new(stream.map_err(|error| unsent(HttpErrorKind::Connect, error))?)).await
    }
}

impl HttpService for Service {
    fn call<'s, 'f>(
        &'s self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let answer = tokio::time::timeout(PATIENCE, self.answer(request)).await;
            answer.unwrap_or_else(|late| Err(unsent(HttpErrorKind::Timeout, late)))
        })
    }
}

async fn speak<S>(stream: S) -> Result<Connection, HttpError>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let connected = handshake(stream).await;
    let (sender, connection) = connected.map_err(|error| unsent(HttpErrorKind::Connect, error))?;
    // The task ends with its sender; its errors reach the caller that waits for a response.
    tokio::spawn(connection);
    Ok(sender)
}

fn unsent(kind: HttpErrorKind, error: impl std::error::Error + Send + Sync + 'static) -> HttpError {
    HttpError::new(kind, error)
}

fn failed(error: hyper::Error) -> HttpError {
    let is_early = error.is_canceled() || error.is_closed();
    let kind = if is_early { HttpErrorKind::Request } else { HttpErrorKind::Interrupted };
    HttpError::new(kind, error)
}
