//! HTTP/1.1 to a bucket, with the TLS of the rest of the project.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Uri};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};
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
/// The time limit between two pieces of a response's body.
const IDLE_PATIENCE: Duration = Duration::from_secs(30);
/// Connections that are kept for the next requests.
const IDLE_MAX: usize = 8;

type Connection = SendRequest<HttpRequestBody>;

/// Connects with this TLS configuration, or without TLS.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) tls: Option<Arc<ClientConfig>>,
    /// The time limit between two pieces of a body.
    idle: Duration,
}

impl Connector {
    pub(crate) fn new(tls: Option<Arc<ClientConfig>>) -> Self {
        Self { tls, idle: IDLE_PATIENCE }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Service {
            tls: self.tls.clone(),
            patience: self.idle,
            idle: Mutex::default(),
        }))
    }
}

struct Service {
    tls: Option<Arc<ClientConfig>>,
    /// The time limit between two pieces of a body.
    patience: Duration,
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
        let no_host =
            || unsent(HttpErrorKind::Unknown, std::io::Error::other("a URL without a host"));
        let (host, port) = (uri.host().ok_or_else(no_host)?, uri.port_u16());
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
        let body = Lively::new(body.map_err(failed), self.patience);
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
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

/// A body of which the next piece must come within a time limit. An error makes `object_store` ask
/// for the rest once more.
struct Lively<B> {
    body: Pin<Box<B>>,
    patience: Duration,
    /// Ends when the next piece is late.
    late: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
}

impl<B> Lively<B> {
    fn new(body: B, patience: Duration) -> Self {
        Self { body: Box::pin(body), patience, late: after(patience) }
    }
}

/// Ends after this time.
fn after(patience: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
    let never = tokio::time::timeout(patience, std::future::pending::<()>());
    Box::pin(async move { drop(never.await) })
}

impl<B: Body<Data = Bytes, Error = HttpError>> Body for Lively<B> {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        if let Poll::Ready(frame) = self.body.as_mut().poll_frame(context) {
            self.late = after(self.patience);
            return Poll::Ready(frame);
        }
        ready!(self.late.as_mut().poll(context));
        let what = format!("no bytes for {} seconds", self.patience.as_secs());
        let error = std::io::Error::new(std::io::ErrorKind::TimedOut, what);
        Poll::Ready(Some(Err(HttpError::new(HttpErrorKind::Timeout, error))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use object_store::aws::AmazonS3Builder;
    use object_store::path::Path;
    use object_store::{GetOptions, ObjectStore};

    use super::*;

    /// A bucket that sends half of a body, and then nothing; every later request gets the rest.
    fn stalling() -> (u16, std::thread::JoinHandle<usize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let mut kept = Vec::new();
            for request in 1.. {
                let (mut stream, _) = listener.accept().unwrap();
                let mut bytes = Vec::new();
                while !bytes.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    bytes.extend(byte);
                }
                let text = String::from_utf8(bytes).unwrap().to_lowercase();
                let about = "ETag: \"1\"\r\nLast-Modified: Mon, 30 Nov 2026 00:00:00 GMT\r\n";
                if !text.contains("range: bytes=5-") {
                    let head = format!("HTTP/1.1 200 OK\r\n{about}Content-Length: 10\r\n\r\nhello");
                    stream.write_all(head.as_bytes()).unwrap();
                    // It stays open, and silent.
                    kept.push(stream);
                    continue;
                }
                let head = format!(
                    "HTTP/1.1 206 Partial Content\r\n{about}Content-Range: bytes 5-9/10\r\n\
                     Content-Length: 5\r\n\r\nworld"
                );
                stream.write_all(head.as_bytes()).unwrap();
                return request;
            }
            0
        });
        (port, serving)
    }

    /// A peer that stalls in the middle of a body is asked for the rest.
    #[test]
    fn a_stalled_body_is_asked_for_again() {
        let (port, serving) = stalling();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let connector = Connector { tls: None, idle: Duration::from_millis(300) };
        let store = AmazonS3Builder::new()
            .with_bucket_name("bucket")
            .with_region("us-east-1")
            .with_access_key_id("id")
            .with_secret_access_key("secret")
            .with_allow_http(true)
            .with_http_connector(connector)
            .with_endpoint(format!("http://127.0.0.1:{port}"))
            .build()
            .unwrap();
        let read = runtime.block_on(async {
            let read = async {
                let found = store.get_opts(&Path::from("object"), GetOptions::default()).await;
                found.unwrap().bytes().await
            };
            tokio::time::timeout(Duration::from_secs(20), read).await
        });
        assert_eq!(read.expect("it stalls").unwrap().as_ref(), b"helloworld");
        assert_eq!(serving.join().unwrap(), 2);
    }
}
