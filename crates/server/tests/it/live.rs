//! A server, a client that writes bytes, and a transcript of both.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use gateway::Gateway;
use server::{Config, Server};
use store::Store;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use types::{Clock, Entropy, Timestamp};
use wire::sign::{Credentials, payload_hash, sign_header};

use crate::golden;

/// The host name of requests, for any port.
pub(crate) const HOST: &str = "127.0.0.1:4566";
pub(crate) const REGION: &str = "ap-northeast-1";
/// 2026-03-01T00:00:00Z
pub(crate) const START: Timestamp = Timestamp::from_secs(1_772_323_200);
/// The security headers of every response are omitted; `browsers.rs` tests them.
const TO_BROWSERS: [&str; 6] = [
    "content-security-policy: ",
    "cross-origin-opener-policy: ",
    "cross-origin-resource-policy: ",
    "referrer-policy: ",
    "x-content-type-options: ",
    "x-frame-options: ",
];
/// Bodies are shown up to here.
const SHOWN_BYTES: usize = 6_000;

pub(crate) struct Live {
    pub(crate) runtime: Runtime,
    pub(crate) server: Option<Server>,
    pub(crate) address: SocketAddr,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) root: Credentials,
    pub(crate) transcript: String,
    pub(crate) folder: Arc<TempDir>,
}

/// A response as received.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The values of a header, in order.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.split("\r\n").skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(own, _)| *own == name).map(|(_, value)| value).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }
}

pub(crate) fn config(folder: &std::path::Path) -> Config {
    Config {
        data_dir: folder.to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        root_credentials: Some((
            "AKIAROOTROOTROOTROOT".to_owned(),
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        )),
        ..Config::default()
    }
}

impl Live {
    pub(crate) fn start() -> Self {
        Self::start_on(Runtime::new().unwrap())
    }

    pub(crate) fn start_on(runtime: Runtime) -> Self {
        Self::start_as(runtime, |_| {})
    }

    /// A server whose configuration `set` changes.
    pub(crate) fn start_with(set: impl FnOnce(&mut Config)) -> Self {
        Self::start_as(Runtime::new().unwrap(), set)
    }

    fn start_as(runtime: Runtime, set: impl FnOnce(&mut Config)) -> Self {
        let folder = Arc::new(TempDir::new().unwrap());
        let mut config = config(folder.path());
        set(&mut config);
        Self::serve(runtime, &config, folder, Clock::manual(START), Entropy::seeded(7))
    }

    /// Starts a server with this configuration in this process, over the data directory of
    /// `folder`.
    pub(crate) fn serve(
        runtime: Runtime,
        config: &Config,
        folder: Arc<TempDir>,
        clock: Clock,
        entropy: Entropy,
    ) -> Self {
        let opened = server::open(config, clock.clone(), entropy).unwrap();
        let (gateway, store) = (Arc::clone(&opened.gateway), Arc::clone(&opened.store));
        let root = Credentials {
            access_key_id: opened.root.access_key_id.clone(),
            secret: opened.root.secret_access_key.clone(),
            session_token: None,
        };
        let server = runtime.block_on(Server::start(config, opened)).unwrap();
        let address = server.address();
        let (server, transcript) = (Some(server), String::new());
        Self { runtime, server, address, gateway, store, clock, root, transcript, folder }
    }

    /// Adds a heading to the transcript.
    pub(crate) fn heading(&mut self, text: &str) {
        let _ = writeln!(self.transcript, "## {text}\n");
    }

    /// A signed request.
    pub(crate) fn signed(
        &mut self,
        service: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.clock.advance_ms(1_000);
        let (hash, now) = (payload_hash(body), self.clock.now());
        let added =
            sign_header(method, HOST, target, headers, &hash, &self.root, REGION, service, now);
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = headers.iter().copied().chain(added).collect();
        self.request(method, target, &all, body)
    }

    /// A JSON 1.1 call.
    pub(crate) fn json(&mut self, target: &str, body: &serde_json::Value) -> Answer {
        let service = if target.starts_with("TrentService") { "kms" } else { "cloudtrail" };
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        self.signed(service, "POST", "/", &headers, body.to_string().as_bytes())
    }

    pub(crate) fn s3(&mut self, method: &str, target: &str, body: &[u8]) -> Answer {
        use base64::Engine;
        let md5 = base64::engine::general_purpose::STANDARD.encode(keys::md5(body));
        let checked = [("content-md5", md5.as_str())];
        let headers: &[(&str, &str)] = if body.is_empty() { &[] } else { &checked };
        self.signed("s3", method, target, headers, body)
    }

    /// A request with these headers and no others but host and length.
    pub(crate) fn request(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut bytes = head(method, target, headers, body.len() as u64).into_bytes();
        bytes.extend_from_slice(body);
        self.bytes(&bytes)
    }

    /// A bucket in the region of all requests.
    pub(crate) fn create_bucket(&mut self, bucket: &str) {
        let location = "<CreateBucketConfiguration \
                        xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                        <LocationConstraint>ap-northeast-1</LocationConstraint>\
                        </CreateBucketConfiguration>";
        assert_eq!(self.s3("PUT", &format!("/{bucket}"), location.as_bytes()).status, 200);
    }

    /// Sends raw bytes, and returns the response until the connection ends.
    pub(crate) fn bytes(&mut self, request: &[u8]) -> Answer {
        self.exchange(request, false)
    }

    /// The same, but ends the request there, even if its head announces more.
    pub(crate) fn bytes_and_end(&mut self, request: &[u8]) -> Answer {
        self.exchange(request, true)
    }

    fn exchange(&mut self, request: &[u8], end: bool) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // A server that rejects early may not read everything.
        let _ = stream.write_all(request);
        if end {
            stream.shutdown(Shutdown::Write).unwrap();
        }
        let answer = read_answer(&mut stream);
        show(&mut self.transcript, '>', request);
        let mut raw = answer.head.clone().into_bytes();
        raw.extend_from_slice(b"\r\n\r\n");
        raw.extend_from_slice(&answer.body);
        show(&mut self.transcript, '<', &raw);
        answer
    }

    /// Compares the transcript with its golden file and stops the server.
    pub(crate) fn end(mut self, name: &str) {
        golden::check(name, &self.transcript);
        self.stop();
    }

    /// Stops the server and returns its data directory, which is closed then.
    pub(crate) fn end_and_keep(mut self) -> TempDir {
        self.stop();
        let Self { folder, .. } = self;
        Arc::into_inner(folder).unwrap()
    }

    pub(crate) fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.shut_down());
        }
    }
}

pub(crate) fn head(method: &str, target: &str, headers: &[(&str, &str)], length: u64) -> String {
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {HOST}\r\nconnection: close\r\n");
    if length > 0 {
        let _ = write!(head, "content-length: {length}\r\n");
    }
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head + "\r\n"
}

/// Reads a response to the end of the connection, without the date, which is the machine's.
pub(crate) fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut raw = Vec::new();
    // A connection that is reset may still have received its response.
    let _ = stream.read_to_end(&mut raw);
    let split = raw.windows(4).position(|window| window == b"\r\n\r\n");
    let end = split.unwrap_or(raw.len());
    let head = String::from_utf8_lossy(&raw[..end]).into_owned();
    let lines = head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
    let head = lines.collect::<Vec<_>>().join("\r\n");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let body = raw.get(end + 4..).unwrap_or_default().to_vec();
    Answer { status, head, body }
}

/// Head line by line; a body as text if it is short, else by its length and hash.
fn show(transcript: &mut String, side: char, message: &[u8]) {
    let split = message.windows(4).position(|window| window == b"\r\n\r\n");
    let end = split.unwrap_or(message.len());
    for line in String::from_utf8_lossy(&message[..end]).split("\r\n") {
        if TO_BROWSERS.iter().any(|name| line.starts_with(name)) {
            continue;
        }
        let shown: String = line.chars().take(1_200).collect();
        let _ = writeln!(transcript, "{side} {shown}");
    }
    let body = message.get(end + 4..).unwrap_or_default();
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(text) if body.len() <= SHOWN_BYTES && !text.contains('\0') => {
            let _ = writeln!(transcript, "{side}");
            for line in text.split('\n') {
                let _ = writeln!(transcript, "{side} {}", line.trim_end_matches('\r'));
            }
        }
        _ => {
            let hash = types::hex(&keys::sha256(body));
            let _ = writeln!(transcript, "{side}\n{side} [{} bytes, {hash}]", body.len());
        }
    }
    transcript.push('\n');
}
