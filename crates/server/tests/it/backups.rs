//! Backups of a server that runs, in a bucket of another server, and what becomes of them.

use std::path::Path;
use std::sync::Arc;

use backup::{Bucket, Place, Until};
use serde_json::Value;
use server::{Config, OpenError, begin_backup, open, restore_backup, verify_backup};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use types::{Clock, Entropy};

use crate::live::{Live, REGION, START, config};

const METRICS: &[u8] =
    b"GET /_shoseki/metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// A second server, and a bucket of it.
fn depot() -> (Live, Bucket) {
    let folder = Arc::new(TempDir::new().unwrap());
    let (runtime, config) = (Runtime::new().unwrap(), config(folder.path()));
    let mut depot = Live::serve(runtime, &config, folder, Clock::system(), Entropy::seeded(8));
    depot.create_bucket("vault");
    let bucket = Bucket {
        name: "vault".to_owned(),
        prefix: "of/shoseki".to_owned(),
        endpoint: Some(format!("http://{}", depot.address)),
        region: REGION.to_owned(),
        access_key_id: depot.root.access_key_id.clone(),
        secret_access_key: depot.root.secret.clone(),
        session_token: None,
        tls: None,
    };
    (depot, bucket)
}

fn restored_config(folder: &Path, root_key: &Path) -> Config {
    Config { root_key_file: Some(root_key.to_owned()), ..config(folder) }
}

/// Starts a data directory once: the number of events of this name, and the last of them.
fn events(config: &Config, name: &str) -> (usize, Value) {
    let opened = open(config, Clock::manual(START), Entropy::seeded(9)).unwrap();
    let view = opened.store.snapshot().unwrap();
    let rows = opened.store.events_from(&view, 1, usize::MAX).unwrap();
    let all = rows.iter().map(|row| serde_json::from_slice(&row.body).unwrap());
    let own: Vec<Value> = all.filter(|event: &Value| event["eventName"] == name).collect();
    opened.store.shut_down();
    (own.len(), own.last().map_or(Value::Null, Value::clone))
}

/// The value of a metric of the one backup.
fn metric(live: &mut Live, name: &str) -> f64 {
    let page = live.bytes(METRICS).text();
    let row = page.lines().find(|row| row.starts_with(&format!("{name}{{")));
    let row = row.unwrap_or_else(|| panic!("{name}: {page}"));
    assert!(row.contains(r#"destination="s3://vault/of/shoseki""#), "{row}");
    row.rsplit(' ').next().unwrap().parse().unwrap()
}

/// Round by round into a bucket: objects of several parts, the lag on the metrics page, and a
/// restored server that answers as the first one did, with one event that records it.
#[test]
fn a_server_is_restored_from_a_bucket_of_another_one() {
    let (_depot, bucket) = depot();
    let mut live = Live::start();
    live.create_bucket("bucket");
    let large: Vec<u8> = (0..9 << 20).map(|number: u32| number.to_be_bytes()[2]).collect();
    assert_eq!(live.s3("PUT", "/bucket/large", &large).status, 200);
    assert_eq!(live.s3("PUT", "/bucket/gone", &vec![1; 1 << 20]).status, 200);
    live.store.seal(1).unwrap();
    let (source, clock) = (config(live.folder.path()), live.clock.clone());
    let place = || Place::bucket(&bucket).unwrap();
    let mut copier = begin_backup(&source, place(), &clock, &Entropy::system(), false).unwrap();
    let first = copier.round().unwrap();
    assert!(first.items >= 3 && first.missing == 0, "{first:?}");
    drop(copier);
    assert_eq!(live.s3("DELETE", "/bucket/gone", b"").status, 204);
    assert_eq!(live.s3("PUT", "/bucket/small", b"small").status, 200);
    clock.advance_ms(7_500);
    assert!(metric(&mut live, "shoseki_backup_lag_frames") >= 2.0);
    assert!(metric(&mut live, "shoseki_backup_lag_seconds") >= 7.5);
    assert!(metric(&mut live, "shoseki_backup_follows") > 0.0);
    let mut copier = begin_backup(&source, place(), &clock, &Entropy::system(), false).unwrap();
    let second = copier.round().unwrap();
    assert!(second.frames >= 2 && second.position > first.position, "{second:?}");
    copier.end().unwrap();
    assert!(metric(&mut live, "shoseki_backup_follows") < 1.0);
    let verified = verify_backup(&source, place(), &mut |_| {}).unwrap();
    assert_eq!(verified.findings, Vec::<String>::new());

    let to = Arc::new(TempDir::new().unwrap());
    let root_key = live.folder.path().join("root-key");
    let restored = restored_config(&to.path().join("restored"), &root_key);
    let done = restore_backup(&restored, place(), Until::Newest, &clock, &mut |_| {}).unwrap();
    assert_eq!(done.position, second.position);
    let found = server::fsck(&restored, &mut |_| {}).unwrap();
    assert_eq!((found.findings, found.unproved), (vec![], vec![]));
    let (count, event) = events(&restored, "RestoreBackup");
    assert_eq!((count, &event["eventType"]), (1, &"AwsServiceEvent".into()));
    let details = &event["serviceEventDetails"];
    assert_eq!(details["lastFrame"], second.position);
    assert_eq!(details["backup"], done.backup.as_str());
    assert_eq!(events(&restored, "RestoreBackup").0, 1, "once");
    let (clock, entropy) = (Clock::manual(START), Entropy::seeded(10));
    let mut again = Live::serve(Runtime::new().unwrap(), &restored, to, clock, entropy);
    assert_eq!(again.s3("GET", "/bucket/large", b"").body, large);
    assert_eq!(again.s3("GET", "/bucket/small", b"").body, b"small");
    assert_eq!(again.s3("GET", "/bucket/gone", b"").status, 404);
}

/// A restored directory is served only with the mark that its first start records: without it, or
/// with a changed one, it is refused.
#[test]
fn a_restored_past_is_never_served_silently() {
    let mut live = Live::start();
    live.create_bucket("one");
    let (place, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let source = config(live.folder.path());
    let folder = || Place::folder(place.path(), true).unwrap();
    let mut copier =
        begin_backup(&source, folder(), &live.clock, &Entropy::system(), false).unwrap();
    let first = copier.round().unwrap().position;
    live.create_bucket("two");
    let newest = copier.round().unwrap().position;
    copier.end().unwrap();
    let root_key = live.folder.path().join("root-key");
    let restored = restored_config(&to.path().join("restored"), &root_key);
    let until = Until::Position(first);
    restore_backup(&restored, folder(), until, &live.clock, &mut |_| {}).unwrap();
    let identity = restored.data_dir.join("identity");
    let marked = std::fs::read_to_string(&identity).unwrap();
    std::fs::remove_file(&identity).unwrap();
    let refused = open(&restored, Clock::manual(START), Entropy::seeded(9));
    assert!(matches!(refused, Err(OpenError::Lost { .. })), "{refused:?}");
    assert!(marked.contains("restored = "), "{marked}");
    std::fs::write(&identity, marked.replace("restored = ", "restored =  ")).unwrap();
    let refused = open(&restored, Clock::manual(START), Entropy::seeded(9));
    assert!(matches!(refused, Err(OpenError::BadIdentity { .. })), "{refused:?}");
    std::fs::write(&identity, &marked).unwrap();
    let (count, event) = events(&restored, "RestoreBackup");
    let details = &event["serviceEventDetails"];
    assert_eq!((count, &details["lastFrame"]), (1, &first.into()));
    assert_eq!(details["newestFrameOfBackup"], newest);
    let found = server::fsck(&restored, &mut |_| {}).unwrap();
    assert_eq!(found.findings, Vec::<String>::new());
}

/// Moves the clock until something is found. Workers wait in real time, too.
fn await_some<T>(live: &mut Live, find: impl Fn(&str) -> Option<T>) -> T {
    let request = b"GET /_shoseki/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let real = Clock::system();
    let start_ms = real.elapsed_ms();
    loop {
        let text = live.bytes(request).text();
        if let Some(found) = find(&text) {
            return found;
        }
        assert!(real.elapsed_ms() < start_ms + 90_000, "{text}");
        live.clock.advance_ms(20);
    }
}

/// Waits for a checkpoint of at least this size; returns its text.
fn await_checkpoint(live: &mut Live, folder: &Path, size: u64) -> String {
    let path = folder.join("tlog/checkpoint");
    await_some(live, |_| {
        let text = std::fs::read_to_string(&path).ok()?;
        (text.lines().nth(1)?.parse::<u64>().ok()? >= size).then_some(text)
    })
}

fn last_seq(live: &Live) -> u64 {
    live.store.snapshot().unwrap().last_seq().unwrap()
}

/// A backup of a server that has stopped.
struct BackedUp {
    live: Live,
    place: TempDir,
    /// The position of its first round.
    first: u64,
    /// The checkpoint of its last round.
    checkpoint: String,
}

impl BackedUp {
    fn new() -> Self {
        let mut live = Live::start_with(|config| config.tlog.interval_ms = 1_000);
        for number in 0..300 {
            live.create_bucket(&format!("bucket-{number}"));
        }
        let (place, source) = (TempDir::new().unwrap(), config(live.folder.path()));
        let folder = Place::folder(place.path(), true).unwrap();
        let begun = begin_backup(&source, folder, &live.clock, &Entropy::system(), false);
        let mut copier = begun.unwrap();
        let first = copier.round().unwrap().position;
        live.create_bucket("another");
        let size = last_seq(&live);
        let checkpoint = await_checkpoint(&mut live, &source.data_dir, size);
        copier.round().unwrap();
        copier.end().unwrap();
        live.stop();
        let verified = verify_backup(&source, Self::place(&place), &mut |_| {}).unwrap();
        assert_eq!(verified.findings, Vec::<String>::new());
        Self { live, place, first, checkpoint }
    }

    fn place(place: &TempDir) -> Place {
        Place::folder(place.path(), false).unwrap()
    }

    /// Restores it to a new folder; returns what is reported.
    fn restore(&self, to: &TempDir, until: Until) -> (Config, Vec<String>) {
        let root_key = self.live.folder.path().join("root-key");
        let mut config = restored_config(&to.path().join("data"), &root_key);
        config.tlog.interval_ms = 1_000;
        let place = Self::place(&self.place);
        let done = restore_backup(&config, place, until, &self.live.clock, &mut |_| {});
        (config, done.unwrap().notes)
    }
}

/// The tiles of a transparency log, by their names.
fn tiles(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.join("tlog/tile")];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn serve(config: &Config, holder: &Arc<TempDir>) -> Live {
    let (clock, entropy) = (Clock::manual(START), Entropy::seeded(10));
    Live::serve(Runtime::new().unwrap(), config, Arc::clone(holder), clock, entropy)
}

/// A restored server continues the same transparency log: same name, same key, same tree.
#[test]
fn a_restored_server_continues_its_transparency_log() {
    let (backed_up, to) = (BackedUp::new(), Arc::new(TempDir::new().unwrap()));
    let (config, notes) = backed_up.restore(&to, Until::Newest);
    assert_eq!(notes, Vec::<String>::new());
    let again = std::fs::read_to_string(config.data_dir.join("tlog/checkpoint")).unwrap();
    assert_eq!(again, backed_up.checkpoint);
    let (restored, all) = (tiles(&config.data_dir), tiles(backed_up.live.folder.path()));
    assert!(restored.len() >= 3 && restored.iter().all(|(name, bytes)| all[name] == *bytes));
    assert_eq!(server::fsck(&config, &mut |_| {}).unwrap().findings, Vec::<String>::new());
    let mut server = serve(&config, &to);
    server.create_bucket("after-the-restore");
    let size = last_seq(&server);
    let next = await_checkpoint(&mut server, &config.data_dir, size);
    assert_eq!(next.lines().next(), backed_up.checkpoint.lines().next(), "the same log");
    assert!(!await_some(&mut server, |text| Some(text.contains("tlog-stopped"))));
    server.stop();
}

/// A history that was restored to before the newest checkpoint does not continue the log, until an
/// operator has it begin a new one.
#[test]
fn a_restored_past_does_not_fork_its_transparency_log() {
    let (backed_up, to) = (BackedUp::new(), Arc::new(TempDir::new().unwrap()));
    let (config, notes) = backed_up.restore(&to, Until::Position(backed_up.first));
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("--accept-older"), "{notes:?}");
    let mut server = serve(&config, &to);
    await_some(&mut server, |text| text.contains("tlog-stopped").then_some(()));
    server.stop();
    drop(server);
    let path = config.data_dir.join("tlog/checkpoint");
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept, backed_up.checkpoint, "nothing else was signed");
    let mut server = serve(&Config { accept_older: true, ..config.clone() }, &to);
    let other = await_some(&mut server, |_| {
        std::fs::read_to_string(&path).ok().filter(|text| *text != kept)
    });
    assert_ne!(other.lines().next(), kept.lines().next(), "another log");
    assert!(config.data_dir.join("tlog.0").is_dir());
    server.stop();
}
