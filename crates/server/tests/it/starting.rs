//! How a server starts, and its errors when it cannot, or when it is addressed wrongly.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;

use server::{OpenError, Reserved, open};
use types::{AccountId, Clock, Entropy};

use crate::live::{Live, config, read_answer};

/// An address in use is rejected before anything is created, and the error names a remedy.
#[test]
fn an_address_in_use_is_named() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    config.listen = other.local_addr().unwrap();
    let refused = runtime.block_on(async { Reserved::new(&config) }).unwrap_err().to_string();
    let (address, advice) =
        (config.listen.to_string(), "choose another port with `--listen IP:PORT`");
    assert!(refused.contains(&address) && refused.contains(advice), "{refused}");
    drop(other);
    config.console_listen = Some("127.0.0.1:0".parse().unwrap());
    let reserved = runtime.block_on(async { Reserved::new(&config) }).unwrap();
    // It is bound, and connections to it do not hang.
    assert!(TcpStream::connect(config.listen).is_err());
    drop(reserved);
}

/// A store of another account names that account, and is unchanged.
#[test]
fn a_store_of_another_account_names_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    for credentials in [None, config.root_credentials.clone()] {
        let folder = folder.path().join(credentials.is_some().to_string());
        config.data_dir = folder;
        config.account = AccountId::parse("123456789012").unwrap();
        config.root_credentials = credentials;
        let opened = open(&config, Clock::system(), Entropy::seeded(1)).unwrap();
        opened.store.shut_down();
        drop(opened);
        config.account = AccountId::parse("111122223333").unwrap();
        let refused = open(&config, Clock::system(), Entropy::seeded(1)).unwrap_err();
        assert!(matches!(refused, OpenError::OtherAccount { .. }), "{refused}");
        let text = refused.to_string();
        assert!(text.contains("start with `--account 123456789012`"), "{text}");
        config.account = AccountId::parse("123456789012").unwrap();
        let opened = open(&config, Clock::system(), Entropy::seeded(1)).unwrap();
        let view = opened.store.snapshot().unwrap();
        assert_eq!(iam::accounts(&view.tx()).unwrap().len(), 1, "nothing was made");
        opened.store.shut_down();
    }
}

/// A plain HTTP request to a TLS port gets an error with the reason.
#[test]
fn plain_http_is_answered_at_a_port_that_speaks_tls() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let live = Live::start_with(|config| config.tls = Some((cert, key)));
    for (header, kind) in [
        ("X-Amz-Target: TrentService.ListKeys", "application/x-amz-json-1.1"),
        ("X-Amz-Date: 20260102T000000Z", "application/xml"),
        ("Accept: */*", "text/plain"),
    ] {
        let mut stream = TcpStream::connect(live.address).unwrap();
        let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{header}\r\n");
        let request = format!("{head}Content-Length: 4\r\n\r\nbody");
        stream.write_all(request.as_bytes()).unwrap();
        let answer = read_answer(&mut stream);
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("use https://"), "{}", answer.text());
        assert_eq!(answer.headers("content-type"), [kind]);
    }
}
