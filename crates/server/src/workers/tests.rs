use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use keys::RootKey;
use serde_json::json;
use testkit::{Kit, S3Request, START};
use tokio::runtime::{Builder, Runtime};
use types::DAY_MS;

use super::*;
use crate::RootCredentials;
use crate::store_identity::{Identity, IdentityKeys};

fn kit() -> Kit {
    Kit::new(&[inquiry::ROWS, iam::ROWS, kms::ROWS, s3::ROWS, cloudtrail::ROWS])
}

fn identity(gateway: &Gateway) -> Arc<IdentityKeeper> {
    let keys = IdentityKeys::of(&RootKey::from_bytes(&[7; 32]).unwrap()).unwrap();
    let unfinished = Identity::unfinished(gateway.clock().now());
    Arc::new(IdentityKeeper::new(Path::new("nowhere"), keys, unfinished))
}

fn log(kit: &Kit) -> Arc<Transparency> {
    Arc::new(Transparency::new(kit.store.folder(), &Config::default().tlog, false))
}

/// The parts of a server, from a kit.
fn opened(kit: &Kit) -> Opened {
    Opened {
        gateway: Arc::clone(&kit.gateway),
        store: Arc::clone(&kit.store),
        root: RootCredentials {
            access_key_id: kit.root.access_key_id.clone(),
            secret_access_key: kit.root.secret.clone(),
            generated: false,
        },
        first_run_token: None,
        identity: identity(&kit.gateway),
        log: log(kit),
    }
}

/// The context of a worker of that name, and what stops it.
fn context(kit: &Kit, name: &'static str) -> (Context, Beats, watch::Sender<bool>) {
    let gateway = Arc::clone(&kit.gateway);
    let beats = Beats::new(gateway.clock(), [name]);
    let (identity, beat) = (identity(&gateway), beats.each().next().unwrap().1);
    let (stop, stopping) = watch::channel(false);
    let before = |_| {};
    let store = Arc::clone(&kit.store);
    let log = log(kit);
    let rested_ms = Arc::default();
    let context =
        Context { gateway, store, history_ms: 1, identity, log, beat, rested_ms, stopping, before };
    (context, beats, stop)
}

fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Lets minutes pass until it is so.
async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..10_000_000 {
        if is_so() {
            return;
        }
        tokio::time::advance(Duration::from_millis(LONGEST_WAIT_MS)).await;
        tokio::task::yield_now().await;
    }
    panic!("it is never so");
}

static STEPS_TAKEN: AtomicUsize = AtomicUsize::new(0);

fn with_a_bug(_: &Context) -> Timestamp {
    STEPS_TAKEN.fetch_add(1, Ordering::SeqCst);
    panic!("a bug");
}

/// A step that panics is retried, and sends heartbeats: due work is not lost.
#[test]
fn a_worker_that_panics_continues() {
    let (context, _, stop) = context(&kit(), "toy");
    paused().block_on(async {
        let worker = tokio::spawn(keep_driving("toy", with_a_bug, context));
        until(|| STEPS_TAKEN.load(Ordering::SeqCst) >= 3).await;
        stop.send_replace(true);
        worker.await.unwrap();
    });
}

/// How often each worker has begun a step.
static BEGUN: Mutex<BTreeMap<&str, usize>> = Mutex::new(BTreeMap::new());

fn begun() -> BTreeMap<&'static str, usize> {
    BEGUN.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
}

fn end_each_twice(name: &'static str) {
    let mut begun = BEGUN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let times = begun.entry(name).or_default();
    *times += 1;
    let is_early = *times <= 2;
    drop(begun);
    assert!(!is_early, "the driver of {name} has a bug");
}

/// Each of the workers that a server has is started again when it ends, and works on.
#[test]
fn every_worker_that_ends_is_started_again() {
    let kit = kit();
    paused().block_on(async {
        let (config, opened) = (Config::default(), opened(&kit));
        let (stop, stopping) = watch::channel(false);
        let workers = Workers::start_after(end_each_twice, &config, &opened, &stopping);
        let names = STEPS.map(|(name, _)| name);
        // Two that ended, one that worked, and the next.
        until(|| names.iter().all(|name| begun().get(name).is_some_and(|times| *times >= 4))).await;
        stop.send_replace(true);
        workers.join().await;
    });
}

/// A kit with work for each of the steps that take long: events for a trail, a key that is due to be
/// deleted, and the body of a deleted object.
fn with_work() -> Kit {
    let kit = kit();
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";
    let location = b"<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
        <LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>";
    let put = S3Request { method: "PUT", target: "/bucket", headers: &[], body: location };
    kit.s3(put).ok();
    kit.s3(S3Request { target: "/bucket/key", body: b"x", ..put }).ok();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*",
        "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}]});
    let put = S3Request { target: "/bucket?policy", ..put };
    kit.s3(S3Request { body: policy.to_string().as_bytes(), ..put }).ok();
    let trail = json!({"Name": "trail", "S3BucketName": "bucket"});
    kit.json(&format!("{target}CreateTrail"), &trail).ok();
    kit.json(&format!("{target}StartLogging"), &trail).ok();
    let deleted = S3Request { target: "/bucket/deleted", ..put };
    kit.s3(S3Request { body: &vec![7; 1 << 20], ..deleted }).ok();
    kit.s3(S3Request { method: "DELETE", body: b"", ..deleted }).ok();
    let created = kit.json("TrentService.CreateKey", &json!({})).ok().json();
    let key = json!({"KeyId": created["KeyMetadata"]["KeyId"], "PendingWindowInDays": 7});
    kit.json("TrentService.ScheduleKeyDeletion", &key).ok();
    kit
}

/// How many files of the trail, deleted keys and stored bodies there are.
fn counts(kit: &Kit) -> [usize; 3] {
    let list = "/bucket?list-type=2&prefix=AWSLogs/111122223333/CloudTrail/";
    let list = S3Request { method: "GET", target: list, headers: &[], body: b"" };
    let files = kit.s3(list).ok().text().matches("<Key>").count();
    let events = kit.events();
    let deleted = events.iter().filter(|event| event["eventName"] == "DeleteKey").count();
    let mut bodies = 0;
    let mut count = |_: &store::BodyId| {
        bodies += 1;
        true
    };
    kit.gateway.bodies().sweep(&mut count, LATER).unwrap();
    [files, deleted, bodies]
}

/// After all bodies, which have the time of the operating system's clock.
const LATER: Timestamp = Timestamp::from_secs(4_000_000_000);

/// Bodies of deleted objects are kept for a backup that may not have copied them yet.
#[test]
fn deleted_bodies_wait_for_backups() {
    let kit = with_work();
    let (context, ..) = context(&kit, "bodies");
    kit.clock.set(LATER);
    let cursor = |bodies_since: Timestamp, alive: Timestamp| BackupCursor {
        backup: "ab".to_owned(),
        destination: "/backup".to_owned(),
        position: 1,
        as_of: START,
        follows: true,
        bodies_since: Some(bodies_since),
        kept_since: Some(START),
        alive: Some(alive),
        given_up: None,
    };
    let [_, _, before] = counts(&kit);
    cursor(Timestamp::from_ms(0), LATER).write(kit.store.folder()).unwrap();
    sweep(&context);
    assert_eq!(counts(&kit)[2], before, "of a first round");
    cursor(START, LATER).write(kit.store.folder()).unwrap();
    sweep(&context);
    assert_eq!(counts(&kit)[2], before, "they were written after its last round");
    cursor(START, LATER.minus_ms(2 * DAY_MS)).write(kit.store.folder()).unwrap();
    sweep(&context);
    assert_eq!(counts(&kit)[2], before - 1, "it is dead");
    let given_up = &BackupCursor::all(kit.store.folder()).unwrap()[0].given_up;
    assert!(given_up.as_ref().is_some_and(|why| why.contains("no sign of life")));
}

/// A step that runs longer than the heartbeat interval sends heartbeats.
#[test]
fn long_steps_have_a_pulse() {
    for (name, step) in [("delivery", deliver as Step), ("keys", keys_due), ("bodies", sweep)] {
        let kit = with_work();
        let (context, beats, stop) = context(&kit, name);
        kit.clock.advance_ms(3_600_000);
        assert_eq!(beats.missing(), [name]);
        step(&context);
        assert_eq!(beats.missing(), Vec::<&str>::new(), "{name} shows no sign of life");
        assert!(context.pulse().is_continue());
        stop.send_replace(true);
        assert!(context.pulse().is_break());
    }
}

/// A step that the server's stop finds at work does no more, and the next start does the rest.
#[test]
fn a_stopped_step_is_done_by_the_next_start() {
    let (hour, month) = (START.plus_ms(HOUR_MS), START.plus_ms(30 * DAY_MS));
    for (of, (name, step, due)) in
        [("delivery", deliver as Step, hour), ("keys", keys_due, month), ("bodies", sweep, LATER)]
            .into_iter()
            .enumerate()
    {
        let kit = with_work();
        kit.clock.set(due);
        let before = counts(&kit);
        let (stopped, _, stop) = context(&kit, name);
        stop.send_replace(true);
        step(&stopped);
        assert_eq!(counts(&kit), before, "{name} went on after the stop");
        let (started, ..) = context(&kit, name);
        step(&started);
        assert_ne!(counts(&kit)[of], before[of], "{name} is not done");
    }
}
