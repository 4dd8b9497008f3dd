//! The expected state: events are replayed into the state that they record, and into what each
//! trail must have delivered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use testkit::ACCOUNT;
use trail::Facts;
use trail::selectors::{EventSelector, Scope, Selection, in_scope};

/// The state that the events record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RecordedState {
    /// Keys that were created, and whether they are enabled.
    pub(crate) keys: BTreeMap<String, bool>,
    /// Aliases and their keys.
    pub(crate) aliases: BTreeMap<String, String>,
    pub(crate) buckets: BTreeSet<String>,
    /// Objects of the working bucket, by the call that stored them.
    pub(crate) objects: BTreeMap<String, String>,
    /// Users and their access keys.
    pub(crate) users: BTreeMap<String, BTreeSet<String>>,
    /// Trails by name.
    pub(crate) trails: BTreeMap<String, RecordedTrail>,
}

/// A trail as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordedTrail {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    pub(crate) is_multi_region: bool,
    pub(crate) validates: bool,
    pub(crate) is_logging: bool,
    pub(crate) selection: Selection,
}

/// Where an event must be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    pub(crate) region: String,
    pub(crate) event_id: String,
}

/// Everything that the events record.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    pub(crate) recorded: RecordedState,
    /// Every delivery that must happen, with its number of files.
    pub(crate) expected: BTreeMap<Place, usize>,
    /// Destinations of trails that always validated.
    pub(crate) validated: BTreeSet<(String, String)>,
    unvalidated: BTreeSet<(String, String)>,
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Replays events, which are in the order of their numbers.
pub(crate) fn replay(events: &[Value]) -> Replay {
    let mut replay = Replay::default();
    for event in events {
        let done = event["errorCode"].is_null();
        let name = text(&event["eventName"]);
        let ends = done && matches!(name.as_str(), "StopLogging" | "DeleteTrail");
        if done && !ends {
            replay.apply(&name, event);
        }
        replay.judge(event);
        if ends {
            replay.apply(&name, event);
        }
    }
    replay.validated = replay.validated.difference(&replay.unvalidated).cloned().collect();
    replay
}

impl Replay {
    fn judge(&mut self, event: &Value) {
        let facts = Facts::from_json(event, |_| &[]).unwrap();
        for trail in self.recorded.trails.values().filter(|trail| trail.is_logging) {
            let scope = Scope {
                home_region: "ap-northeast-1",
                is_multi_region: trail.is_multi_region,
                include_global_service_events: true,
            };
            let own = facts.account.as_str() == ACCOUNT;
            if own && in_scope(&scope, &facts) && trail.selection.selects(&facts) {
                let (bucket, prefix) = (trail.bucket.clone(), trail.prefix.clone());
                let (region, event_id) = (facts.region.clone(), facts.event_id.clone());
                let place = Place { bucket, prefix, region, event_id };
                *self.expected.entry(place).or_default() += 1;
            }
        }
    }

    fn apply(&mut self, name: &str, event: &Value) {
        let (asked, answered) = (&event["requestParameters"], &event["responseElements"]);
        match text(&event["eventSource"]).as_str() {
            "kms.amazonaws.com" => self.apply_kms(name, asked, answered),
            "s3.amazonaws.com" => self.apply_s3(name, asked, &text(&event["requestID"])),
            "iam.amazonaws.com" => self.apply_iam(name, asked, answered),
            "cloudtrail.amazonaws.com" => self.apply_trail(name, asked, answered),
            _ => {}
        }
    }

    fn apply_kms(&mut self, name: &str, asked: &Value, answered: &Value) {
        let key = text(&asked["keyId"]);
        match name {
            "CreateKey" => {
                self.recorded.keys.insert(text(&answered["keyMetadata"]["keyId"]), true);
            }
            "EnableKey" => drop(self.recorded.keys.insert(key, true)),
            "DisableKey" => drop(self.recorded.keys.insert(key, false)),
            "CreateAlias" | "UpdateAlias" => {
                let target = text(&asked["targetKeyId"]);
                self.recorded.aliases.insert(text(&asked["aliasName"]), target);
            }
            "DeleteAlias" => drop(self.recorded.aliases.remove(&text(&asked["aliasName"]))),
            _ => {}
        }
    }

    fn apply_s3(&mut self, name: &str, asked: &Value, request_id: &str) {
        let bucket = text(&asked["bucketName"]);
        match name {
            "CreateBucket" => drop(self.recorded.buckets.insert(bucket)),
            "DeleteBucket" => drop(self.recorded.buckets.remove(&bucket)),
            "PutObject" if bucket == crate::world::WORK => {
                self.recorded.objects.insert(text(&asked["key"]), request_id.to_owned());
            }
            "DeleteObject" if bucket == crate::world::WORK => {
                self.recorded.objects.remove(&text(&asked["key"]));
            }
            _ => {}
        }
    }

    fn apply_iam(&mut self, name: &str, asked: &Value, answered: &Value) {
        let user = text(&asked["userName"]);
        match name {
            "CreateUser" => drop(self.recorded.users.insert(user, BTreeSet::new())),
            "DeleteUser" => drop(self.recorded.users.remove(&user)),
            "CreateAccessKey" => {
                let key = text(&answered["accessKey"]["accessKeyId"]);
                self.recorded.users.entry(user).or_default().insert(key);
            }
            "DeleteAccessKey" => {
                self.recorded.users.entry(user).or_default().remove(&text(&asked["accessKeyId"]));
            }
            _ => {}
        }
    }

    fn apply_trail(&mut self, name: &str, asked: &Value, answered: &Value) {
        match name {
            "CreateTrail" | "UpdateTrail" => {
                let trail = text(&answered["name"]);
                let known = self.recorded.trails.remove(&trail);
                let new = RecordedTrail {
                    bucket: text(&answered["s3BucketName"]),
                    prefix: text(&answered["s3KeyPrefix"]),
                    is_multi_region: answered["isMultiRegionTrail"] == true,
                    validates: answered["logFileValidationEnabled"] == true,
                    is_logging: known.as_ref().is_some_and(|known| known.is_logging),
                    selection: known.map(|known| known.selection).unwrap_or_default(),
                };
                let place = (new.bucket.clone(), new.prefix.clone());
                let known = if new.validates { &mut self.validated } else { &mut self.unvalidated };
                known.insert(place);
                self.recorded.trails.insert(trail, new);
            }
            "DeleteTrail" => drop(self.recorded.trails.remove(&text(&asked["name"]))),
            "StartLogging" => self.trail(&asked["name"]).is_logging = true,
            "StopLogging" => self.trail(&asked["name"]).is_logging = false,
            "PutEventSelectors" => {
                let selectors = in_pascal_case(&asked["eventSelectors"]);
                let selectors: Vec<EventSelector> = serde_json::from_value(selectors).unwrap();
                self.trail(&asked["trailName"]).selection = Selection::Basic(selectors);
            }
            _ => {}
        }
    }

    fn trail(&mut self, name: &Value) -> &mut RecordedTrail {
        self.recorded.trails.get_mut(&text(name)).expect("a trail that was created")
    }
}

/// Members as they are on the wire.
fn in_pascal_case(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(in_pascal_case).collect(),
        Value::Object(members) => {
            let renamed = members.iter().map(|(name, value)| {
                let (first, rest) = name.split_at(1);
                (first.to_ascii_uppercase() + rest, in_pascal_case(value))
            });
            Value::Object(renamed.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
