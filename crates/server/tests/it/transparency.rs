//! The pages of the transparency log, as any client gets them.

use server::{OpenError, StoppedLog, TlogConfig};
use tlog::{Policy, Proof, Reader, TlogError, leaf_hash};

use crate::live::{Answer, Live};

fn get(live: &mut Live, path: &str, more: &str) -> Answer {
    ask(live, "GET", path, more)
}

fn ask(live: &mut Live, method: &str, path: &str, more: &str) -> Answer {
    let host = if more.contains("host:") { "" } else { "host: localhost\r\n" };
    let head =
        format!("{method} /_shoseki/log/{path} HTTP/1.1\r\n{host}{more}connection: close\r\n\r\n");
    live.bytes(head.as_bytes())
}

/// Waits for the worker, whose clock the test moves.
fn await_checkpoint(live: &mut Live) {
    for _ in 0..100_000 {
        if get(live, "checkpoint", "").status == 200 {
            return;
        }
        live.clock.advance_ms(10);
    }
    panic!("there is no checkpoint");
}

/// Checkpoint, tiles and key need no signature and no token; nothing else is there, and no page
/// under a foreign name gets them.
#[test]
fn the_log_is_public() {
    let mut live = Live::start_with(|config| {
        let origin = Some("audit.example/log".to_owned());
        config.tlog = TlogConfig { interval_ms: 1_000, origin, ..TlogConfig::default() };
    });
    live.json("TrentService.ListKeys", &serde_json::json!({}));
    await_checkpoint(&mut live);
    let proxied = "via: 1.1 proxy\r\n";
    let checkpoint = get(&mut live, "checkpoint", proxied);
    let text = checkpoint.text();
    assert!(
        text.starts_with("audit.example/log\n") && text.contains("\u{2014} audit.example/log ")
    );
    assert_eq!(checkpoint.headers("content-type"), ["text/plain; charset=utf-8"]);
    assert_eq!(checkpoint.headers("cache-control"), ["no-store"]);
    assert!(get(&mut live, "key", proxied).text().starts_with("audit.example/log+"));
    let size: usize = text.lines().nth(1).unwrap().parse().unwrap();
    let tile = get(&mut live, &format!("tile/0/000.p/{size}"), proxied);
    assert_eq!((tile.status, tile.body.len()), (200, 32 * size));
    assert_eq!(tile.headers("content-type"), ["application/octet-stream"]);
    assert_eq!(tile.headers("cache-control"), ["public, max-age=31536000, immutable"]);
    for path in
        ["", "tile/entries/000", "tile/0/001", "checkpoint.signed", "../metrics", "tile/0/000"]
    {
        assert_eq!(get(&mut live, path, "").status, 404, "{path}");
    }
    assert_eq!(ask(&mut live, "POST", "checkpoint", "content-length: 0\r\n").status, 405);
    assert_eq!(get(&mut live, "checkpoint", "host: attacker.example\r\n").status, 403);
    assert_eq!(get(&mut live, "checkpoint", "authorization: Bearer wrong\r\n").status, 401);
    live.stop();
}

/// The log of a stopped server proves any event by its ID, data events, too.
#[test]
fn a_stopped_log_proves_events() {
    let mut live = Live::start_with(|config| {
        config.tlog = TlogConfig { interval_ms: 1_000, ..TlogConfig::default() };
    });
    live.create_bucket("bucket");
    await_checkpoint(&mut live);
    let served = get(&mut live, "key", "").text();
    let config = crate::live::config(live.folder.path());
    let opened = StoppedLog::open(&config);
    assert!(matches!(opened, Err(OpenError::Store(ref error)) if error.is_in_use()), "{opened:?}");
    let view = live.store.snapshot().unwrap();
    let record = live.store.events_from(&view, 1, 1).unwrap().remove(0).body;
    drop(view);
    let id = serde_json::from_slice::<serde_json::Value>(&record).unwrap();
    let id = id["eventID"].as_str().unwrap().to_owned();
    live.stop();
    let Live { store, gateway, .. } = live;
    drop((store, gateway));
    let log = StoppedLog::open(&config).unwrap();
    assert_eq!(format!("{}\n", log.key()), served);
    assert_eq!(log.record(&id).unwrap(), Some(record.clone()));
    assert_eq!(log.record("00000000-0000-4000-8000-000000000000").unwrap(), None);
    let signed = log.checkpoint().clone();
    let mut read = |tile| match log.tile(tile) {
        Ok(Some(hashes)) => Ok(hashes),
        Ok(None) | Err(_) => Err(TlogError::Tile(tile)),
    };
    let hashes = Reader::new(signed.checkpoint.head.size, &mut read).inclusion(0);
    let proof = Proof { index: 0, hashes: hashes.unwrap(), signed };
    let policy = Policy { log: log.key(), witnesses: &[], cosignatures_min: 0 };
    assert!(proof.verify(&leaf_hash(&record), &policy).is_ok());
    log.close();
}
