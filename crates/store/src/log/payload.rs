use types::Timestamp;

use crate::segment::EventRow;
use crate::{NewEvent, StoreError};

/// The first byte of a payload.
const VERSION: u8 = 1;
/// Set if a watched table was changed.
const WATCHED: u8 = 1;
const PUT: u8 = 1;
const DELETE: u8 = 2;
const EVENT: u8 = 3;
/// Version, flags, number of the first event.
const HEADER_BYTES: usize = 1 + 1 + 8;

/// One thing that a commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<'p> {
    /// A row has this value.
    Put {
        /// Its key, with its table.
        key: &'p [u8],
        /// Its bytes.
        value: &'p [u8],
    },
    /// A row is gone.
    Delete {
        /// Its key, with its table.
        key: &'p [u8],
    },
    /// An event happened.
    Event(EventRef<'p>),
}

/// An event in a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRef<'p> {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub time: Timestamp,
    /// Its hashes, eight bytes each.
    terms: &'p [u8],
    /// The record.
    pub body: &'p [u8],
}

impl EventRef<'_> {
    /// The hashes by which event history finds it.
    pub fn terms(&self) -> impl Iterator<Item = u64> {
        self.terms.as_chunks().0.iter().map(|term| u64::from_be_bytes(*term))
    }

    /// The same, on its own.
    pub(crate) fn row(&self) -> EventRow {
        let (terms, body) = (self.terms().collect(), self.body.to_vec());
        EventRow { seq: self.seq, time: self.time, terms, body }
    }
}

/// What one commit does, as the payload of its frame: changes in the order in which they were made.
///
/// `version (1) | flags (1) | number of the first event (8)`, then for each change its kind (1),
/// the lengths of its parts (4 each), and the parts. An event's are its instant (8), its terms, its
/// record.
#[derive(Debug)]
pub struct Payload {
    bytes: Vec<u8>,
    next_seq: u64,
}

impl Payload {
    /// An empty commit, whose first event will have the number `next_seq`.
    pub fn new(next_seq: u64) -> Self {
        Self { bytes: [&[VERSION, 0], next_seq.to_be_bytes().as_slice()].concat(), next_seq }
    }

    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.bytes.len() == HEADER_BYTES
    }

    /// As it is sealed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of the next event.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Notes that a watched table was changed.
    pub fn watch(&mut self) {
        if let Some(flags) = self.bytes.get_mut(1) {
            *flags |= WATCHED;
        }
    }

    /// Gives a row a value, or deletes it. Errors if key or value have 4 GiB or more.
    pub fn write(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), StoreError> {
        match value {
            Some(value) => self.add(PUT, &[key, value]),
            None => self.add(DELETE, &[key]),
        }
    }

    /// Adds an event and returns its number. Errors if a part of it has 4 GiB or more.
    pub fn event(&mut self, event: &NewEvent) -> Result<u64, StoreError> {
        let seq = self.next_seq;
        let terms: Vec<u8> = event.terms.iter().flat_map(|term| term.to_be_bytes()).collect();
        self.add(EVENT, &[&event.time.as_ms().to_be_bytes(), &terms, &event.body])?;
        self.next_seq = seq.saturating_add(1);
        Ok(seq)
    }

    fn add(&mut self, kind: u8, parts: &[&[u8]]) -> Result<(), StoreError> {
        let mark = self.bytes.len();
        self.bytes.push(kind);
        for part in parts {
            let Ok(len) = u32::try_from(part.len()) else {
                self.bytes.truncate(mark);
                return Err(StoreError::engine("a part of a commit is longer than 4 GiB"));
            };
            self.bytes.extend(len.to_be_bytes());
        }
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        Ok(())
    }
}

/// The changes of a payload, in their order.
#[derive(Debug, Clone)]
pub struct Changes<'p> {
    rest: &'p [u8],
    next_seq: u64,
    /// Whether a watched table was changed.
    pub watched: bool,
}

impl<'p> Changes<'p> {
    /// Reads a payload. Errors with [`StoreError::is_unknown_format`] if a later release made it,
    /// and with [`StoreError::is_corrupt`] if it is none.
    pub fn of(payload: &'p [u8]) -> Result<Self, StoreError> {
        let (&version, rest) = payload.split_first().ok_or_else(damaged)?;
        if version != VERSION {
            return Err(StoreError::unknown_format(version.into()));
        }
        let (&flags, rest) = rest.split_first().ok_or_else(damaged)?;
        let (first_seq, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let next_seq = u64::from_be_bytes(*first_seq);
        Ok(Self { rest, next_seq, watched: flags & WATCHED != 0 })
    }

    /// The number of the event after those that were read.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    fn read(&mut self) -> Option<Change<'p>> {
        let (&kind, rest) = self.rest.split_first()?;
        let (change, rest) = match kind {
            PUT => {
                let ([key, value], rest) = parts(rest)?;
                (Change::Put { key, value }, rest)
            }
            DELETE => {
                let ([key], rest) = parts(rest)?;
                (Change::Delete { key }, rest)
            }
            EVENT => {
                let ([time, terms, body], rest) = parts(rest)?;
                let (time, []) = time.split_first_chunk()? else { return None };
                let time = Timestamp::from_ms(u64::from_be_bytes(*time));
                let seq = self.next_seq;
                let event = terms.len().is_multiple_of(8);
                self.next_seq = seq.saturating_add(1);
                (event.then_some(Change::Event(EventRef { seq, time, terms, body }))?, rest)
            }
            _ => return None,
        };
        self.rest = rest;
        Some(change)
    }
}

impl<'p> Iterator for Changes<'p> {
    type Item = Result<Change<'p>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let change = self.read();
        if change.is_none() {
            self.rest = &[];
        }
        Some(change.ok_or_else(damaged))
    }
}

/// `N` parts behind their lengths, and what follows.
fn parts<const N: usize>(bytes: &[u8]) -> Option<([&[u8]; N], &[u8])> {
    let (lengths, mut rest) = bytes.split_at_checked(N.checked_mul(4)?)?;
    let mut parts = [[].as_slice(); N];
    for (part, len) in parts.iter_mut().zip(lengths.as_chunks().0) {
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
        (*part, rest) = rest.split_at_checked(len)?;
    }
    Some((parts, rest))
}

fn damaged() -> StoreError {
    StoreError::corrupt("the payload of a frame is none")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Write(Vec<u8>, Option<Vec<u8>>),
        Event(NewEvent),
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 0..40)
    }

    fn step() -> impl Strategy<Value = Step> {
        let terms = proptest::collection::vec(any::<u64>(), 0..4);
        prop_oneof![
            (bytes(), proptest::option::of(bytes()))
                .prop_map(|(key, value)| Step::Write(key, value)),
            (any::<u64>(), terms, bytes()).prop_map(|(ms, terms, body)| {
                Step::Event(NewEvent { time: Timestamp::from_ms(ms), terms, body })
            }),
        ]
    }

    fn made(first_seq: u64, steps: &[Step], watched: bool) -> Payload {
        let mut payload = Payload::new(first_seq);
        for step in steps {
            match step {
                Step::Write(key, value) => payload.write(key, value.as_deref()).unwrap(),
                Step::Event(event) => drop(payload.event(event).unwrap()),
            }
        }
        if watched {
            payload.watch();
        }
        payload
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            first_seq in 0..u64::MAX / 2,
            steps in proptest::collection::vec(step(), 0..20),
            watched: bool,
        ) {
            let payload = made(first_seq, &steps, watched);
            prop_assert_eq!(payload.is_empty(), steps.is_empty());
            let mut changes = Changes::of(payload.as_bytes()).unwrap();
            prop_assert_eq!(changes.watched, watched);
            let mut seq = first_seq;
            for step in steps {
                let change = changes.next().unwrap().unwrap();
                match (&step, change) {
                    (Step::Write(key, Some(value)), Change::Put { key: k, value: v }) => {
                        prop_assert_eq!((key.as_slice(), value.as_slice()), (k, v));
                    }
                    (Step::Write(key, None), Change::Delete { key: k }) => prop_assert_eq!(key, k),
                    (Step::Event(event), Change::Event(read)) => {
                        prop_assert_eq!((seq, event.time), (read.seq, read.time));
                        prop_assert_eq!(&event.terms, &read.terms().collect::<Vec<_>>());
                        prop_assert_eq!(event.body.as_slice(), read.body);
                        seq += 1;
                    }
                    (step, change) => prop_assert!(false, "{step:?} became {change:?}"),
                }
            }
            prop_assert!(changes.next().is_none());
            prop_assert_eq!((changes.next_seq(), payload.next_seq()), (seq, seq));
        }

        /// No bytes make it panic or read for ever, and what is cut short is noticed.
        #[test]
        fn other_bytes_are_damage(
            steps in proptest::collection::vec(step(), 1..6),
            cut: proptest::sample::Index,
            noise in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let whole = made(1, &steps, false);
            let cut = cut.index(whole.as_bytes().len());
            let read = Changes::of(&whole.as_bytes()[..cut]);
            let read: Result<Vec<_>, _> = read.and_then(Iterator::collect);
            prop_assert!(read.is_err() || read.unwrap().len() < steps.len());
            if let Ok(changes) = Changes::of(&noise) {
                prop_assert!(changes.count() <= noise.len());
            }
        }
    }

    #[test]
    fn a_later_version_is_unknown() {
        let mut later = Payload::new(1).as_bytes().to_vec();
        later[0] = VERSION + 1;
        assert!(Changes::of(&later).unwrap_err().is_unknown_format());
        assert!(Changes::of(&[]).unwrap_err().is_corrupt());
    }

    #[test]
    fn kinds_and_terms_that_do_not_exist_are_damage() {
        let bytes = |rest: &[u8]| [Payload::new(1).as_bytes(), rest].concat();
        let with_half_a_term = [EVENT, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0, 0];
        for broken in
            [bytes(&[9]), bytes(&[PUT]), bytes(&[&with_half_a_term[..], &[0; 12]].concat())]
        {
            let mut changes = Changes::of(&broken).unwrap();
            assert!(changes.next().unwrap().unwrap_err().is_corrupt());
            assert!(changes.next().is_none());
        }
    }
}
