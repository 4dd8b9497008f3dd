//! Security headers of responses, so that nothing stored here can act as the console.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use wire::sign::presign;

use crate::live::{Answer, HOST, Live, REGION};

const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                       form-action 'none'; frame-ancestors 'none'";
/// The console's own, at [`HOST`].
const CONSOLE: &str = "default-src 'none'; script-src 127.0.0.1:4566/_console/assets/; \
                       style-src 127.0.0.1:4566/_console/assets/; \
                       img-src 127.0.0.1:4566/_console/assets/ data:; \
                       font-src 127.0.0.1:4566/_console/assets/; \
                       worker-src 127.0.0.1:4566/_console/assets/; connect-src 'self'; \
                       frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// An uploaded page in a bucket, with a type that browsers run.
fn live_with_page() -> Live {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let page = [("content-type", "text/html")];
    let put = live.signed("s3", "PUT", "/bucket/page", &page, b"<script>0</script>");
    assert_eq!(put.status, 200);
    live
}

#[track_caller]
fn check(answer: &Answer, status: u16, policy: &str, others: Option<&str>) {
    assert_eq!(answer.status, status, "{}", answer.head);
    assert_eq!(answer.headers("content-security-policy"), [policy], "{}", answer.head);
    assert_eq!(answer.headers("x-content-type-options"), ["nosniff"], "{}", answer.head);
    assert_eq!(answer.headers("x-frame-options"), ["DENY"], "{}", answer.head);
    let resource_policy = answer.headers("cross-origin-resource-policy");
    assert_eq!(resource_policy, Vec::from_iter(others), "{}", answer.head);
    assert!(answer.headers("strict-transport-security").is_empty(), "there is no TLS");
}

/// Objects on all paths, lists, errors, rejections before and after the signature is read: none of
/// them is a page of ours.
#[test]
fn every_answer_of_aws_is_in_a_sandbox() {
    let mut live = live_with_page();
    let signed = [
        ("GET", "/bucket/page", 200),
        ("HEAD", "/bucket/page", 200),
        ("GET", "/bucket/page?response-content-type=image%2Fsvg%2Bxml", 200),
        ("GET", "/bucket?list-type=2", 200),
        ("GET", "/", 200),
        ("GET", "/bucket/none", 404),
        ("GET", "/none/page", 404),
        ("DELETE", "/bucket/page?tagging", 204),
        ("PUT", "/bucket/page?nonsense=1&acl", 400),
    ];
    for (method, target, status) in signed {
        let answer = live.s3(method, target, b"");
        check(&answer, status, SANDBOX, None);
    }
    let whole = live.s3("GET", "/bucket/page", b"");
    assert_eq!(
        (whole.headers("content-type"), whole.text().as_str()),
        (vec!["text/html"], "<script>0</script>")
    );
    let etag = whole.headers("etag")[0].to_owned();
    let kept = live.signed("s3", "GET", "/bucket/page", &[("if-none-match", &etag)], b"");
    check(&kept, 304, SANDBOX, None);
    let part = live.signed("s3", "GET", "/bucket/page", &[("range", "bytes=0-3")], b"");
    check(&part, 206, SANDBOX, None);
    let now = live.clock.now();
    let target = "/bucket/page?response-content-type=text%2Fhtml";
    let presigned = presign("GET", HOST, target, &[], &live.root, REGION, "s3", 60, now);
    check(&live.request("GET", &presigned, &[], b""), 200, SANDBOX, None);
    check(&live.request("GET", "/bucket/page", &[], b""), 403, SANDBOX, None);
    check(
        &live.request("OPTIONS", "/bucket/page", &[("origin", "http://x")], b""),
        403,
        SANDBOX,
        None,
    );
    let raw = "GET /page HTTP/1.1\r\nhost: bucket.localhost:4566\r\nconnection: close\r\n\r\n";
    check(&live.bytes(raw.as_bytes()), 403, SANDBOX, None);
    let json = live.json("TrentService.ListKeys", &serde_json::json!({}));
    check(&json, 200, SANDBOX, None);
    let json = live.json("TrentService.Nothing", &serde_json::json!({}));
    check(&json, 400, SANDBOX, None);
    live.stop();
}

/// Our own pages are restricted to our own origin.
#[test]
fn our_own_pages_and_the_console_are_our_own() {
    let mut live = Live::start();
    let own = Some("same-origin");
    check(&live.request("GET", "/_shoseki/health", &[], b""), 200, SANDBOX, own);
    check(&live.request("GET", "/_shoseki/nothing", &[], b""), 404, SANDBOX, own);
    check(&live.request("GET", "/_console/session", &[], b""), 401, SANDBOX, own);
    check(&live.request("GET", "/_console/session/first-run", &[], b""), 200, SANDBOX, own);
    check(&live.request("GET", "/_console/", &[], b""), 200, CONSOLE, own);
    check(&live.request("GET", "/_console/assets/index.js", &[], b""), 200, CONSOLE, own);
    check(&live.request("GET", "/_console/nothing", &[], b""), 404, CONSOLE, own);
    let etag = live.request("GET", "/_console/", &[], b"").headers("etag")[0].to_owned();
    let kept = live.request("GET", "/_console/", &[("if-none-match", &etag)], b"");
    check(&kept, 304, CONSOLE, own);
    let front = live.request("GET", "/", &[("accept", "text/html")], b"");
    check(&front, 302, SANDBOX, None);
    assert_eq!(front.headers("location"), ["/_console/"]);
    live.stop();
}

/// A service worker script is never served, regardless of who uploaded it.
#[test]
fn this_server_has_no_service_worker() {
    let mut live = live_with_page();
    let worker = [("service-worker", "script")];
    let object = live.signed("s3", "GET", "/bucket/page", &worker, b"");
    check(&object, 403, SANDBOX, None);
    assert!(!object.text().contains("<script>"));
    check(
        &live.request("GET", "/_console/assets/index.js", &worker, b""),
        403,
        CONSOLE,
        Some("same-origin"),
    );
    live.stop();
}

/// With a separate port the console is served nowhere else, and only its code can call AWS's APIs
/// there.
#[test]
fn the_console_has_a_port_of_its_own() {
    let apart = |config: &mut server::Config| {
        config.console_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    };
    let mut live = Live::start_with(apart);
    let server = live.server.as_ref().unwrap();
    let (main, console) = (server.address(), server.console_address());
    assert_ne!(main, console);
    let link = server.first_run_link().unwrap();
    assert!(link.starts_with(&format!("http://{console}/_console/#/first-run?token=")), "{link}");
    live.create_bucket("bucket");
    for path in ["/_console", "/_console/", "/_console/assets/index.js", "/_console/session"] {
        assert_eq!(live.request("GET", path, &[], b"").status, 404, "{path}");
    }
    assert_ne!(live.request("GET", "/", &[("accept", "text/html")], b"").status, 302);
    live.address = console;
    check(&live.request("GET", "/_console/", &[], b""), 200, CONSOLE, Some("same-origin"));
    let first_run = live.request("GET", "/_console/session/first-run", &[], b"").json();
    assert_eq!(first_run["apiPort"], main.port());
    assert_eq!(live.request("GET", "/_shoseki/health", &[], b"").status, 200);
    let front = live.request("GET", "/", &[("accept", "text/html")], b"");
    assert_eq!((front.status, front.headers("location")), (302, vec!["/_console/"]));
    let own = ("x-shoseki-console", "1");
    for (headers, status) in [
        (vec![], 403),
        (vec![own], 200),
        (vec![own, ("sec-fetch-dest", "empty"), ("sec-fetch-site", "same-origin")], 200),
        (vec![own, ("sec-fetch-dest", "document")], 403),
        (vec![own, ("sec-fetch-site", "same-site")], 403),
        (vec![own, ("origin", "http://localhost:9")], 403),
    ] {
        let answer = live.signed("s3", "GET", "/bucket?list-type=2", &headers, b"");
        check(&answer, status, SANDBOX, None);
    }
    live.stop();
}

/// Under TLS browsers are required to use TLS, for host names only.
#[test]
fn transport_is_strict_under_tls() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut live = Live::start_with(|config| config.tls = Some((cert, key)));
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let client = Arc::new(client);
    let ask = |host: &str, path: &str| {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::clone(&client), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(live.address).unwrap());
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        // The connection ends without a TLS closure alert.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let has_hsts = |host: &str, path: &str| {
        let answer = ask(host, path);
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        answer.contains("\r\nstrict-transport-security: max-age=31536000\r\n")
    };
    for path in ["/_console/", "/_console/session", "/_shoseki/health", "/bucket/key", "/"] {
        assert!(has_hsts("audit.example.com:4566", path), "{path}");
        for host in ["localhost:4566", "bucket.localhost", "127.0.0.1:4566", "[::1]:4566"] {
            assert!(!has_hsts(host, path), "{host} {path}");
        }
    }
    live.stop();
}
