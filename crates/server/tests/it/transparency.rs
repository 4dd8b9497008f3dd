//! The pages of the transparency log, as any client gets them.

use server::TlogConfig;

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
