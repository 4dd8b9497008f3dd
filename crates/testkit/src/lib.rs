//! A whole pipeline in a scratch directory, for tests: no sockets, a clock moved by hand, seeded
//! randomness.
//!
//! Requests are really signed and pass every step that a client's requests pass. A broken kit
//! panics: that is a failed test.
//!
//! ```
//! use testkit::Kit;
//! let kit = Kit::new(&[iam::ROWS]);
//! let answer = kit.query("sts", &[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")]);
//! assert_eq!(answer.status, 200);
//! assert!(answer.text().contains("<Account>111122223333</Account>"));
//! assert_eq!(kit.events().last().unwrap()["eventName"], "GetCallerIdentity");
//! ```
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a broken test kit is a failed test"
)]

mod answered;
mod authenticator;
mod dice;
mod disk;
mod observed;
mod pending;
mod requests;
mod serving;
mod waiting;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use gateway::{Begun, Fault, Gateway, Identified, Parts, Received, Row, Settings};
use keys::{Keyring, RootKey, sealer};
use serde_json::Value;
use store::{LogSettings, Opening, Store};
use tempfile::TempDir;
use trail::Timing;
use types::{AccountId, Clock, Entropy, HOUR_MS, MINUTE_MS, Region, Supply, Timestamp};
use wire::Head;
use wire::sign::{Credentials, payload_hash, sign_header};

use crate::pending::Stage;
use crate::requests::{HOST, form, json_service, raw_head};

pub use answered::Answered;
pub use authenticator::Authenticator;
pub use dice::Dice;
pub use disk::{Disk, DiskFault, Part};
pub use pending::Pending;
pub use serving::Serving;

/// The account of a kit.
pub const ACCOUNT: &str = "111122223333";
/// A second account, whose root is [`Kit::other_root`].
pub const OTHER_ACCOUNT: &str = "444455556666";
/// The region of a kit's requests.
pub const REGION: &str = "ap-northeast-1";
/// Key pairs in PKCS #8 for `cloudtrail::adopt_key_pair`, by region: they sign the digests of tests,
/// and nothing else. To generate a pair takes a tenth of a second, and no seed determines it.
pub const DIGEST_KEYS: [(&str, &[u8]); 2] = [
    (REGION, include_bytes!("../keys/ap-northeast-1.der")),
    ("us-east-1", include_bytes!("../keys/us-east-1.der")),
];
/// How often kits deliver: AWS's own intervals.
pub const TIMING: Timing =
    Timing { delivery_interval_ms: 5 * MINUTE_MS, digest_interval_ms: HOUR_MS };
/// The initial time of a kit's clock: 2026-03-01T00:00:00Z.
pub const START: Timestamp = Timestamp::from_secs(1_772_323_200);

/// A pipeline over a scratch directory.
#[derive(Debug)]
pub struct Kit {
    /// The pipeline.
    pub gateway: Arc<Gateway>,
    /// What it keeps state, events and bodies in.
    pub store: Arc<Store>,
    /// Its clock.
    pub clock: Clock,
    /// How much randomness is left: unlimited unless a test sets it.
    pub supply: Supply,
    /// The root user of [`ACCOUNT`].
    pub root: Credentials,
    /// The root user of [`OTHER_ACCOUNT`].
    pub other_root: Credentials,
    rows: Vec<&'static Row>,
    _folder: Arc<TempDir>,
}

/// The keys of kits, and of other stores in tests: the same at every start.
pub fn keyring() -> Arc<Keyring> {
    let constant = Entropy::seeded(1);
    let root_key = RootKey::generate(&constant).expect("a root key");
    Arc::new(Keyring::create(&root_key, &constant).expect("a keyring").0)
}

/// What stores in tests are opened with: [`keyring`], and small log files.
pub fn opening(seed: u64) -> Opening {
    let log = LogSettings { first_file_bytes: 64 << 10, file_bytes: 1 << 20 };
    Opening { log, ..Opening::new(keyring(), Entropy::seeded(seed)) }
}

/// What the store in the data directory of a server is opened with, whose root key lies bare in it.
pub fn opening_of(data: &Path) -> Opening {
    let root = fs::read_to_string(data.join("root-key")).expect("a bare root key");
    let root = sealer::parse_root_key(&root).expect("a root key");
    let wrapped = fs::read(data.join("keyring")).expect("the file of the keyring");
    let wrapped = serde_json::from_slice(&wrapped).expect("a keyring");
    let keyring = Keyring::unlock(&root, &wrapped).expect("the keyring of this root key");
    Opening::new(Arc::new(keyring), Entropy::system())
}

fn gateway(
    store: &Arc<Store>,
    clock: Clock,
    entropy: Entropy,
    rows: Vec<&'static Row>,
    timing: Timing,
) -> Arc<Gateway> {
    Gateway::new(Parts {
        store: Arc::clone(store),
        keyring: keyring(),
        alarm: waiting::alarm(clock.clone()),
        clock,
        entropy,
        identities: iam::PORT,
        rows,
        settings: Settings {
            account: AccountId::parse(ACCOUNT).expect("an account"),
            region: Region::parse(REGION).expect("a region"),
            domains: vec!["localhost".to_owned()],
            refuse_signature_v2: false,
            delivery: timing,
        },
    })
}

/// A request to S3.
#[derive(Debug, Clone, Copy, Default)]
pub struct S3Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The raw path and query.
    pub target: &'a str,
    /// Headers besides the signature's.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

impl Kit {
    /// A kit that serves `rows`, with IAM's identities and an in-memory store.
    pub fn new(rows: &[&'static [Row]]) -> Self {
        Self::on(&Disk::with_power(), rows)
    }

    /// The same on a disk that a test may switch off.
    pub fn on(disk: &Disk, rows: &[&'static [Row]]) -> Self {
        Self::timed(disk, rows, TIMING)
    }

    /// The same with another timing of deliveries than [`TIMING`].
    pub fn timed(disk: &Disk, rows: &[&'static [Row]], timing: Timing) -> Self {
        let folder = Arc::new(TempDir::new().expect("a scratch directory"));
        let clock = Clock::manual(START);
        Self::open_timed(rows, folder, Some(disk), clock, 7, timing).expect("a store")
    }

    /// A kit over `folder`, whose state is on `disk` if there is one. Kits over the same folder
    /// that are opened one after the other are restarts; `seed` is the randomness from then on.
    ///
    /// Errors when the store cannot be opened, as without power.
    pub fn open(
        rows: &[&'static [Row]],
        folder: Arc<TempDir>,
        disk: Option<&Disk>,
        clock: Clock,
        seed: u64,
    ) -> Result<Self, Fault> {
        Self::open_timed(rows, folder, disk, clock, seed, TIMING)
    }

    fn open_timed(
        rows: &[&'static [Row]],
        folder: Arc<TempDir>,
        disk: Option<&Disk>,
        clock: Clock,
        seed: u64,
        timing: Timing,
    ) -> Result<Self, Fault> {
        let supply = Supply::default();
        let rows: Vec<_> = rows.iter().flat_map(|rows| rows.iter()).collect();
        let opening = opening(seed);
        let store = match disk {
            Some(disk) => disk.store(folder.path(), &opening)?,
            None => Store::open(folder.path(), &opening)?,
        };
        let store = Arc::new(store);
        let entropy = Entropy::supplied(seed, supply.clone());
        let gateway = gateway(&store, clock.clone(), entropy, rows.clone(), timing);
        let root = credentials("AKIAROOTROOTROOTROOT");
        let other_root = credentials("AKIAOTHEROTHEROTHERR");
        let kit = Self { gateway, store, clock, supply, root, other_root, rows, _folder: folder };
        kit.bootstrap(ACCOUNT, &kit.root)?;
        kit.bootstrap(OTHER_ACCOUNT, &kit.other_root)?;
        Ok(kit)
    }

    /// A second pipeline over the same store, as another server is that shares it: nothing that one
    /// of them keeps in memory is known to the other.
    pub fn second_gateway(&self, seed: u64) -> Arc<Gateway> {
        let timing = self.gateway.settings().delivery;
        let entropy = Entropy::seeded(seed);
        gateway(&self.store, self.clock.clone(), entropy, self.rows.clone(), timing)
    }

    fn bootstrap(&self, account: &str, root: &Credentials) -> Result<(), Fault> {
        let account = AccountId::parse(account).expect("an account");
        let (own, root) = (Arc::clone(&self.gateway), root.clone());
        let made = self.store.submit(move |tx| {
            let (keyring, entropy, now) = (own.keyring(), own.entropy(), own.clock().now());
            let (key, secret) = (&root.access_key_id, &root.secret);
            let made = iam::bootstrap(tx, keyring, entropy, &account, "test", key, secret, now);
            (made.map(|_| ()), Vec::new())
        });
        made.wait()?
    }

    /// A JSON 1.1 call by the root user; `target` is the whole `X-Amz-Target`.
    pub fn json(&self, target: &str, body: &Value) -> Answered {
        self.json_as(&self.root, target, body)
    }

    /// A JSON 1.1 call.
    pub fn json_as(&self, credentials: &Credentials, target: &str, body: &Value) -> Answered {
        let service = json_service(target);
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        self.send(credentials, service, "POST", "/", &headers, body.to_string().as_bytes())
    }

    /// A Query call by the root user to `iam` or `sts`.
    pub fn query(&self, service: &str, parameters: &[(&str, &str)]) -> Answered {
        self.query_as(&self.root, service, parameters)
    }

    /// A Query call.
    pub fn query_as(
        &self,
        credentials: &Credentials,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> Answered {
        self.begin_query_as(credentials, service, parameters).finish()
    }

    /// A Query call up to where it waits for the writer: what changes until it is finished is news
    /// to it.
    pub fn begin_query_as(
        &self,
        credentials: &Credentials,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> Pending {
        let pair = |(name, value): &(&str, &str)| {
            format!("{}={}", wire::uri::encode(name), wire::uri::encode(value))
        };
        let body = parameters.iter().map(pair).collect::<Vec<_>>().join("&");
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        self.begin_signed(credentials, service, &headers, body)
    }

    /// An S3 call by the root user.
    pub fn s3(&self, request: S3Request<'_>) -> Answered {
        self.s3_as(&self.root, request)
    }

    /// An S3 call.
    pub fn s3_as(&self, credentials: &Credentials, request: S3Request<'_>) -> Answered {
        let S3Request { method, target, headers, body } = request;
        self.send(credentials, "s3", method, target, headers, body)
    }

    /// A JSON 1.1 call up to where it waits: what changes until it is finished is news to it.
    pub fn begin_json_as(&self, credentials: &Credentials, target: &str, body: &Value) -> Pending {
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        self.begin_signed(credentials, json_service(target), &headers, body.to_string())
    }

    fn begin_signed(
        &self,
        credentials: &Credentials,
        service: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Pending {
        let (hash, now) = (payload_hash(body.as_bytes()), self.clock.now());
        let signature =
            sign_header("POST", HOST, "/", headers, &hash, credentials, REGION, service, now);
        let signature = signature.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let length = body.len().to_string();
        let length = [("content-length", length.as_str())];
        let all: Vec<_> = headers.iter().copied().chain(signature).chain(length).collect();
        self.begin(raw_head("POST", "/", &all), &Bytes::from(body))
    }

    /// A JSON 1.1 call by the root user in another region.
    pub fn json_in(&self, region: &str, target: &str, body: &Value) -> Answered {
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        let (service, body) = (json_service(target), body.to_string());
        self.send_in(region, &self.root, service, "POST", "/", &headers, body.as_bytes())
    }

    /// A signed request of any kind.
    pub fn send(
        &self,
        credentials: &Credentials,
        service: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answered {
        self.send_in(REGION, credentials, service, method, target, headers, body)
    }

    /// A signed request of any kind, in any region.
    #[expect(clippy::too_many_arguments, reason = "a request, a caller and a place")]
    pub fn send_in(
        &self,
        region: &str,
        credentials: &Credentials,
        service: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answered {
        let (hash, now) = (payload_hash(body), self.clock.now());
        let signature =
            sign_header(method, HOST, target, headers, &hash, credentials, region, service, now);
        let signature = signature.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = headers.iter().copied().chain(signature).collect();
        self.send_raw(method, target, &all, body)
    }

    /// A signed S3 request by the root user without the length of its body.
    pub fn without_length(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answered {
        let (hash, now) = (payload_hash(body), self.clock.now());
        let signature =
            sign_header(method, HOST, target, headers, &hash, &self.root, REGION, "s3", now);
        let signature = signature.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = headers.iter().copied().chain(signature).collect();
        let head = raw_head(method, target, &all);
        self.answer(head, &Bytes::copy_from_slice(body))
    }

    /// A request just as it is, signed or not.
    pub fn send_raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answered {
        let length = body.len().to_string();
        let given = headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        let all: Vec<_> = given.copied().chain([("content-length", length.as_str())]).collect();
        self.answer(raw_head(method, target, &all), &Bytes::copy_from_slice(body))
    }

    /// The response to a request with an arbitrary head.
    pub fn answer(&self, head: Head, body: &Bytes) -> Answered {
        self.begin(head, body).finish()
    }

    fn begin(&self, head: Head, body: &Bytes) -> Pending {
        match self.gateway.identify(&head) {
            Ok(identified) => Pending {
                operation: observed::operation(&identified, body),
                answer: self.begin_identified(identified, head, body),
            },
            Err(answer) => {
                Pending { operation: None, answer: Stage::Refused(Answered::from(*answer)) }
            }
        }
    }

    fn begin_identified(&self, identified: Identified, head: Head, body: &Bytes) -> Stage {
        let streamed = identified.body.is_streamed();
        let whole = if streamed { Bytes::new() } else { body.clone() };
        let (form, body) = match identified.body {
            gateway::BodyLimit::Form(_) => match form(&head, body) {
                Ok(reader) => (Some(reader), &Bytes::new()),
                Err(error) => {
                    let refused = self.gateway.refused(&identified, &error.wire());
                    return Stage::Refused(Answered::from(refused));
                }
            },
            gateway::BodyLimit::Buffered(_) | gateway::BodyLimit::Streamed(_) => (None, body),
        };
        let received = Received { head, body: whole, form, tls: None };
        let (begun, gate) = self.gateway.begin(identified, received);
        Stage::Answering(match begun {
            Begun::Answering(answering) => answering,
            Begun::Body(mut upload) => {
                let passed = match gate {
                    Some(mut gate) => gate
                        .push(body, &mut |bytes| upload.push(bytes))
                        .and_then(|()| gate.finish()),
                    None => upload.push(body).map(|()| Vec::new()),
                };
                upload.finish(passed)
            }
        })
    }

    /// Every event so far, oldest first.
    pub fn events(&self) -> Vec<Value> {
        let view = self.store.snapshot().expect("a snapshot");
        let rows = self.store.events_from(&view, 0, usize::MAX).expect("events");
        rows.iter().map(|row| serde_json::from_slice(&row.body).expect("a record")).collect()
    }

    /// The newest event of an operation.
    pub fn event(&self, name: &str) -> Value {
        let found = self.events().into_iter().rev().find(|event| event["eventName"] == name);
        let event = found.unwrap_or_else(|| panic!("no event is called {name}"));
        observed::event(&self.rows, &event);
        event
    }

    /// The newest event.
    pub fn last_event(&self) -> Value {
        let event = self.events().pop().expect("an event");
        observed::event(&self.rows, &event);
        event
    }

    /// A new user of [`ACCOUNT`] with an inline policy, and its access key.
    pub fn user(&self, name: &str, policy: &Value) -> Credentials {
        let version = ("Version", "2010-05-08");
        let user = ("UserName", name);
        self.query("iam", &[("Action", "CreateUser"), version, user]).ok();
        let document = policy.to_string();
        let put = [
            ("Action", "PutUserPolicy"),
            version,
            user,
            ("PolicyName", "inline"),
            ("PolicyDocument", &document),
        ];
        self.query("iam", &put).ok();
        let made = self.query("iam", &[("Action", "CreateAccessKey"), version, user]).ok();
        Credentials {
            access_key_id: made.element("AccessKeyId"),
            secret: made.element("SecretAccessKey"),
            session_token: None,
        }
    }
}

fn credentials(access_key_id: &str) -> Credentials {
    Credentials {
        access_key_id: access_key_id.to_owned(),
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    }
}
