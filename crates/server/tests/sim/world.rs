//! A server's whole state in one process, whose power may fail at any instant, and a ledger of
//! confirmed calls.

use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Answered, DIGEST_KEYS, Dice, Disk, DiskFault, Kit, Part, S3Request, START};
use types::{Clock, MINUTE_MS, Region, Timestamp};
use wire::sign::Credentials;

pub(crate) const LOGS: [&str; 2] = ["logs-0", "logs-1"];
pub(crate) const WORK: &str = "work";

/// A call and what became of it.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) request_id: String,
    /// Whether the response was anything but an internal error.
    pub(crate) acknowledged: bool,
    pub(crate) what: String,
    /// SHA-256 of the body of an object.
    pub(crate) body: [u8; 32],
}

/// The state, the clock, and the ledger.
#[derive(Debug)]
pub(crate) struct World {
    folder: Arc<TempDir>,
    pub(crate) disk: Disk,
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    seed: u64,
    pub(crate) starts: u64,
    kit: Option<Kit>,
    pub(crate) ledger: Vec<Attempt>,
    /// The latest instant that the clock has shown.
    pub(crate) latest: Timestamp,
    /// Whether the disk may fail at what it is asked to do.
    is_failing: bool,
}

impl World {
    /// An empty data directory.
    pub(crate) fn new(seed: u64) -> Self {
        let (folder, disk) = (Arc::new(TempDir::new().unwrap()), Disk::with_power());
        let (clock, dice) = (Clock::manual(START), Dice::new(seed));
        let ledger = Vec::new();
        let mut world = Self {
            folder,
            disk,
            clock,
            dice,
            seed,
            starts: 0,
            kit: None,
            ledger,
            latest: START,
            is_failing: false,
        };
        world.start();
        world
    }

    /// Makes the same pairs sign all digests of the first thirty days.
    pub(crate) fn adopt_pairs(&self) {
        for (region, pair) in DIGEST_KEYS {
            let region = Region::parse(region).unwrap();
            cloudtrail::adopt_key_pair(&self.kit().gateway, &region, pair, START).unwrap();
        }
    }

    pub(crate) fn kit(&self) -> &Kit {
        self.kit.as_ref().unwrap()
    }

    fn open(&mut self) -> Result<(), gateway::Fault> {
        self.starts += 1;
        let (folder, clock) = (Arc::clone(&self.folder), self.clock.clone());
        let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(self.starts);
        let opened = Kit::open(server::OPERATIONS, folder, Some(&self.disk), clock, seed);
        self.kit = Some(opened?);
        Ok(())
    }

    fn start(&mut self) {
        self.open().expect("with power the store opens");
    }

    /// Something of the disk fails once, or there is little room left on it.
    pub(crate) fn fail_disk(&mut self) {
        self.is_failing = true;
        let part = [Part::Log, Part::State][self.dice.below(2) as usize];
        // So many operations of the kind succeed first.
        let after = self.dice.below(6);
        match self.dice.below(4) {
            0 => self.disk.fail_after(part, DiskFault::Write, after),
            1 => self.disk.fail_after(part, DiskFault::Sync, after),
            2 => self.disk.fail_after(part, DiskFault::Read, after),
            _ => self.disk.limit(Some(self.disk.bytes() + self.dice.below(100_000))),
        }
    }

    /// The disk works again, and has room; what it failed at last is settled.
    pub(crate) fn repair_disk(&mut self) {
        if !self.is_failing {
            return;
        }
        self.disk.repair();
        self.disk.limit(None);
        self.kit().store.hold_reserve().unwrap();
        // Checkpoints follow commits here; the thread that makes them elsewhere tries again by itself.
        // The first commit may get the error of what failed before.
        for _ in 0..2 {
            let _ = self.kit().store.submit(|_| ((), Vec::new())).wait();
        }
        assert_eq!(
            self.kit().store.upkeep().failed_checkpoints,
            0,
            "a repaired disk is written to"
        );
        self.is_failing = false;
    }

    /// The process ends in good order and begins again.
    pub(crate) fn restart(&mut self) {
        let has_failed = self.is_failing;
        self.repair_disk();
        // What the engine fails to sync while it closes or opens a file no process can see later: a
        // state file that is damaged then is replaced by `rebuild`.
        let is_doubtful = self.kit().store.upkeep().failed_checkpoints > 0;
        self.kit = None;
        if is_doubtful || (has_failed && self.dice.below(2) == 0) {
            self.disk.lose_power(&self.dice);
        }
        if self.open().is_err() {
            assert!(self.recover(), "only without power the store does not open");
        }
    }

    /// If the power has failed: it returns, and may fail once more at the start.
    pub(crate) fn recover(&mut self) -> bool {
        if self.disk.has_power() {
            return false;
        }
        self.kit = None;
        self.disk.lose_power(&self.dice);
        if self.dice.below(4) == 0 {
            self.disk.power(self.dice.below(12));
            if self.open().is_ok() && self.disk.has_power() {
                self.disk.power(u64::MAX);
                return true;
            }
            self.kit = None;
            self.disk.lose_power(&self.dice);
        }
        self.disk.power(u64::MAX);
        self.start();
        true
    }

    /// Whether it was acknowledged.
    fn note(&mut self, what: &str, answered: &Answered, body: &[u8]) -> bool {
        let mut request_id = answered.header("x-amzn-requestid");
        if request_id.is_empty() {
            request_id = answered.header("x-amz-request-id");
        }
        let acknowledged = answered.status < 500;
        let text = answered.text();
        let may_fail = self.is_failing || !self.disk.has_power();
        assert!(acknowledged || may_fail, "{what}: {} {text}", answered.status);
        assert!(!acknowledged || !request_id.is_empty(), "{what}: no request id");
        let (what, body) = (what.to_owned(), keys::sha256(body));
        self.ledger.push(Attempt { request_id, acknowledged, what, body });
        acknowledged
    }

    /// A JSON call by the root user; `None` if the power went, or the disk failed.
    pub(crate) fn json(&mut self, target: &str, body: &Value) -> Option<Answered> {
        let answered = self.kit().json(target, body);
        let acknowledged = self.note(target, &answered, b"");
        (!self.recover() && acknowledged).then_some(answered)
    }

    pub(crate) fn json_as(&mut self, who: &Credentials, target: &str, body: &Value) {
        let answered = self.kit().json_as(who, target, body);
        self.note(target, &answered, b"");
        self.recover();
    }

    pub(crate) fn kms(&mut self, operation: &str, body: &Value) -> Option<Answered> {
        self.json(&format!("TrentService.{operation}"), body)
    }

    pub(crate) fn trail(&mut self, operation: &str, body: &Value) -> Option<Answered> {
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";
        self.json(&format!("{target}{operation}"), body)
    }

    pub(crate) fn iam(&mut self, action: &str, parameters: &[(&str, &str)]) -> Option<Answered> {
        let mut all = vec![("Action", action), ("Version", "2010-05-08")];
        all.extend(parameters);
        let answered = self.kit().query("iam", &all);
        let acknowledged = self.note(action, &answered, b"");
        (!self.recover() && acknowledged).then_some(answered)
    }

    pub(crate) fn s3(&mut self, method: &str, target: &str, body: &[u8]) -> Option<Answered> {
        use base64::Engine;
        let md5 = base64::engine::general_purpose::STANDARD.encode(keys::md5(body));
        let checked = [("content-md5", md5.as_str())];
        let headers: &[(&str, &str)] = if body.is_empty() { &[] } else { &checked };
        let answered = self.kit().s3(S3Request { method, target, headers, body });
        let acknowledged = self.note(&format!("{method} {target}"), &answered, body);
        (!self.recover() && acknowledged).then_some(answered)
    }

    /// Runs the delivery worker; returns the time of its next run.
    pub(crate) fn deliver(&mut self) -> Timestamp {
        let due = cloudtrail::deliver(&self.kit().gateway, &types::steady);
        self.recover();
        due
    }

    /// Sets the clock, never to before the beginning.
    pub(crate) fn set_clock(&mut self, now: Timestamp) {
        self.clock.set(now.max(START));
        self.latest = self.latest.max(now);
    }

    /// Lets minutes pass, running the worker when it is due.
    pub(crate) fn pass_minutes(&mut self, minutes: u64) {
        let end = self.clock.now().plus_ms(minutes * MINUTE_MS);
        while self.clock.now() < end {
            let due = self.deliver();
            let next = due.min(end).max(self.clock.now().plus_ms(1));
            self.set_clock(next);
        }
        self.deliver();
    }

    /// Finishes everything in progress, in an intact world.
    pub(crate) fn settle(&mut self) {
        self.disk.power(u64::MAX);
        self.repair_disk();
        self.set_clock(self.latest);
        self.pass_minutes(130);
    }

    /// Opens or closes a log bucket for the service.
    pub(crate) fn put_bucket_policy(&mut self, bucket: &str, open: bool) -> Option<Answered> {
        let effect = if open { "Allow" } else { "Deny" };
        let service = json!({"Service": "cloudtrail.amazonaws.com"});
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": effect, "Principal": service, "Action": "s3:GetBucketAcl",
             "Resource": format!("arn:aws:s3:::{bucket}")},
            {"Effect": effect, "Principal": service, "Action": "s3:PutObject",
             "Resource": format!("arn:aws:s3:::{bucket}/*")},
        ]});
        self.s3("PUT", &format!("/{bucket}?policy"), policy.to_string().as_bytes())
    }

    /// A key that the service may use.
    pub(crate) fn create_log_key(&mut self) -> Option<String> {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
             "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Action": "kms:GenerateDataKey*", "Resource": "*"},
        ]});
        let made = self.kms("CreateKey", &json!({"Policy": policy.to_string()}))?.ok().json();
        Some(made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned())
    }

    /// A bucket in the kit's region; an existing one is accepted.
    pub(crate) fn create_bucket(&mut self, bucket: &str) -> Option<Answered> {
        let location = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                        <LocationConstraint>ap-northeast-1</LocationConstraint>\
                        </CreateBucketConfiguration>";
        self.s3("PUT", &format!("/{bucket}"), location.as_bytes())
    }
}
