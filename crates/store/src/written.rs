//! What rows are by a base and the frames after it, in bounded memory.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::sync::Arc;

use keys::{Keyring, sha256};

use crate::StoreError;
use crate::log::{Change, Head, Log};
use crate::redo::each_frame;
use crate::tx::Pairs;

/// About the bytes of what frames wrote that are in memory at once.
pub(crate) const SLICE_BYTES: usize = 32 << 20;
/// The bytes of a row in memory beside its key: a digest, an entry of the map, and what the allocator
/// adds.
const ROW_BYTES: usize = 160;

type Digest = [u8; 32];

/// The value that a row must have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Of a base.
    Bytes(Vec<u8>),
    /// Of a frame: its SHA-256.
    Digest(Digest),
}

impl Value {
    /// Whether it is this one.
    pub(crate) fn is(&self, shown: &[u8]) -> bool {
        match self {
            Self::Bytes(bytes) => bytes == shown,
            Self::Digest(digest) => *digest == sha256(shown),
        }
    }
}

/// What frames wrote to the rows of a range of keys; `None` for rows that they deleted.
#[derive(Debug)]
struct Slice {
    from: Vec<u8>,
    /// Where memory ended.
    to: Option<Vec<u8>>,
    rows: BTreeMap<Vec<u8>, Option<Digest>>,
    bytes: usize,
    bytes_max: usize,
}

impl Slice {
    fn beginning_with(from: Vec<u8>, bytes_max: usize) -> Self {
        Self { from, to: None, rows: BTreeMap::new(), bytes: 0, bytes_max }
    }

    fn note(&mut self, key: &[u8], value: Option<&[u8]>) {
        let is_behind = self.to.as_ref().is_some_and(|to| key >= to.as_slice());
        if key < self.from.as_slice() || is_behind {
            return;
        }
        let digest = value.map(sha256);
        if let Some(known) = self.rows.get_mut(key) {
            *known = digest;
            return;
        }
        self.bytes = self.bytes.saturating_add(row_bytes(key));
        self.rows.insert(key.to_vec(), digest);
        // One row remains, however long its key is.
        while self.bytes > self.bytes_max && self.rows.len() > 1 {
            let Some((last, _)) = self.rows.pop_last() else { return };
            self.bytes = self.bytes.saturating_sub(row_bytes(&last));
            self.to = Some(last);
        }
    }
}

fn row_bytes(key: &[u8]) -> usize {
    key.len().saturating_add(ROW_BYTES)
}

/// The rows of a base with what the frames after it wrote, ascending.
pub(crate) struct Wanted<'l> {
    base: Peekable<Pairs<'static>>,
    written: Peekable<std::collections::btree_map::IntoIter<Vec<u8>, Option<Digest>>>,
    /// Where `written` ends; `None` if it has all.
    to: Option<Vec<u8>>,
    log: &'l dyn Log,
    keyring: &'l Arc<Keyring>,
    /// Of the base, and the newest frame.
    between: (Head, Head),
    slice_bytes: usize,
}

impl<'l> Wanted<'l> {
    /// Over the rows of a base, with the frames `between` its own and the newest one.
    pub(crate) fn new(
        base: Pairs<'static>,
        log: &'l dyn Log,
        keyring: &'l Arc<Keyring>,
        between: (Head, Head),
        slice_bytes: usize,
    ) -> Self {
        let (written, to) = (BTreeMap::new().into_iter().peekable(), Some(Vec::new()));
        Self { base: base.peekable(), written, to, log, keyring, between, slice_bytes }
    }

    /// Reads the frames for the next range of keys.
    fn read_slice(&mut self, from: Vec<u8>) -> Result<(), StoreError> {
        let mut slice = Slice::beginning_with(from, self.slice_bytes);
        let (after, newest) = self.between;
        each_frame(self.log, self.keyring, after, newest, &mut |_, changes| {
            for change in changes {
                match change? {
                    Change::Put { key, value } => slice.note(key, Some(value)),
                    Change::Delete { key } => slice.note(key, None),
                    Change::Event(_) => {}
                }
            }
            Ok(())
        })?;
        (self.to, self.written) = (slice.to, slice.rows.into_iter().peekable());
        Ok(())
    }

    /// The next row of the base, if it comes before what was written, and is not overwritten.
    fn is_base_next(&mut self) -> bool {
        match (self.base.peek(), self.written.peek()) {
            (None, _) => false,
            (Some(Err(_)), _) => true,
            (Some(Ok((base, _))), Some((written, _))) => base < written,
            (Some(Ok((base, _))), None) => self.to.as_ref().is_none_or(|to| base < to),
        }
    }
}

impl Iterator for Wanted<'_> {
    type Item = Result<(Vec<u8>, Value), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.is_base_next() {
                let row = self.base.next()?;
                return Some(row.map(|(key, value)| (key, Value::Bytes(value))));
            }
            let Some((key, value)) = self.written.next() else {
                let from = self.to.take()?;
                if let Err(error) = self.read_slice(from) {
                    self.base = (Box::new(std::iter::empty()) as Pairs<'static>).peekable();
                    return Some(Err(error));
                }
                continue;
            };
            self.base.next_if(|row| row.as_ref().is_ok_and(|(base, _)| *base == key));
            if let Some(digest) = value {
                return Some(Ok((key, Value::Digest(digest))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Opening;
    use crate::log::{MemoryLog, Payload, Sealer};
    use crate::tx::Pair;
    use types::Entropy;

    fn key(number: u32) -> Vec<u8> {
        format!("row {number:05}").into_bytes()
    }

    /// A log of frames that write these rows.
    fn log(frames: &[Vec<(u32, Option<u32>)>]) -> MemoryLog {
        use crate::log::Log as _;
        let log = MemoryLog::default();
        let keyring = Opening::for_tests().keyring;
        let mut sealer = Sealer::start(&keyring, &Entropy::seeded(3)).unwrap();
        for frame in frames {
            let mut payload = Payload::new(1);
            for (row, value) in frame {
                let value = value.map(|value| value.to_be_bytes().repeat(50));
                payload.write(&key(*row), value.as_deref()).unwrap();
            }
            let mut turn = log.turn().unwrap();
            let frame = sealer.seal(&turn.head(), payload.as_bytes()).unwrap();
            turn.append(&frame).unwrap();
        }
        log
    }

    /// However little memory there is, the rows are the same, and no slice has more bytes.
    #[test]
    fn rows_are_the_same_in_any_memory() {
        use crate::log::Log as _;
        // Rows that are new, overwritten once and again, deleted, and deleted and written again.
        let frames: Vec<Vec<_>> = (0..40_u32)
            .map(|frame| {
                let row = |n: u32| (frame * 7_919 + n * 613) % 500;
                (0..25).map(|n| (row(n), (n % 5 > 0).then_some(frame * 100 + n))).collect()
            })
            .collect();
        let (log, keyring) = (log(&frames), Opening::for_tests().keyring);
        let base =
            || -> Vec<Pair> { (0..300).map(|n| (key(n * 2), n.to_be_bytes().to_vec())).collect() };
        let mut expected: BTreeMap<Vec<u8>, Value> =
            base().into_iter().map(|(key, value)| (key, Value::Bytes(value))).collect();
        for (row, value) in frames.iter().flatten() {
            match value {
                Some(value) => {
                    let digest = sha256(&value.to_be_bytes().repeat(50));
                    expected.insert(key(*row), Value::Digest(digest));
                }
                None => drop(expected.remove(&key(*row))),
            }
        }
        let expected: Vec<_> = expected.into_iter().collect();
        assert!(expected.len() > 300);
        for slice_bytes in [1, 170, 1_000, 20_000, usize::MAX] {
            let pairs: Pairs<'static> = Box::new(base().into_iter().map(Ok));
            let between = (Head::default(), log.head().unwrap());
            let found = Wanted::new(pairs, &log, &keyring, between, slice_bytes);
            let found: Result<Vec<_>, _> = found.collect();
            assert!(found.unwrap() == expected, "{slice_bytes}");
        }
    }

    /// A slice has no more bytes than it may have, in any order of writes, and has the first rows.
    #[test]
    fn a_slice_is_limited() {
        let mut slice = Slice::beginning_with(key(100), 10_000);
        for number in (0..20_000_u32).map(|n| n * 7_919 % 20_000) {
            slice.note(&key(number), Some(&[7; 5_000]));
            let bytes: usize = slice.rows.keys().map(|key| row_bytes(key)).sum();
            assert!(bytes == slice.bytes && bytes <= 10_000, "{bytes}");
        }
        let rows: Vec<_> = slice.rows.into_keys().collect();
        assert_eq!(rows, (100..).map(key).take(rows.len()).collect::<Vec<_>>());
        assert!(rows.len() > 50 && slice.to == Some(key(100 + u32::try_from(rows.len()).unwrap())));
    }

    /// A base whose frames are not there is none of this log.
    #[test]
    fn frames_of_another_log_are_an_error() {
        use crate::log::Log as _;
        let (log, keyring) = (log(&[vec![(1, Some(1))]]), Opening::for_tests().keyring);
        let other = Head { position: 0, tag: [7; 16] };
        let between = (other, log.head().unwrap());
        let mut found = Wanted::new(Box::new(std::iter::empty()), &log, &keyring, between, 100);
        assert!(found.next().unwrap().unwrap_err().is_corrupt());
        assert!(found.next().is_none());
    }
}
