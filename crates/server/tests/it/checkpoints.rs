//! Published checkpoints in a bucket of another server.

use std::sync::Arc;

use server::{CheckpointsTo, Config, TlogConfig};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use types::{Clock, Entropy};

use crate::live::{Live, REGION, START, config};

const ORIGIN: &str = "audit.example/log";

/// A second server, and how checkpoints get into a bucket of it.
fn vault(locked: bool) -> (Live, CheckpointsTo) {
    let folder = Arc::new(TempDir::new().unwrap());
    let (runtime, config) = (Runtime::new().unwrap(), config(folder.path()));
    let clock = Clock::manual(START);
    let mut vault = Live::serve(runtime, &config, folder, clock, Entropy::seeded(8));
    let lock: &[(&str, &str)] =
        if locked { &[("x-amz-bucket-object-lock-enabled", "true")] } else { &[] };
    let body = format!(
        "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint>\
         </CreateBucketConfiguration>"
    );
    let made = vault.signed("s3", "PUT", "/vault", lock, body.as_bytes());
    assert_eq!(made.status, 200, "{}", made.text());
    let root = (vault.root.access_key_id.clone(), vault.root.secret.clone(), None);
    let to = CheckpointsTo {
        place: Some("s3://vault/of/shoseki".to_owned()),
        endpoint: Some(format!("http://{}", vault.address)),
        region: Some(REGION.to_owned()),
        credentials: Some(root),
        ..CheckpointsTo::default()
    };
    (vault, to)
}

fn set(config: &mut Config, to: &CheckpointsTo) {
    let origin = Some(ORIGIN.to_owned());
    config.tlog = TlogConfig {
        interval_ms: 1_000,
        origin,
        checkpoints_to: to.clone(),
        ..TlogConfig::default()
    };
}

/// Moves the clocks of both servers until something is found. Workers wait in real time, too.
fn wait<T>(
    live: &mut Live,
    vault: &mut Live,
    find: impl Fn(&mut Live, &mut Live) -> Option<T>,
) -> T {
    let (real, patience_ms) = (Clock::system(), 90_000);
    let start_ms = real.elapsed_ms();
    while real.elapsed_ms() < start_ms + patience_ms {
        if let Some(found) = find(live, vault) {
            return found;
        }
        live.clock.advance_ms(20);
        vault.clock.set(live.clock.now());
    }
    panic!("it is not there: {}", health(live));
}

/// What is left of a server that has stopped.
fn left(live: Live) -> (Arc<TempDir>, Clock) {
    let left = (Arc::clone(&live.folder), live.clock.clone());
    drop(live);
    left
}

fn health(live: &mut Live) -> String {
    let request = b"GET /_shoseki/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    live.bytes(request).text()
}

fn metric(live: &mut Live, name: &str) -> Option<f64> {
    let request = b"GET /_shoseki/metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let page = live.bytes(request).text();
    let row = page.lines().find(|row| row.starts_with(&format!("{name} ")))?.to_owned();
    row.rsplit(' ').next()?.parse().ok()
}

/// The keys in the bucket.
fn keys(vault: &mut Live) -> Vec<String> {
    let list = vault.s3("GET", "/vault?list-type=2", b"").text();
    let keys = list.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
    keys.map(str::to_owned).collect()
}

/// Every published checkpoint becomes an object of its own, under the name of its log and its size,
/// and is kept there as long as was asked.
#[test]
fn published_checkpoints_are_kept_in_a_bucket() {
    let (mut vault, to) = vault(true);
    let to = CheckpointsTo {
        retention_days: Some(30),
        retention_mode: Some("GOVERNANCE".to_owned()),
        ..to
    };
    let mut live = Live::start_with(|config| set(config, &to));
    live.create_bucket("one");
    let key = wait(&mut live, &mut vault, |_, vault| keys(vault).into_iter().next());
    let size = key.strip_prefix("of/shoseki/audit.example/log/").unwrap();
    assert_eq!(size.len(), 20, "{key}");
    let object = vault.s3("GET", &format!("/vault/{key}"), b"");
    let text = object.text();
    assert!(text.starts_with(&format!("{ORIGIN}\n{}\n", size.trim_start_matches('0'))), "{text}");
    assert_eq!(object.headers("x-amz-object-lock-mode"), ["GOVERNANCE"]);
    assert_eq!(object.headers("x-amz-object-lock-retain-until-date").len(), 1);
    live.create_bucket("two");
    wait(&mut live, &mut vault, |_, vault| (keys(vault).len() >= 2).then_some(()));
    assert!(metric(&mut live, "shoseki_tlog_sent_checkpoints_total").unwrap() >= 2.0);
    assert!(!health(&mut live).contains("checkpoints-unsent"));
    live.stop();
    vault.stop();
}

/// A bucket that cannot be reached delays no call; the server is degraded until it is there again,
/// and skips no more than what newer checkpoints cover.
#[test]
fn a_bucket_that_fails_degrades_the_server() {
    let (mut vault, to) = vault(false);
    let wrong = ("AKIAROOTROOTROOTROOT".to_owned(), "x".repeat(40), None);
    let denied = CheckpointsTo { credentials: Some(wrong), ..to.clone() };
    let mut live = Live::start_with(|config| set(config, &denied));
    live.create_bucket("one");
    wait(&mut live, &mut vault, |live, _| {
        health(live).contains("checkpoints-unsent").then_some(())
    });
    assert_eq!(live.s3("PUT", "/one/object", b"body").status, 200);
    wait(&mut live, &mut vault, |live, _| {
        (metric(live, "shoseki_tlog_failed_uploads_total")? >= 1.0).then_some(())
    });
    assert!(metric(&mut live, "shoseki_tlog_unsent_checkpoints").unwrap() >= 1.0);
    assert!(metric(&mut live, "shoseki_tlog_unsent_seconds").unwrap() > 60.0);
    for number in 0..80 {
        live.s3("PUT", &format!("/one/{number}"), b"body");
        let size = live.store.snapshot().unwrap().last_seq().unwrap();
        let size = f64::from(u32::try_from(size).unwrap());
        wait(&mut live, &mut vault, |live, _| {
            (metric(live, "shoseki_tlog_published_size")? >= size).then_some(())
        });
    }
    assert!(metric(&mut live, "shoseki_tlog_unsent_checkpoints").unwrap() <= 64.0, "bounded");
    assert!(metric(&mut live, "shoseki_tlog_skipped_checkpoints_total").unwrap() >= 1.0);
    live.stop();
    let (folder, clock) = left(live);
    let mut again = config(folder.path());
    set(&mut again, &to);
    let runtime = Runtime::new().unwrap();
    let mut live = Live::serve(runtime, &again, folder, clock, Entropy::seeded(11));
    wait(&mut live, &mut vault, |_, vault| keys(vault).into_iter().next());
    assert!(!health(&mut live).contains("checkpoints-unsent"));
    live.stop();
    vault.stop();
}

/// A server that was rolled back finds in the bucket what it does not have any more, and signs
/// nothing more under the name of its log.
#[test]
fn a_log_that_was_rolled_back_stops() {
    let (mut vault, to) = vault(false);
    let mut live = Live::start_with(|config| set(config, &to));
    live.create_bucket("one");
    wait(&mut live, &mut vault, |_, vault| keys(vault).into_iter().next());
    live.stop();
    let twin = Arc::new(TempDir::new().unwrap());
    let copied = std::process::Command::new("cp")
        .args(["-a", &format!("{}/.", live.folder.path().display())])
        .arg(twin.path())
        .status();
    assert!(copied.unwrap().success());
    let serve = |folder: &Arc<TempDir>, clock: &Clock| {
        let mut config = config(folder.path());
        set(&mut config, &to);
        let runtime = Runtime::new().unwrap();
        Live::serve(runtime, &config, Arc::clone(folder), clock.clone(), Entropy::seeded(11))
    };
    let ((folder, clock), count) = (left(live), keys(&mut vault).len());
    let mut live = serve(&folder, &clock);
    live.create_bucket("two");
    wait(&mut live, &mut vault, |_, vault| (keys(vault).len() > count).then_some(()));
    live.stop();
    let before = keys(&mut vault);
    let mut rolled_back = serve(&twin, &clock);
    rolled_back.create_bucket("three");
    wait(&mut rolled_back, &mut vault, |live, _| {
        health(live).contains("tlog-stopped").then_some(())
    });
    assert_eq!(keys(&mut vault), before);
    rolled_back.stop();
    vault.stop();
}
