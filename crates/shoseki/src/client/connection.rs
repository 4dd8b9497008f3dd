use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Endpoint;
use super::trust::{explain, trust};

/// An open connection that carries one request at a time.
pub(super) type Connection = SendRequest<Full<Bytes>>;

/// Opens a connection. Errors are human-readable text.
pub(super) async fn connect(endpoint: &Endpoint) -> Result<Connection, String> {
    let stream = TcpStream::connect(endpoint.socket()).await.map_err(|error| error.to_string())?;
    // Latency matters more than the number of packets; a socket without the option still works.
    let _ = stream.set_nodelay(true);
    match endpoint.bundle() {
        None => speak(TokioIo::new(stream)).await,
        Some(bundle) => {
            let connector = TlsConnector::from(Arc::new(trust(bundle)?));
            let name = ServerName::try_from(endpoint.socket().0.to_owned());
            let name = name.map_err(|error| error.to_string())?;
            let stream = connector.connect(name, stream).await;
            speak(TokioIo::new(stream.map_err(|error| explain(&error))?)).await
        }
    }
}

async fn speak<S>(stream: S) -> Result<Connection, String>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(stream).await.map_err(|error| error.to_string())?;
    // The task ends with its sender; its errors reach the caller that waits for a response.
    tokio::spawn(connection);
    Ok(sender)
}
