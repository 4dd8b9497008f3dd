//! Measures `LookupEvents` in a long history, which is written through the store's public
//! interface: ten million calls would take hours.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keys::Keyring;
use serde_json::{Value, json};
use store::{NewEvent, Opening, Store};
use trail::{Facts, Name, lookup};
use types::{Clock, DAY_MS, Entropy, Timestamp};

use crate::failure::Failure;
use crate::latency::Latencies;
use crate::load::{self, Load, Pace};
use crate::own;
use crate::request::{REGION, Request};
use crate::server::Server;
use crate::setting::Setting;
use crate::stage::Stage;

/// Events per commit.
const COMMIT_EVENTS: u64 = 4_096;
/// Commits after which a segment is sealed: as often as the server does, because many small
/// segments are the worst case for a lookup.
const SEGMENT_COMMITS: u64 = 4;
/// The events spread evenly over this time, less than the history's ninety days.
const SPREAD_MS: u64 = 89 * DAY_MS;
/// Callers, each with an access key.
const USERS: u64 = 1_000;
/// KMS keys. In ten million events, each key's fifty events are scattered over the whole history:
/// the maximum number of blocks that a page of results can need.
const KEYS: u64 = 200_000;
/// The rare kind is one event in this many.
const SELDOM: u64 = 10_000;
/// The number of different values that are queried.
const VALUES: u64 = 200;

/// The results.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) events: u64,
    /// The time to write all events.
    pub(crate) filled_in: Duration,
    pub(crate) segments_bytes: u64,
    pub(crate) state_bytes: u64,
    /// The time to the first response of a server with this history.
    pub(crate) started_in: Duration,
    pub(crate) idle_rss_kib: u64,
    /// Memory after all queries.
    pub(crate) rss_kib: u64,
    /// For each query, the first latency in microseconds, and those of the rest.
    pub(crate) rows: Vec<(String, u32, Latencies)>,
}

/// Fills a server's history with `events` and queries every attribute, one query at a time.
pub(crate) async fn measure(setting: &Setting, events: u64) -> Result<History, Failure> {
    let server = Server::start(&setting.server, setting.scratch.as_deref()).await?;
    let account = Stage::set(&server, false).await?.account().to_owned();
    let folder = server.into_folder();
    let began = own::now();
    let event = Template::new(&account, Clock::system().now(), events)?;
    fill(&folder.path().join("data"), &of_server(&folder.path().join("data"))?, &event, events)?;
    let filled_in = began.elapsed();
    let data = folder.path().join("data");
    let segments_bytes = bytes_in(&data.join(store::SEGMENTS_FOLDER))?;
    let state_bytes = fs::metadata(data.join("state.redb"))?.len();
    let server = Server::launch(&setting.server, folder).await?;
    let root = Stage::root_of(&server);
    let mut rows = Vec::new();
    for (name, attributes) in questions(&event, events) {
        let requests: Vec<Request> = attributes
            .iter()
            .map(|attributes| {
                let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
                root.json("cloudtrail", target, &json!({ "LookupAttributes": attributes }))
            })
            .collect();
        let load = Load {
            address: server.address,
            connections: 1,
            seconds: setting.seconds,
            pace: Pace::Closed,
        };
        let first = load::once(server.address, requests.first().ok_or("nothing to query")?).await?;
        let measured = load::run(&load, requests).await?;
        if let Some(error) = measured.first_error {
            return Err(error.into());
        }
        rows.push((name, first, measured.latencies));
    }
    let (started_in, idle_rss_kib) = (server.started_in, server.idle_rss_kib);
    let rss_kib = server.usage()?.rss_kib;
    drop(server);
    Ok(History {
        events,
        filled_in,
        segments_bytes,
        state_bytes,
        started_in,
        idle_rss_kib,
        rss_kib,
        rows,
    })
}

/// The keys of a data directory that a server has made.
fn of_server(data: &Path) -> Result<Opening, Failure> {
    let root = fs::read_to_string(data.join("root-key"))?;
    let root = keys::sealer::parse_root_key(&root).ok_or("the root key cannot be read")?;
    let wrapped = serde_json::from_slice(&fs::read(data.join("keyring"))?)?;
    Ok(Opening::new(Arc::new(Keyring::unlock(&root, &wrapped)?), Entropy::system()))
}

/// Writes the events, and seals them as the server does.
fn fill(data: &Path, with: &Opening, event: &Template, events: u64) -> Result<(), Failure> {
    let store = Store::open(data, with)?;
    for (commit, first) in (1_u64..).zip((0..events).step_by(4_096)) {
        let new: Vec<_> =
            (first..events.min(first + COMMIT_EVENTS)).map(|n| event.event(n)).collect();
        store.submit(move |_| ((), new)).wait()?;
        if commit % SEGMENT_COMMITS == 0 {
            store.seal(1)?;
        }
    }
    store.shut_down();
    Ok(())
}

/// Where events of KMS name what event history finds them by, as the service states it.
fn names(_: &str) -> &'static [Name] {
    &[Name::Listed { kind: "AWS::KMS::Key", id_after: ":key/" }]
}

/// An event with blanks, filled in for each.
struct Template {
    record: String,
    facts: Facts,
    oldest: Timestamp,
    pause_ms: u64,
}

/// The values of one event for the blanks.
struct Blanks([(&'static str, String); 6]);

impl Template {
    fn new(account: &str, now: Timestamp, events: u64) -> Result<Self, Failure> {
        let key = format!("arn:aws:kms:{REGION}:{account}:key/@key@");
        let record = json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDABENCHBENCHBENCH1",
                "arn": format!("arn:aws:iam::{account}:user/@user@"),
                "accountId": account,
                "accessKeyId": "@access@",
                "userName": "@user@",
            },
            "eventTime": "2026-01-01T00:00:00Z",
            "eventSource": "kms.amazonaws.com",
            "eventName": "@name@",
            "awsRegion": REGION,
            "sourceIPAddress": "192.0.2.1",
            "userAgent": "aws-cli/2.15.0 md/awscrt#0.19.19 exec-env/none lang/python#3.11.6",
            "requestParameters": {
                "keyId": key,
                "keySpec": "AES_256",
                "encryptionContext": { "purpose": "bench", "number": "@id@" },
            },
            "responseElements": null,
            "requestID": "@id@",
            "eventID": "@id@",
            "readOnly": true,
            "resources": [{ "accountId": account, "type": "AWS::KMS::Key", "ARN": key }],
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": account,
            "eventCategory": "Management",
        });
        let facts = Facts::from_json(&record, names).ok_or("the record has no facts")?;
        let (oldest, pause_ms) = (now.minus_ms(SPREAD_MS), SPREAD_MS / events.max(1));
        Ok(Self { record: record.to_string(), facts, oldest, pause_ms })
    }

    fn event(&self, number: u64) -> NewEvent {
        let time = self.oldest.plus_ms(self.pause_ms.saturating_mul(number));
        let blanks = Blanks::of(number, time);
        let facts = self.facts(&blanks);
        let body = blanks.fill(&self.record).into_bytes();
        NewEvent { time, terms: lookup::terms(&facts), body }
    }

    fn facts(&self, blanks: &Blanks) -> Facts {
        let mut facts = self.facts.clone();
        facts.event_id = blanks.fill(&facts.event_id);
        facts.event_name = blanks.fill(&facts.event_name);
        facts.username = facts.username.map(|name| blanks.fill(&name));
        facts.access_key_id = facts.access_key_id.map(|id| blanks.fill(&id));
        for (_, name) in &mut facts.resources {
            *name = blanks.fill(name);
        }
        facts
    }
}

impl Blanks {
    fn of(number: u64, time: Timestamp) -> Self {
        let salt = spread(number);
        let user = salt % USERS;
        let name = if number % SELDOM == 7 { "ScheduleKeyDeletion" } else { "GenerateDataKey" };
        let high = types::hex(&salt.to_be_bytes());
        let low = format!("{number:012x}");
        let part = |from: usize, to: usize| high.get(from..to).unwrap_or_default().to_owned();
        let id = [part(0, 8), part(8, 12), part(12, 16), "8000".to_owned(), low].join("-");
        Self([
            ("@id@", id),
            ("@key@", format!("00000000-0000-4000-8000-{:012x}", spread(salt) % KEYS)),
            ("@user@", format!("user-{user}")),
            ("@access@", format!("AKIABENCH{user:011}")),
            ("@name@", name.to_owned()),
            ("2026-01-01T00:00:00Z", time.iso()),
        ])
    }

    fn fill(&self, text: &str) -> String {
        let Self(blanks) = self;
        blanks.iter().fold(text.to_owned(), |text, (blank, value)| text.replace(blank, value))
    }
}

/// Every attribute with a frequent, a rare and an absent value: each a name and its filters.
fn questions(event: &Template, events: u64) -> Vec<(String, Vec<Value>)> {
    let some = |key: &str, value: &dyn Fn(&Facts) -> String| -> Vec<Value> {
        let of = |number: u64| {
            let facts = event.facts(&Blanks::of(spread(number) % events.max(1), event.oldest));
            json!([{ "AttributeKey": key, "AttributeValue": value(&facts) }])
        };
        (0..VALUES).map(of).collect()
    };
    let one =
        |key: &str, value: &str| vec![json!([{ "AttributeKey": key, "AttributeValue": value }])];
    let mut questions = vec![
        ("no attribute".to_owned(), vec![json!([])]),
        ("EventId".to_owned(), some("EventId", &|facts| facts.event_id.clone())),
        ("EventName".to_owned(), one("EventName", "GenerateDataKey")),
        ("EventName, rare".to_owned(), one("EventName", "ScheduleKeyDeletion")),
        ("ReadOnly".to_owned(), one("ReadOnly", "true")),
        (
            "Username".to_owned(),
            some("Username", &|facts| facts.username.clone().unwrap_or_default()),
        ),
        (
            "AccessKeyId".to_owned(),
            some("AccessKeyId", &|facts| facts.access_key_id.clone().unwrap_or_default()),
        ),
        ("ResourceType".to_owned(), one("ResourceType", "AWS::KMS::Key")),
        (
            "ResourceName, scattered".to_owned(),
            some("ResourceName", &|facts| {
                facts.resources.first().map(|(_, name)| name.clone()).unwrap_or_default()
            }),
        ),
        ("EventSource".to_owned(), one("EventSource", "kms.amazonaws.com")),
    ];
    for key in [
        "EventId",
        "EventName",
        "Username",
        "AccessKeyId",
        "ResourceType",
        "ResourceName",
        "EventSource",
    ] {
        let values = (0..VALUES).map(|number| {
            json!([{ "AttributeKey": key, "AttributeValue": format!("nothing-{number}") }])
        });
        questions.push((format!("{key}, not there"), values.collect()));
    }
    questions
}

fn bytes_in(folder: &Path) -> Result<u64, Failure> {
    let mut bytes = 0_u64;
    for entry in fs::read_dir(folder)? {
        bytes = bytes.saturating_add(entry?.metadata()?.len());
    }
    Ok(bytes)
}

/// Source: the finalizer of `MurmurHash3`.
fn spread(mut value: u64) -> u64 {
    value = (value ^ (value >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    value = (value ^ (value >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    value ^ (value >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event is indexed under exactly the values in its record.
    #[test]
    fn events_are_indexed_as_their_records_demand() {
        let now = Timestamp::from_secs(1_800_000_000);
        let template = Template::new("111122223333", now, 100_000).unwrap();
        for number in [0, 7, 99_999] {
            let event = template.event(number);
            let record: Value = serde_json::from_slice(&event.body).unwrap();
            let facts = Facts::from_json(&record, names).unwrap();
            assert_eq!(event.terms, lookup::terms(&facts));
            assert_eq!(facts.time.as_secs(), event.time.as_secs());
            assert!(!String::from_utf8(event.body).unwrap().contains('@'));
        }
    }

    /// Written events are found, the newest first.
    #[test]
    fn a_filled_store_answers() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_secs(1_800_000_000);
        let (events, account) = (12_000, "111122223333");
        let template = Template::new(account, now, events).unwrap();
        let with = crate::commit::opening().unwrap();
        fill(folder.path(), &with, &template, events).unwrap();
        let store = Store::open(folder.path(), &with).unwrap();
        let key = lookup::AttributeKey::EventName;
        let seldom = lookup::Attribute::new(key, "ScheduleKeyDeletion");
        let account = types::AccountId::parse(account).unwrap();
        let query = store::HistoryQuery {
            term: lookup::term(&account, REGION, seldom.as_ref()),
            before_seq: u64::MAX,
            from: Timestamp::default(),
            to: now,
            limit: 50,
            bytes_max: usize::MAX,
        };
        for left in [events, 0] {
            assert_eq!(store.tail_len().unwrap(), left);
            let found = store.history(&store.snapshot().unwrap(), &query).unwrap();
            let seqs: Vec<_> = found.iter().map(|row| row.seq).collect();
            assert_eq!(seqs, [10_008, 8]);
            store.seal(1).unwrap();
        }
    }
}
