//! Slow clients.

use std::io::{Read, Write};
use std::net::TcpStream;

use tokio::runtime::Builder;
use wire::sign::sign_header;

use crate::live::{HOST, Live, REGION, head};

/// More than there are threads that may block.
const CLIENTS: usize = 12;
const THREADS: usize = 4;

fn begin(live: &Live, method: &str, target: &str, length: u64) -> TcpStream {
    let (word, now) = ("UNSIGNED-PAYLOAD", live.clock.now());
    let added = sign_header(method, HOST, target, &[], word, &live.root, REGION, "s3", now);
    let added: Vec<_> = added.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut stream = TcpStream::connect(live.address).unwrap();
    stream.write_all(head(method, target, &added, length).as_bytes()).unwrap();
    stream
}

/// A client that sends or reads slowly delays no other.
#[test]
fn slow_clients_delay_no_other_client() {
    let runtime = Builder::new_multi_thread().max_blocking_threads(THREADS).enable_all().build();
    let mut live = Live::start_on(runtime.unwrap());
    live.create_bucket("bucket");
    // More than sockets buffer while they are not read.
    let large = vec![7_u8; 32 << 20];
    assert_eq!(live.s3("PUT", "/bucket/large", &large).status, 200);
    let senders: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let mut stream = begin(&live, "PUT", "/bucket/slow", 1 << 20);
            stream.write_all(&large[..600 << 10]).unwrap();
            stream
        })
        .collect();
    let readers: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let mut stream = begin(&live, "GET", "/bucket/large", 0);
            stream.read_exact(&mut [0]).unwrap();
            stream
        })
        .collect();
    assert_eq!(live.s3("GET", "/bucket/large", b"").body.len(), large.len());
    assert_eq!(live.s3("GET", "/bucket/slow", b"").status, 404);
    drop((senders, readers));
    live.stop();
}
