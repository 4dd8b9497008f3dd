//! The process stays within `memory_max`, regardless of what clients send or leave unread.
//! `tests/attack/memory.py` does the same with more of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail, and prints what it measured"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use testkit::Serving;
use types::Clock;
use wire::sign::{Credentials, payload_hash, sign_header};

/// `memory_max`.
const BOUND_MIB: u64 = 256;
/// So many bodies of a mebibyte, kept whole, would go beyond it.
const CLIENTS: usize = 320;
const MIB: usize = 1 << 20;
const REGION: &str = "us-east-1";
const HOST: &str = "127.0.0.1";
/// A server that takes nothing for as many turns takes nothing more.
const STILL_TURNS: usize = 8;

struct Server {
    serving: Serving,
    address: String,
    root: Credentials,
    _folder: TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("shoseki.toml");
        // All clients are at one address here, and none of them shall be refused for that.
        let text = format!("memory_max = '{BOUND_MIB}MiB'\nconnections_max_per_address = 4096\n");
        fs::write(&config, text).unwrap();
        let root = Credentials {
            access_key_id: "AKIAROOTROOTROOTROOT".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
        };
        let mut program = Command::new(env!("CARGO_BIN_EXE_shoseki"));
        program
            .env("SHOSEKI_ROOT_ACCESS_KEY_ID", &root.access_key_id)
            .env("SHOSEKI_ROOT_SECRET_ACCESS_KEY", &root.secret);
        let flags = ["--region", REGION, "--config", config.to_str().unwrap()];
        let serving = Serving::start(program, &flags, &folder.path().join("data"));
        let address = serving.address();
        Self { serving, address, root, _folder: folder }
    }

    /// The most that was ever resident, in MiB.
    fn peak_mib(&self) -> u64 {
        let status = self.serving.proc("status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() / 1024
    }

    fn signed(&self, method: &str, target: &str, extra: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let service = if extra.is_empty() { "s3" } else { "kms" };
        let (hash, now) = (payload_hash(body), Clock::system().now());
        let added =
            sign_header(method, HOST, target, extra, &hash, &self.root, REGION, service, now);
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let headers: Vec<_> = extra.iter().copied().chain(added).collect();
        request(method, target, &headers, body.len(), body)
    }

    fn json(&self, body: &[u8]) -> Vec<u8> {
        self.signed("POST", "/", &[("x-amz-target", "TrentService.ListKeys")], body)
    }

    fn status_of(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream.write_all(request).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        String::from_utf8_lossy(&status[9..]).into_owned()
    }

    /// Holds a connection for every request, of which the server takes what it will. Returns when
    /// it takes nothing more.
    fn hold(&self, request: &[u8]) -> Vec<TcpStream> {
        let mut sent: Vec<(TcpStream, usize)> = (0..CLIENTS)
            .map(|_| {
                let stream = TcpStream::connect(&self.address).unwrap();
                stream.set_nonblocking(true).unwrap();
                (stream, 0)
            })
            .collect();
        let mut still = 0;
        while still < STILL_TURNS {
            let mut has_moved = false;
            for (stream, at) in &mut sent {
                match stream.write(&request[*at..]) {
                    Ok(0) => {}
                    Ok(count) => (*at, has_moved) = (*at + count, true),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    // It was refused.
                    Err(_) => *at = request.len(),
                }
            }
            still = if has_moved { 0 } else { still + 1 };
            // The server's turn; how long it is decides nothing.
            self.status_of(&self.json(b"{}"));
        }
        sent.into_iter().map(|(stream, _)| stream).collect()
    }

    /// One attack: the bound holds, and others are served meanwhile.
    fn withstands(&self, name: &str, request: &[u8]) {
        let held = self.hold(request);
        assert_eq!(self.status_of(&self.json(b"{}")), "200", "{name}");
        drop(held);
        let peak = self.peak_mib();
        println!("{name}: at most {peak} MiB");
        assert!(peak <= BOUND_MIB, "{name}: {peak} MiB");
    }
}

fn request(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    bytes: usize,
    body: &[u8],
) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {HOST}\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {bytes}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[test]
fn the_process_stays_within_its_memory() {
    let server = Server::start();
    assert_eq!(server.status_of(&server.signed("PUT", "/bucket", &[], b"")), "200");
    let large = vec![b'l'; 4 * MIB];
    assert_eq!(server.status_of(&server.signed("PUT", "/bucket/large", &[], &large)), "200");
    let body = vec![b' '; MIB];
    let target = [("x-amz-target", "TrentService.ListKeys")];
    // All but the last byte.
    let unsigned = request("POST", "/", &target, MIB + 1, &body);
    server.withstands("unsigned bodies", &unsigned);
    let mut signed = server.json(&body);
    signed.pop();
    server.withstands("signed bodies", &signed);
    let mut upload = server.signed("PUT", "/bucket/upload", &[], &large);
    upload.truncate(MIB);
    server.withstands("uploads that stall", &upload);
    server.withstands("answers left unread", &server.signed("GET", "/bucket/large", &[], b""));
}
