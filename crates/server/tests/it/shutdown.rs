//! The end of a server.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use wire::sign::sign_header;

use crate::live::{HOST, Live, REGION, head, read_answer};

/// The head of an upload; its body follows.
fn begin_upload(live: &Live, target: &str, length: u64) -> TcpStream {
    let (word, now) = ("UNSIGNED-PAYLOAD", live.clock.now());
    let added = sign_header("PUT", HOST, target, &[], word, &live.root, REGION, "s3", now);
    let added: Vec<_> = added.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut stream = TcpStream::connect(live.address).unwrap();
    stream.write_all(head("PUT", target, &added, length).as_bytes()).unwrap();
    stream
}

/// A call in progress is finished, durably; no further one is accepted.
#[test]
fn a_running_call_is_finished_at_shutdown() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let body = vec![7_u8; 1 << 20];
    let mut stream = begin_upload(&live, "/bucket/key", body.len() as u64);
    let (half, rest) = body.split_at(body.len() / 2);
    stream.write_all(half).unwrap();
    // A response on another connection: the first request arrived earlier, so it is in progress by
    // now.
    assert_eq!(live.request("GET", "/_shoseki/health", &[], b"").status, 200);
    let server = live.server.take().unwrap();
    let stopping = live.runtime.spawn(server.shut_down());
    stream.write_all(rest).unwrap();
    let answer = read_answer(&mut stream);
    assert_eq!(answer.status, 200, "{}", answer.text());
    live.runtime.block_on(stopping).unwrap();
    assert!(TcpStream::connect(live.address).is_err(), "the port is closed");
    let view = live.store.snapshot().unwrap();
    let events = live.store.events_from(&view, 0, 100).unwrap();
    let last = String::from_utf8_lossy(&events.last().unwrap().body).into_owned();
    assert!(last.contains("\"eventName\":\"PutObject\""), "{last}");
}

/// A call that does not end is interrupted, so that a supervisor need not kill the server.
#[test]
fn a_call_that_does_not_end_is_ended_at_shutdown() {
    let mut live = Live::start_with(|config| config.patience.finish = Duration::from_millis(50));
    live.create_bucket("bucket");
    let mut stream = begin_upload(&live, "/bucket/key", 1 << 20);
    assert_eq!(live.request("GET", "/_shoseki/health", &[], b"").status, 200);
    live.stop();
    // Otherwise the server would have waited for the body, and this would be a response to it.
    let answer = read_answer(&mut stream);
    assert_eq!((answer.status, answer.text().as_str()), (0, ""));
}

/// Free space on a full disk is noticed soon, without a restart.
#[test]
fn space_on_a_full_disk_is_noticed_within_seconds() {
    let mut live = Live::start();
    let disk = |live: &mut Live| {
        let health = live.request("GET", "/_shoseki/health", &[], b"").json();
        health["disk"].as_str().unwrap().to_owned()
    };
    // A worker may notice the space before health is requested: then the reserve is released again.
    let is_seen_full = (0..20).any(|_| {
        live.store.release_reserve().unwrap();
        disk(&mut live) == "full"
    });
    assert!(is_seen_full, "a released reserve means a full disk");
    let mut asked = 0;
    while disk(&mut live) == "full" {
        asked += 1;
        assert!(asked < 20_000, "the disk is still taken for full");
    }
    live.create_bucket("bucket");
    live.stop();
}
