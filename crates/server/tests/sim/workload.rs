//! A random life: calls of all services, and everything that may go wrong.

use serde_json::{Value, json};
use types::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use wire::sign::Credentials;

use crate::proof::{check_all, check_ledger, check_state};
use crate::replay::replay;
use crate::world::{LOGS, WORK, World};

const ALIASES: u64 = 4;
const OBJECTS: u64 = 8;
const USERS: u64 = 4;
const TRAILS: u64 = 3;

/// The possible actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    None,
    /// All but a loss of power and a failing disk.
    WithPower,
    /// A disk that fails to read, write or sync, and is full, and all but a loss of power.
    FailingDisk,
    All,
}

/// One life from birth to the last digest; the invariants are checked on the way and at the end.
pub(crate) fn live(seed: u64, steps: u64, trouble: Trouble) -> World {
    let mut life = Life { world: World::new(seed), keys: Vec::new(), log_key: String::new() };
    life.prepare();
    for _ in 0..steps {
        life.step(trouble);
    }
    life.end();
    life.world
}

struct Life {
    world: World,
    keys: Vec<String>,
    log_key: String,
}

impl Life {
    fn prepare(&mut self) {
        let world = &mut self.world;
        world.adopt_pairs();
        self.log_key = world.create_log_key().unwrap();
        for bucket in LOGS.into_iter().chain([WORK]) {
            world.create_bucket(bucket).unwrap().ok();
        }
        for bucket in LOGS {
            world.put_bucket_policy(bucket, true).unwrap().ok();
        }
    }

    fn step(&mut self, trouble: Trouble) {
        match self.world.dice.below(20) {
            0..=3 => self.call_kms(),
            4..=7 => self.call_s3(),
            8..=9 => self.call_iam(),
            10..=14 => self.call_trail(),
            15..=16 => {
                let minutes = 1 + self.world.dice.below(15);
                self.world.pass_minutes(minutes);
            }
            17 => drop(self.world.deliver()),
            _ if trouble != Trouble::None => self.trouble(trouble),
            _ => {}
        }
    }

    fn call_kms(&mut self) {
        let alias = format!("alias/a{}", self.world.dice.below(ALIASES));
        let any = self.world.dice.below(self.keys.len() as u64 + 1) as usize;
        let key = self.keys.get(any).cloned().unwrap_or_else(|| self.log_key.clone());
        match self.world.dice.below(8) {
            0 if self.keys.len() < 4 => {
                if let Some(made) = self.world.kms("CreateKey", &json!({})) {
                    let id = made.ok().json()["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
                    self.keys.push(id);
                }
            }
            1 | 2 => {
                let id = key.rsplit('/').next().unwrap();
                self.world.kms("CreateAlias", &json!({"AliasName": alias, "TargetKeyId": id}));
            }
            3 => drop(self.world.kms("DeleteAlias", &json!({"AliasName": alias}))),
            4 => drop(self.world.kms("DisableKey", &json!({"KeyId": self.keys.first()}))),
            5 => drop(self.world.kms("EnableKey", &json!({"KeyId": self.keys.first()}))),
            _ => drop(self.world.kms("Encrypt", &json!({"KeyId": alias, "Plaintext": "aGVsbG8="}))),
        }
    }

    fn call_s3(&mut self) {
        let target = format!("/{WORK}/o{}", self.world.dice.below(OBJECTS));
        match self.world.dice.below(6) {
            0 => {
                // Larger than an inline body.
                let len = 20_000 + self.world.dice.below(60_000) as usize;
                let fill = self.world.dice.below(256) as u8;
                self.put(&target, &vec![fill; len]);
            }
            1 | 2 => {
                let body = self.world.dice.below(u64::MAX).to_string();
                self.put(&target, body.as_bytes());
            }
            3 => drop(self.world.s3("DELETE", &target, b"")),
            _ => drop(self.world.s3("GET", &target, b"")),
        }
    }

    fn put(&mut self, target: &str, body: &[u8]) {
        if let Some(answered) = self.world.s3("PUT", target, body) {
            answered.ok();
        }
    }

    fn call_iam(&mut self) {
        let user = format!("u{}", self.world.dice.below(USERS));
        let named = ("UserName", user.as_str());
        match self.world.dice.below(5) {
            0 | 1 => drop(self.world.iam("CreateUser", &[named])),
            2 => self.use_access_key(&user),
            3 => {
                let Some(listed) = self.world.iam("ListAccessKeys", &[named]) else { return };
                let key = listed.element("AccessKeyId");
                self.world.iam("DeleteAccessKey", &[named, ("AccessKeyId", &key)]);
            }
            _ => drop(self.world.iam("DeleteUser", &[named])),
        }
    }

    /// A user without rights is refused.
    fn use_access_key(&mut self, user: &str) {
        let Some(made) = self.world.iam("CreateAccessKey", &[("UserName", user)]) else { return };
        if made.status == 200 {
            let who = Credentials {
                access_key_id: made.element("AccessKeyId"),
                secret: made.element("SecretAccessKey"),
                session_token: None,
            };
            self.world.json_as(&who, "TrentService.ListKeys", &json!({}));
        }
    }

    fn call_trail(&mut self) {
        let at = self.world.dice.below(TRAILS);
        let name = format!("trail-{at}");
        let named = json!({"Name": name});
        match self.world.dice.below(12) {
            0..=2 => {
                let create = self.settings(at, &name);
                self.world.trail("CreateTrail", &create);
            }
            3..=6 => drop(self.world.trail("StartLogging", &named)),
            7 => drop(self.world.trail("StopLogging", &named)),
            8 => {
                let mut update = self.settings(at, &name);
                if let Some(members) = update.as_object_mut() {
                    members.remove("EnableLogFileValidation");
                }
                self.world.trail("UpdateTrail", &update);
            }
            9 => {
                let put = json!({"TrailName": name, "EventSelectors": [self.selector()]});
                self.world.trail("PutEventSelectors", &put);
            }
            10 => {
                if self.world.dice.below(2) == 0 {
                    self.world.trail("DeleteTrail", &named);
                }
            }
            _ => drop(self.world.trail("GetTrailStatus", &named)),
        }
    }

    /// A trail's buckets and prefixes are its own.
    fn settings(&mut self, at: u64, name: &str) -> Value {
        let bucket = LOGS[(at % 2) as usize];
        let prefix = format!("p{at}{}", ["", "/x"][self.world.dice.below(2) as usize]);
        let mut settings = json!({"Name": name, "S3BucketName": bucket, "S3KeyPrefix": prefix,
            "IsMultiRegionTrail": self.world.dice.below(2) == 0,
            "EnableLogFileValidation": self.world.dice.below(8) != 0});
        if self.world.dice.below(2) == 0 {
            settings["KmsKeyId"] = self.log_key.as_str().into();
        }
        settings
    }

    fn selector(&mut self) -> Value {
        let kind = ["All", "ReadOnly", "WriteOnly"][self.world.dice.below(3) as usize];
        let data = match self.world.dice.below(3) {
            0 => json!([]),
            1 => json!([{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::work/"]}]),
            _ => json!([{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::work/o1"]}]),
        };
        json!({"ReadWriteType": kind, "IncludeManagementEvents": self.world.dice.below(4) != 0,
            "DataResources": data})
    }

    fn trouble(&mut self, trouble: Trouble) {
        match self.world.dice.below(8) {
            0..=2 if trouble == Trouble::WithPower => self.world.restart(),
            0..=2 if trouble == Trouble::FailingDisk => {
                self.world.fail_disk();
                return;
            }
            0..=2 => {
                let operations = self.world.dice.below(60);
                self.world.disk.power(operations);
            }
            3 => {
                let (bucket, open) = (self.any_logs(), self.world.dice.below(2) == 0);
                self.world.put_bucket_policy(bucket, open);
            }
            4 => {
                let operation = ["EnableKey", "DisableKey"][self.world.dice.below(2) as usize];
                let id = self.log_key.rsplit('/').next().unwrap().to_owned();
                self.world.kms(operation, &json!({"KeyId": id}));
            }
            5 => self.step_clock(),
            6 => {
                // Sealing is not a call: its failure shows when the power is off.
                let _ = self.world.kit().store.seal(1);
                self.world.recover();
            }
            _ => self.world.restart(),
        }
        self.check();
    }

    fn any_logs(&self) -> &'static str {
        LOGS[self.world.dice.below(2) as usize]
    }

    fn step_clock(&mut self) {
        let now = self.world.clock.now();
        let ms = match self.world.dice.below(3) {
            0 => self.world.dice.below(SECOND_MS * 90),
            1 => self.world.dice.below(MINUTE_MS * 90),
            _ => self.world.dice.below(HOUR_MS * 30),
        };
        let forwards = self.world.dice.below(2) == 0;
        let limit = testkit::START.plus_ms(20 * DAY_MS);
        let stepped = if forwards { now.plus_ms(ms).min(limit) } else { now.minus_ms(ms) };
        self.world.set_clock(stepped);
    }

    fn check(&mut self) {
        if self.world.disk.has_power() && self.world.dice.below(4) == 0 {
            let left = u64::MAX;
            self.world.disk.power(left);
            self.world.repair_disk();
            let events = self.world.kit().events();
            check_ledger(&self.world, &events);
            check_state(&self.world, &replay(&events).recorded);
        }
    }

    /// All is repaired, and time passes; then the trails stop, so that nothing is under way.
    fn end(&mut self) {
        self.world.disk.power(u64::MAX);
        self.world.recover();
        self.world.repair_disk();
        for bucket in LOGS {
            self.world.put_bucket_policy(bucket, true).unwrap().ok();
        }
        let id = self.log_key.rsplit('/').next().unwrap().to_owned();
        self.world.kms("EnableKey", &json!({"KeyId": id})).unwrap().ok();
        self.world.settle();
        for at in 0..TRAILS {
            let named = json!({"Name": format!("trail-{at}")});
            self.world.trail("StopLogging", &named).unwrap();
        }
        self.world.settle();
        check_all(&self.world);
    }
}
