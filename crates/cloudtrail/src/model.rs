//! What is stored.
//!
//! A trail's settings and the progress of its delivery are separate rows: the settings change by
//! calls, the progress by the delivery worker, and neither has to wait for the other.

use gateway::Fault;
use serde::{Deserialize, Serialize};
use store::{Table, Tx, key};
use trail::digest::{Chain, DigestedFile, Link};
use trail::names::TrailName;
use trail::selectors::Selection;
use types::{AccountId, Arn, Region, Timestamp};

/// Trails by account, home region and name.
pub(crate) const TRAILS: Table<Trail> = Table::new("cloudtrail.trail");
/// Progress of delivery by the trail's id.
pub(crate) const PROGRESS: Table<Progress> = Table::new("cloudtrail.progress");
/// Files to be delivered by trail id, lane and number.
pub(crate) const WAITING: Table<Waiting> = Table::new("cloudtrail.waiting");
/// Delivered log files that no digest names yet, by trail id, region and number.
pub(crate) const UNDIGESTED: Table<Undigested> = Table::new("cloudtrail.undigested");
/// Files that were given up after 30 days, by trail id and number.
pub(crate) const LOST: Table<Lost> = Table::new("cloudtrail.lost");
/// The digests' key pairs by region and fingerprint.
pub(crate) const PUBLIC_KEYS: Table<PublicKey> = Table::new("cloudtrail.public_key");

/// A trail's settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "AWS's settings, each by itself")]
pub(crate) struct Trail {
    /// Tells this trail from a later one of the same name.
    pub(crate) id: String,
    pub(crate) account: AccountId,
    pub(crate) home_region: Region,
    pub(crate) name: TrailName,
    pub(crate) bucket: String,
    pub(crate) prefix: Option<String>,
    pub(crate) include_global_service_events: bool,
    pub(crate) is_multi_region: bool,
    pub(crate) validates_log_files: bool,
    /// The ARN of the key.
    pub(crate) kms_key: Option<String>,
    pub(crate) recursive_logging: Option<bool>,
    pub(crate) selection: Selection,
    pub(crate) has_custom_event_selectors: bool,
    pub(crate) tags: Vec<(String, Option<String>)>,
    pub(crate) is_logging: bool,
    pub(crate) started: Option<Timestamp>,
    pub(crate) stopped: Option<Timestamp>,
}

impl Trail {
    pub(crate) fn arn(&self) -> Arn {
        trail::names::trail_arn(&self.home_region, &self.account, &self.name)
    }

    pub(crate) fn key(&self) -> Vec<u8> {
        trail_key(&self.account, &self.home_region, &self.name)
    }

    pub(crate) fn save(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        Ok(TRAILS.put(tx, self.key(), self)?)
    }

    /// Whether it is shown in `region`: its home, or as a shadow.
    pub(crate) fn is_visible_in(&self, region: &Region) -> bool {
        self.is_multi_region || self.home_region == *region
    }

    /// Which events it wants, from now on.
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            is_multi_region: self.is_multi_region,
            include_global_service_events: self.include_global_service_events,
            recursive_logging: self.recursive_logging != Some(false),
            selection: self.selection.clone(),
            bucket: self.bucket.clone(),
            prefix: self.prefix.clone(),
        }
    }
}

pub(crate) fn trail_key(account: &AccountId, region: &Region, name: &TrailName) -> Vec<u8> {
    key([account.as_str(), region.as_str(), name.as_str()])
}

/// All trails of an account, in all regions.
pub(crate) fn trails_of(tx: &Tx<'_>, account: &AccountId) -> Result<Vec<Trail>, Fault> {
    let rows = TRAILS.all(tx, key([account.as_str()]))?;
    Ok(rows.into_iter().map(|(_, trail)| trail).collect())
}

/// How far the delivery of a trail has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Where the trail is, or was.
    pub(crate) account: AccountId,
    pub(crate) home_region: Region,
    pub(crate) name: TrailName,
    /// The settings that the trail had when it was deleted.
    pub(crate) deleted: Option<Box<Trail>>,
    /// Stretches of the event log that are still to be put into files.
    pub(crate) spans: Vec<Span>,
    /// The number of the next file.
    pub(crate) next_file: u64,
    /// The chains of digests, by the region whose files they name.
    pub(crate) chains: Vec<ChainState>,
    /// The chains that have ended, the last of each region: their newest digests are remembered.
    #[serde(default)]
    pub(crate) ended: Vec<ChainState>,
    /// The lanes that refused their last file.
    #[serde(default)]
    pub(crate) outages: Vec<Outage>,
    pub(crate) status: Status,
}

/// A lane that refuses files: all of it rests until its next attempt is due.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outage {
    pub(crate) lane: String,
    pub(crate) last_attempt: Timestamp,
    pub(crate) attempts: u32,
    /// The request that was refused last.
    #[serde(default)]
    pub(crate) request_id: String,
}

impl Progress {
    pub(crate) fn new(trail: &Trail) -> Self {
        Self {
            account: trail.account.clone(),
            home_region: trail.home_region.clone(),
            name: trail.name.clone(),
            deleted: None,
            spans: Vec::new(),
            next_file: 0,
            chains: Vec::new(),
            ended: Vec::new(),
            outages: Vec::new(),
            status: Status::default(),
        }
    }

    /// Ends the open span before event `seq`, and opens one from there if the trail logs.
    ///
    /// Events before are judged by the settings of their time, events after by the new ones.
    pub(crate) fn turn(&mut self, trail: &Trail, seq: u64) {
        for span in &mut self.spans {
            span.until = Some(span.until.map_or(seq, |until| until.min(seq)));
        }
        self.spans.retain(|span| span.until.is_none_or(|until| span.next < until));
        if trail.is_logging {
            self.spans.push(Span { next: seq, until: None, filter: trail.filter() });
        }
    }

    /// Starts a chain for a region that has none.
    pub(crate) fn ensure_chain(&mut self, region: &str, now: Timestamp) {
        match self.chains.iter_mut().find(|state| state.region == region) {
            // Assumed: logging that starts again before the last digest continues the chain.
            Some(state) => state.chain.closing = None,
            None => self.chains.push(ChainState {
                region: region.to_owned(),
                chain: Chain::starting(now),
                newest: None,
            }),
        }
    }
}

/// A stretch of the event log, and which of its events are wanted where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Span {
    /// The first event that is not in a file yet.
    pub(crate) next: u64,
    /// The first event that belongs to it no more.
    pub(crate) until: Option<u64>,
    pub(crate) filter: Filter,
}

/// The settings by which events are judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Filter {
    pub(crate) is_multi_region: bool,
    pub(crate) include_global_service_events: bool,
    pub(crate) recursive_logging: bool,
    pub(crate) selection: Selection,
    pub(crate) bucket: String,
    pub(crate) prefix: Option<String>,
}

/// A chain of digests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ChainState {
    pub(crate) region: String,
    pub(crate) chain: Chain,
    /// The newest digest: what the next one refers to, and the anchor of the chain.
    pub(crate) newest: Option<StoredLink>,
}

/// A digest, as the next one refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredLink {
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) hash: String,
    pub(crate) signature: String,
}

impl From<Link> for StoredLink {
    fn from(link: Link) -> Self {
        let Link { bucket, object, hash, signature } = link;
        Self { bucket, object, hash, signature }
    }
}

impl From<StoredLink> for Link {
    fn from(link: StoredLink) -> Self {
        let StoredLink { bucket, object, hash, signature } = link;
        Self { bucket, object, hash, signature }
    }
}

/// What `GetTrailStatus` tells.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) delivered: Option<Timestamp>,
    pub(crate) delivery_attempted: Option<Timestamp>,
    pub(crate) delivery_error: Option<String>,
    pub(crate) digest_delivered: Option<Timestamp>,
    pub(crate) digest_error: Option<String>,
    /// Of the last log file: milliseconds from its oldest event to its delivery.
    #[serde(default)]
    pub(crate) delay_ms: Option<u64>,
}

/// A file on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// The region whose events it tells of.
    pub(crate) region: String,
    pub(crate) bucket: String,
    pub(crate) object: String,
    /// When it was made: its thirty days begin here.
    pub(crate) made: Timestamp,
    pub(crate) content: Content,
}

impl Waiting {
    /// What shares its fate: the files of one kind in one folder of a bucket.
    ///
    /// Policies tell buckets, prefixes and the two kinds of files apart, so one lane may be closed
    /// while another is open.
    pub(crate) fn lane(&self) -> String {
        // Region, year, month, day and name lie below.
        let folder = self.object.rsplitn(6, '/').last().unwrap_or_default();
        format!("{}/{folder}", self.bucket)
    }

    /// Puts it behind the others of its lane.
    pub(crate) fn save(
        &self,
        tx: &mut Tx<'_>,
        trail_id: &str,
        progress: &mut Progress,
    ) -> Result<(), Fault> {
        let number = format!("{:020}", progress.next_file);
        progress.next_file = progress.next_file.saturating_add(1);
        Ok(WAITING.put(tx, key([trail_id, &self.lane(), &number]), self)?)
    }
}

/// What is in a file on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Content {
    /// A log file of these events, as ranges of numbers, both ends included.
    Log(Vec<(u64, u64)>),
    /// A digest: its bytes in base64, its end, and its metadata.
    Digest { gz: String, metadata: Vec<(String, String)> },
}

/// A delivered log file that no digest names yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Undigested {
    pub(crate) delivered: Timestamp,
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) hash: String,
    pub(crate) newest: Option<Timestamp>,
    pub(crate) oldest: Option<Timestamp>,
}

impl From<Undigested> for DigestedFile {
    fn from(file: Undigested) -> Self {
        let Undigested { bucket, object, hash, newest, oldest, .. } = file;
        Self { bucket, object, hash, newest, oldest }
    }
}

/// A file that could not be delivered within 30 days.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lost {
    pub(crate) given_up: Timestamp,
    pub(crate) error: Option<String>,
    pub(crate) file: Waiting,
}

/// A key pair of digests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PublicKey {
    pub(crate) fingerprint: String,
    /// PKCS#1 DER in base64, as `ListPublicKeys` shows it.
    pub(crate) value: String,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// The end of the earliest digest that it signed, if that is of a time before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) late: Option<Timestamp>,
    /// The private key in PKCS#8, sealed, in base64; wiped when its time is over.
    pub(crate) sealed: Option<String>,
}

impl PublicKey {
    /// From when on there are digests that it may have signed.
    pub(crate) fn since(&self) -> Timestamp {
        self.late.map_or(self.from, |late| late.min(self.from))
    }
}
