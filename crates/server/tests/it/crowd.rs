//! More connections than the limit, and connections that would never end.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use server::LeastRate;
use tokio::net::TcpSocket;
use tokio::runtime::Builder;
use wire::sign::sign_header;

use crate::live::{HOST, Live, REGION, head, read_answer};

/// How often a test polls before it fails.
const ASKED_MAX: usize = 20_000;
/// The number of bytes sent slowly before the test fails.
const DRIPS_MAX: usize = 2_000;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(10);
/// Calls that are served while something else settles.
const SETTLING: usize = 100;
/// More than sockets buffer of unread data.
const LARGE_BYTES: usize = 32 << 20;

/// A connection from one of loopback's addresses.
fn connect(live: &Live, last: u8) -> TcpStream {
    let stream = live.runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0))).unwrap();
        socket.connect(live.address).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Requests the health page on a persistent connection; returns its status.
fn ask(stream: &mut TcpStream) -> std::io::Result<u16> {
    ask_for(stream, "health")
}

/// Requests one of our own pages.
fn ask_for(stream: &mut TcpStream, page: &str) -> std::io::Result<u16> {
    ask_with(stream, page, "")
}

/// Requests one of our own pages with further header lines.
fn ask_with(stream: &mut TcpStream, page: &str, lines: &str) -> std::io::Result<u16> {
    let head = format!("GET /_shoseki/{page} HTTP/1.1\r\nhost: {HOST}\r\n{lines}\r\n");
    stream.write_all(head.as_bytes())?;
    let mut text = String::new();
    let mut piece = [0; 1_024];
    while !text.contains("\r\n\r\n") || !text.ends_with('}') {
        match stream.read(&mut piece)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            bytes => text.push_str(&String::from_utf8_lossy(&piece[..bytes])),
        }
    }
    Ok(text.split(' ').nth(1).unwrap().parse().unwrap())
}

/// A connection that was served and stays.
fn idle(live: &Live, last: u8) -> TcpStream {
    let mut stream = connect(live, last);
    assert_eq!(ask(&mut stream).unwrap(), 200);
    stream
}

/// Lets the server continue for a while: it counts a call as in progress until the operating system
/// has accepted all of its response, and the client may read that earlier.
fn settle(other: &mut TcpStream) {
    for _ in 0..SETTLING {
        assert_eq!(ask(other).unwrap(), 200);
    }
}

/// A connection with a call in progress: the server invites its body.
fn busy(live: &Live, last: u8) -> TcpStream {
    let (word, target) = ("UNSIGNED-PAYLOAD", "/bucket/key");
    let now = live.clock.now();
    let added = sign_header("PUT", HOST, target, &[], word, &live.root, REGION, "s3", now);
    let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = added.chain([("expect", "100-continue")]).collect();
    let mut stream = connect(live, last);
    stream.write_all(head("PUT", target, &all, 1 << 20).as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

/// Whether the server has ended the connection; waits until it has.
fn is_ended(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 1]) {
        Ok(0) => true,
        Ok(_) => false,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

/// Writes byte by byte until the server responds or closes the connection; returns the response.
fn drip(stream: &mut TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(PAUSE)).unwrap();
    for _ in 0..DRIPS_MAX {
        let _ = stream.write_all(b"x");
        match stream.read(&mut [0; 1]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Ok(1) => {
                stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                return Some(format!("H{}", read_answer(stream).text()));
            }
            Ok(_) | Err(_) => return Some(String::new()),
        }
    }
    None
}

/// Polls until a call is admitted.
fn wait_for_room(live: &mut Live) -> u16 {
    for _ in 0..ASKED_MAX {
        let status = live.s3("GET", "/", b"").status;
        if status != 503 {
            return status;
        }
    }
    503
}

/// Idle connections block no others, however many there are.
#[test]
fn the_longest_idle_connection_makes_room() {
    let mut live = Live::start_with(|config| {
        config.connections_max = 3;
        config.connections_max_per_address = Some(3);
    });
    let mut first = idle(&live, 1);
    let [mut second, mut third] = [2, 3].map(|last| {
        let stream = idle(&live, last);
        settle(&mut first);
        stream
    });
    let mut late = idle(&live, 4);
    assert!(is_ended(&mut second), "the one that was idle for longest");
    for stream in [&mut late, &mut first, &mut third] {
        assert_eq!(ask(stream).unwrap(), 200, "the others stay");
    }
    live.stop();
}

/// An address beyond its share takes no other address's place.
#[test]
fn an_address_beyond_its_share_ends_its_own_connections() {
    let mut live = Live::start_with(|config| {
        config.connections_max = 8;
        config.connections_max_per_address = Some(2);
    });
    let mut neighbour = idle(&live, 2);
    let [mut first, mut second, mut third, mut fourth] = [1; 4].map(|last| {
        let stream = idle(&live, last);
        settle(&mut neighbour);
        stream
    });
    assert!(is_ended(&mut first) && is_ended(&mut second));
    for stream in [&mut neighbour, &mut third, &mut fourth] {
        assert_eq!(ask(stream).unwrap(), 200);
    }
    live.stop();
}

/// Calls in progress are not interrupted; health is still served, and nothing else.
#[test]
fn health_is_served_at_the_connection_limit() {
    let mut live = Live::start_with(|config| {
        config.connections_max = 2;
        config.connections_max_per_address = Some(2);
    });
    live.create_bucket("bucket");
    let mut calls = [busy(&live, 1), busy(&live, 2)];
    // Silent connections do not block the next.
    let silent: Vec<_> = (0..200).map(|_| connect(&live, 1)).collect();
    for last in [1, 2, 3] {
        for page in ["health", "live", "ready"] {
            let status = ask_for(&mut connect(&live, last), page).unwrap();
            assert_eq!(status, 200, "127.0.0.{last} {page}");
        }
    }
    let refused = live.s3("GET", "/", b"");
    assert_eq!(refused.status, 503);
    assert!(refused.head.to_ascii_lowercase().contains("retry-after: 1"), "{}", refused.head);
    for stream in &mut calls {
        stream.write_all(&vec![7; 1 << 20]).unwrap();
        assert_eq!(read_answer(stream).status, 200);
    }
    drop((calls, silent));
    assert_eq!(wait_for_room(&mut live), 200);
    live.stop();
}

/// A body that does not arrive blocks nothing before its sender is authenticated.
#[test]
fn an_unauthenticated_body_makes_room() {
    let mut live = Live::start_with(|config| {
        config.connections_max = 2;
        config.connections_max_per_address = Some(2);
    });
    live.create_bucket("bucket");
    // The sender of a form is in its fields; of any other request, in the head.
    let form = ("content-type", "multipart/form-data; boundary=b");
    let headers = [form, ("expect", "100-continue")];
    let mut unauthenticated = connect(&live, 1);
    unauthenticated.write_all(head("POST", "/bucket", &headers, 1_000).as_bytes()).unwrap();
    unauthenticated.read_exact(&mut [0; 25]).unwrap();
    let mut call = busy(&live, 2);
    assert_eq!(live.s3("GET", "/", b"").status, 200);
    assert!(is_ended(&mut unauthenticated));
    call.write_all(&vec![7; 1 << 20]).unwrap();
    assert_eq!(read_answer(&mut call).status, 200);
    live.stop();
}

/// However many slow forms an address sends, they do not delay its other calls: until its fields
/// have arrived, a form has no memory for its file.
#[test]
fn forms_that_drip_leave_room_for_uploads() {
    let mut live = Live::start_with(|config| config.memory_max = Some(256 << 20));
    live.create_bucket("bucket");
    let headers = [("content-type", "multipart/form-data; boundary=b"), ("expect", "100-continue")];
    // The memory of this many files exceeds the share of an address.
    let forms: Vec<_> = (0..64)
        .map(|_| {
            let mut form = connect(&live, 1);
            // Shorter than the time after which a stalled form loses its memory to others.
            form.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            form.write_all(head("POST", "/bucket", &headers, 1 << 20).as_bytes()).unwrap();
            let mut invited = [0; 25];
            form.read_exact(&mut invited).unwrap();
            assert_eq!(&invited, b"HTTP/1.1 100 Continue\r\n\r\n");
            form
        })
        .collect();
    let mut call = busy(&live, 1);
    call.write_all(&vec![7; 1 << 20]).unwrap();
    assert_eq!(read_answer(&mut call).status, 200);
    drop(forms);
    live.stop();
}

/// A form's fields are refused once they are too long, without waiting for its file.
#[test]
fn a_form_with_long_fields_is_refused_before_its_file() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let headers = [("content-type", "multipart/form-data; boundary=b")];
    let mut form = connect(&live, 1);
    form.write_all(head("POST", "/bucket", &headers, 1 << 20).as_bytes()).unwrap();
    form.write_all(b"--b\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\n").unwrap();
    form.write_all(&vec![b'x'; 21_000]).unwrap();
    let refused = read_answer(&mut form).text();
    assert!(refused.contains("<Code>MaxPostPreDataLengthExceeded</Code>"), "{refused}");
    live.stop();
}

/// Probes are served without a thread that other work may occupy: health with its details on this
/// machine waits a second for one, and is then served without them.
#[test]
fn probes_are_served_when_all_threads_are_busy() {
    let runtime = Builder::new_multi_thread().max_blocking_threads(1).enable_all().build();
    let mut live = Live::start_on(runtime.unwrap());
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (sender, taken) = std::sync::mpsc::channel();
    live.runtime.spawn_blocking(move || {
        sender.send(()).unwrap();
        let _ = held.recv();
    });
    taken.recv().unwrap();
    for page in ["live", "ready", "health"] {
        for lines in ["", "x-forwarded-for: 192.0.2.1\r\n"] {
            let status = ask_with(&mut connect(&live, 1), page, lines);
            assert_eq!(status.map_err(|error| error.kind()), Ok(200), "{page} {lines}");
        }
    }
    drop(release);
    live.stop();
}

/// A call whose sender is not known has to bring its body in time.
#[test]
fn a_body_that_drips_ends() {
    let rate = LeastRate { bytes: 10_000, within: Duration::from_millis(100) };
    let mut live = Live::start_with(|config| {
        config.patience.unproven = rate;
        config.patience.proven = rate;
    });
    live.create_bucket("bucket");
    let headers = [("x-amz-target", "TrentService.ListKeys")];
    let mut unknown = connect(&live, 1);
    unknown.write_all(head("POST", "/", &headers, 8_000).as_bytes()).unwrap();
    let refused = drip(&mut unknown).expect("an end");
    assert!(refused.contains("RequestTimeout"), "{refused}");
    let mut form = connect(&live, 1);
    let headers = [("content-type", "multipart/form-data; boundary=b")];
    form.write_all(head("POST", "/bucket", &headers, 60_000).as_bytes()).unwrap();
    form.write_all(b"--b\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\n").unwrap();
    let refused = drip(&mut form).expect("an end");
    assert!(refused.contains("RequestTimeout"), "{refused}");
    let refused = drip(&mut busy(&live, 1)).expect("an end");
    assert!(refused.contains("RequestTimeout"), "{refused}");
    assert_eq!(live.s3("GET", "/bucket/key", b"").status, 404);
    live.stop();
}

#[test]
fn a_head_that_drips_ends() {
    let mut live = Live::start_with(|config| config.patience.head = Duration::from_millis(100));
    let mut first = connect(&live, 1);
    first.write_all(b"GET / HTTP/1.1\r\nx: ").unwrap();
    assert!(drip(&mut first).is_some());
    let mut second = idle(&live, 1);
    second.write_all(b"GET / HTTP/1.1\r\nx: ").unwrap();
    assert!(drip(&mut second).is_some());
    assert!(is_ended(&mut idle(&live, 1)), "an idle one ends, too");
    live.stop();
}

/// Unread data is not kept, and the connection's place is free again.
#[test]
fn an_unread_response_ends() {
    let mut live = Live::start_with(|config| {
        config.connections_max = 1;
        config.patience.answer = LeastRate { bytes: 14_400, within: Duration::from_millis(200) };
    });
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/large", &vec![7; LARGE_BYTES]).status, 200);
    let (word, now) = ("UNSIGNED-PAYLOAD", live.clock.now());
    let added = sign_header("GET", HOST, "/bucket/large", &[], word, &live.root, REGION, "s3", now);
    let added: Vec<_> = added.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut deaf = connect(&live, 2);
    deaf.write_all(head("GET", "/bucket/large", &added, 0).as_bytes()).unwrap();
    deaf.read_exact(&mut [0]).unwrap();
    assert_eq!(live.s3("GET", "/", b"").status, 503, "the place is taken");
    assert_eq!(wait_for_room(&mut live), 200);
    assert!(read_answer(&mut deaf).body.len() < LARGE_BYTES);
    live.stop();
}
