//! Anchors of the history: what it was at an instant, to be kept elsewhere. A person who can replace
//! the whole data directory, and has the root key, cannot change the anchors that others keep.
//!
//! An anchor is taken from the log alone, so that it can be taken while a server has the directory
//! open. It names the newest frame by its tag, the newest segment by the code of the chain of
//! segments, and the hash of the events after it: so it can be judged even when the frame has left
//! the log.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use keys::{Domain, Keyring, Sha256, equal_in_constant_time};
use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::log::{Change, Changes, FileLog, Head, LOG_FOLDER, Log, Opener};
use crate::sealed::{SEGMENTS, Sealed, chain};
use crate::segment::SegmentMeta;
use crate::{Opening, Store, StoreError};

/// What the code of an anchor is a code of, among all that the keyring makes codes of.
const ANCHOR_LABEL: &[u8] = b"shoseki anchor of the history";
/// The form of anchors.
const VERSION: u32 = 1;
/// Events in memory at once while they are hashed.
const HASHED_AT_ONCE: usize = 512;

/// The history as of an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Anchor {
    version: u32,
    /// The name of the store.
    store: String,
    /// When it was taken, in milliseconds since 1970.
    time_ms: u64,
    /// The position of the newest frame of the log.
    frame: u64,
    /// Its tag, in hexadecimal digits.
    tag: String,
    /// The number of the newest event.
    event: u64,
    /// The number of the newest event in a segment.
    sealed_event: u64,
    /// The chain of segments up to it, in hexadecimal digits.
    chain: String,
    /// The hash of the events after it, in hexadecimal digits.
    tail_sha256: String,
    /// The code of all these.
    mac: String,
}

/// An anchor that cannot be judged by this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAnchored {
    /// It is no anchor, or was changed.
    Damaged,
    /// It is an anchor of another store.
    OtherStore,
}

/// What an anchor shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// The differences, in sentences; none if the history up to the anchor is what it was.
    pub findings: Vec<String>,
    /// What could not be compared any more, in sentences.
    pub expired: Vec<String>,
    /// Whether anything could be compared; otherwise the anchor proves nothing.
    pub is_compared: bool,
}

impl Anchor {
    /// Takes the anchor of the data directory `folder`, which a server may have open.
    pub fn taken(
        folder: &Path,
        with: &Opening,
        store: &str,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let log = FileLog::examine(&folder.join(LOG_FOLDER), with.log, &with.keyring)?;
        // What is anchored must not be lost when the power fails.
        log.make_durable()?;
        let (head, keyring) = (log.head()?, &with.keyring);
        let (sealed, next_seq) = newest_of(&log, keyring)?;
        let tail_sha256 = hash_of_tail(&log, keyring, sealed.last_seq)?;
        let anchor = Self {
            version: VERSION,
            store: store.to_owned(),
            time_ms: now.as_ms(),
            frame: head.position,
            tag: types::hex(&head.tag),
            event: next_seq.saturating_sub(1),
            sealed_event: sealed.last_seq,
            chain: sealed.chain,
            tail_sha256,
            mac: String::new(),
        };
        let mac = anchor.code(keyring);
        Ok(Self { mac, ..anchor })
    }

    /// The anchor in a file, if it is one of the store of this name and keyring.
    pub fn read(bytes: &[u8], keyring: &Keyring, store: &str) -> Result<Self, NotAnchored> {
        let anchor: Self = serde_json::from_slice(bytes).map_err(|_| NotAnchored::Damaged)?;
        if anchor.version != VERSION {
            return Err(NotAnchored::Damaged);
        }
        if anchor.store != store {
            return Err(NotAnchored::OtherStore);
        }
        let is_own = equal_in_constant_time(anchor.code(keyring).as_bytes(), anchor.mac.as_bytes());
        if is_own { Ok(anchor) } else { Err(NotAnchored::Damaged) }
    }

    /// When it was taken.
    pub fn time(&self) -> Timestamp {
        Timestamp::from_ms(self.time_ms)
    }

    /// The number of its newest event.
    pub fn event(&self) -> u64 {
        self.event
    }

    fn code(&self, keyring: &Keyring) -> String {
        let numbers =
            [self.time_ms, self.frame, self.event, self.sealed_event].map(u64::to_be_bytes);
        let [time, frame, event, sealed] = &numbers;
        let parts = [
            ANCHOR_LABEL,
            self.store.as_bytes(),
            time,
            frame,
            self.tag.as_bytes(),
            event,
            sealed,
            self.chain.as_bytes(),
            self.tail_sha256.as_bytes(),
        ];
        types::hex(&keyring.mac(Domain::Integrity, &parts))
    }
}

/// The newest segment that is registered in the log, and the number of the next event.
///
/// A registration is never trimmed before the next one: it comes after the events of its segment.
fn newest_of(log: &FileLog, keyring: &Arc<Keyring>) -> Result<(Sealed, u64), StoreError> {
    let (mut sealed, mut next_seq, mut first_seq) = (None, 1, None);
    let mut opener = Opener::new(Arc::clone(keyring));
    log.read(log.first()?, &mut |frame| {
        let payload = opener.open(&frame)?;
        let mut changes = Changes::of(payload.as_bytes())?;
        first_seq.get_or_insert(changes.next_seq());
        for change in &mut changes {
            if let Change::Put { key, value } = change? {
                sealed = Sealed::in_row(key, value)?.or(sealed.take());
            }
        }
        next_seq = changes.next_seq();
        Ok(ControlFlow::Continue(()))
    })?;
    // Those of before a conversion are in segments that are in no chain.
    let last_seq = first_seq.unwrap_or(1).saturating_sub(1);
    Ok((sealed.unwrap_or(Sealed { last_seq, ..Sealed::default() }), next_seq))
}

/// The hash of the events of the log after `last_seq`.
fn hash_of_tail(
    log: &FileLog,
    keyring: &Arc<Keyring>,
    last_seq: u64,
) -> Result<String, StoreError> {
    let (mut hash, mut opener) = (TailHash::new(), Opener::new(Arc::clone(keyring)));
    log.read(log.first()?, &mut |frame| {
        let payload = opener.open(&frame)?;
        for change in Changes::of(payload.as_bytes())? {
            if let Change::Event(event) = change?
                && event.seq > last_seq
            {
                hash.add(event.seq, event.body);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(hash.finish())
}

struct TailHash(Sha256);

impl TailHash {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn add(&mut self, seq: u64, body: &[u8]) {
        self.0.update(&seq.to_be_bytes());
        self.0.update(&u64::try_from(body.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(body);
    }

    fn finish(self) -> String {
        types::hex(&self.0.finish())
    }
}

impl Store {
    /// Compares the history with an anchor of this store that was taken earlier.
    pub fn judge(&self, anchor: &Anchor) -> Result<Judged, StoreError> {
        let (view, mut judged) = (self.snapshot()?, Judged::default());
        let (head, last_seq) = (view.view.point.head, view.last_seq()?);
        let Anchor { frame, event, .. } = anchor;
        // An anchor of no events is fulfilled by any history.
        judged.is_compared = *event == 0;
        if head.position < *frame || last_seq < *event {
            judged.findings.push(format!(
                "the history was cut: it ends with event {last_seq} (frame {}), the anchor has \
                 event {event} (frame {frame})",
                head.position
            ));
            return Ok(judged);
        }
        self.judge_frame(anchor, head, &mut judged)?;
        let segments = SEGMENTS.all(&view.tx(), "")?;
        let segments: Vec<SegmentMeta> = segments.into_iter().map(|(_, meta)| meta).collect();
        self.judge_chain(anchor, &segments, &Sealed::of(&view)?, &mut judged);
        self.judge_events(anchor, &mut judged)?;
        Ok(judged)
    }

    fn judge_frame(
        &self,
        anchor: &Anchor,
        head: Head,
        judged: &mut Judged,
    ) -> Result<(), StoreError> {
        let frame = anchor.frame;
        if frame == 0 {
            return Ok(());
        }
        if frame < self.shared.log.first()? {
            judged.expired.push(format!("frame {frame} has left the log"));
            return Ok(());
        }
        let own = if frame == head.position { head } else { self.shared.head_at(frame)? };
        judged.is_compared = true;
        if types::hex(&own.tag) != anchor.tag {
            judged.findings.push(format!(
                "the history was rewritten before event {}: frame {frame} is another one",
                anchor.event
            ));
        }
        Ok(())
    }

    /// The anchored chain must be a part of today's.
    fn judge_chain(
        &self,
        anchor: &Anchor,
        segments: &[SegmentMeta],
        sealed: &Sealed,
        judged: &mut Judged,
    ) {
        let last = anchor.sealed_event;
        if anchor.chain.is_empty() {
            return;
        }
        if sealed.chain == anchor.chain {
            judged.is_compared = true;
            return;
        }
        // Checked against each other by the check of the directory.
        let is_part = segments.iter().any(|meta| {
            meta.after == anchor.chain
                || (meta.last_seq == last && chain(&self.shared.keyring, meta) == anchor.chain)
        });
        if is_part {
            judged.is_compared = true;
            return;
        }
        if segments.first().is_none_or(|oldest| oldest.first_seq > last.saturating_add(1)) {
            judged.expired.push(format!("the segments up to event {last} have expired"));
            return;
        }
        judged.findings.push(format!(
            "the history was rewritten before event {last}: its segment is another one"
        ));
    }

    fn judge_events(&self, anchor: &Anchor, judged: &mut Judged) -> Result<(), StoreError> {
        let (first, last) = (anchor.sealed_event.saturating_add(1), anchor.event);
        let (view, mut hash, mut next) = (self.snapshot()?, TailHash::new(), first);
        while next <= last {
            let wanted = last.saturating_sub(next).saturating_add(1);
            let limit = usize::try_from(wanted).unwrap_or(HASHED_AT_ONCE).min(HASHED_AT_ONCE);
            let rows = self.events_from(&view, next, limit)?;
            if rows.first().is_none_or(|row| row.seq != next) {
                judged.expired.push(format!("event {next} has expired"));
                return Ok(());
            }
            for row in rows {
                hash.add(row.seq, &row.body);
                next = row.seq.saturating_add(1);
            }
        }
        judged.is_compared |= first <= last;
        if hash.finish() != anchor.tail_sha256 {
            judged.findings.push(format!(
                "the history was rewritten: the events from {first} to {last} are not the anchored \
                 ones"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::NewEvent;

    const NAME: &str = "store";

    fn open(folder: &Path) -> Store {
        Store::open(folder, &Opening::for_tests()).unwrap()
    }

    fn add(store: &Store, count: u64, what: u8) {
        for second in 0..count {
            let time = Timestamp::from_secs(second);
            let event = NewEvent { time, terms: vec![7], body: vec![what; 3_000] };
            store.submit(move |_| ((), vec![event])).wait().unwrap();
        }
    }

    fn anchor(folder: &Path) -> Anchor {
        let now = Timestamp::from_secs(9);
        let with = Opening::for_tests();
        let taken = Anchor::taken(folder, &with, NAME, now).unwrap();
        let bytes = serde_json::to_vec(&taken).unwrap();
        assert_eq!(Anchor::read(&bytes, &with.keyring, NAME).as_ref(), Ok(&taken));
        taken
    }

    fn copied(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                copied(&entry.path(), &to);
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }

    fn judged(store: &Store, anchor: &Anchor) -> (Vec<String>, usize) {
        let judged = store.judge(anchor).unwrap();
        (judged.findings, judged.expired.len())
    }

    fn is_rewritten(store: &Store, anchor: &Anchor) -> bool {
        let (findings, _) = judged(store, anchor);
        !findings.is_empty() && findings.iter().all(|found| found.contains("was rewritten"))
    }

    /// Taken while the store is open; judged after more events, in segments, without the frames, and
    /// without the events.
    #[test]
    fn a_history_that_goes_on_is_the_anchored_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let mut anchors = vec![anchor(folder.path())];
        for round in 0..4 {
            add(&store, 12, b'a');
            anchors.push(anchor(folder.path()));
            add(&store, 3, b'b');
            if round % 2 == 1 {
                store.seal(1).unwrap();
            }
            anchors.push(anchor(folder.path()));
        }
        add(&store, 1, b'c');
        let events: Vec<u64> = anchors.iter().map(Anchor::event).collect();
        assert_eq!(events, [0, 12, 15, 27, 30, 42, 45, 57, 60]);
        assert!(anchors.iter().all(|anchor| judged(&store, anchor) == (vec![], 0)));
        store.shared.log.trim(Sealed::of(&store.snapshot().unwrap()).unwrap().frame).unwrap();
        assert!(anchors.iter().all(|anchor| judged(&store, anchor).0.is_empty()));
        assert!(anchors.iter().any(|anchor| judged(&store, anchor).1 == 1), "frames are gone");
        assert!(anchors.iter().all(|anchor| store.judge(anchor).unwrap().is_compared));
        anchors.push(anchor(folder.path()));
        store.expire(Timestamp::from_secs(99), 40).unwrap();
        assert!(anchors.iter().all(|anchor| judged(&store, anchor).0.is_empty()));
        let compared = |at: usize| store.judge(&anchors[at]).unwrap().is_compared;
        assert!(compared(0) && !compared(1), "all that the first anchor names has expired");
        drop(store);
        let store = open(folder.path());
        assert!(anchors.iter().all(|anchor| judged(&store, anchor).0.is_empty()));
    }

    /// A directory that was put back, also after it has grown beyond the anchor again, is found, by
    /// the frame, and without it by the events.
    #[test]
    fn a_history_that_was_cut_or_rewritten_is_found() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = open(folder.path());
        add(&store, 5, b'a');
        let early = anchor(folder.path());
        drop(store);
        copied(folder.path(), other.path());
        let store = open(folder.path());
        add(&store, 20, b'a');
        let before_segment = anchor(folder.path());
        store.seal(1).unwrap();
        add(&store, 2, b'a');
        let after_segment = anchor(folder.path());
        let forged = open(other.path());
        for anchor in [&before_segment, &after_segment] {
            let (findings, _) = judged(&forged, anchor);
            assert!(findings[0].starts_with("the history was cut: it ends with event 5"));
        }
        add(&forged, 40, b'x');
        for round in 0..3 {
            assert_eq!(judged(&forged, &early).0, Vec::<String>::new(), "{round}");
            assert!(is_rewritten(&forged, &before_segment), "{round}");
            assert!(is_rewritten(&forged, &after_segment), "{round}");
            forged.seal(1).unwrap();
            add(&forged, 30, b'x');
            let sealed = Sealed::of(&forged.snapshot().unwrap()).unwrap();
            forged.shared.log.trim(sealed.frame).unwrap();
        }
        assert_eq!(judged(&store, &before_segment).0, Vec::<String>::new());
    }

    /// Every changed byte, another store, and what is no anchor.
    #[test]
    fn only_own_anchors_are_judged() {
        let folder = tempfile::tempdir().unwrap();
        let (store, with) = (open(folder.path()), Opening::for_tests());
        add(&store, 3, b'a');
        let read = |bytes: &[u8]| Anchor::read(bytes, &with.keyring, NAME).unwrap_err();
        let bytes = serde_json::to_vec(&anchor(folder.path())).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            // Another name is the name of another store.
            let named = br#"{"version":1,"store":""#.len();
            let want = if (named..named + NAME.len()).contains(&at) {
                NotAnchored::OtherStore
            } else {
                NotAnchored::Damaged
            };
            assert_eq!(read(&changed), want, "byte {at}");
        }
        assert_eq!(read(b"{}"), NotAnchored::Damaged);
        let other = Anchor::read(&bytes, &with.keyring, "other").unwrap_err();
        assert_eq!(other, NotAnchored::OtherStore);
    }
}
