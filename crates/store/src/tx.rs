use std::collections::BTreeMap;
use std::fmt;
use std::ops::{ControlFlow, Deref, DerefMut};

use redb::{ReadableTable, Value};

use crate::StoreError;
use crate::memo::Memo;

/// A key with its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// Pairs in ascending order of their keys.
pub(crate) type Pairs<'s> = Box<dyn Iterator<Item = Result<Pair, StoreError>> + 's>;

/// The rows under the layers of a [`Tx`]: those of a snapshot, or of the jobs before this one.
pub(crate) trait Rows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    fn range<'s>(&'s self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'s>, StoreError>;
}

impl<T: ReadableTable<&'static [u8], &'static [u8]>> Rows for T {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(ReadableTable::get(self, key)?.map(|guard| guard.value().to_vec()))
    }

    fn range<'s>(&'s self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'s>, StoreError> {
        let range = match to {
            Some(to) => ReadableTable::range::<&[u8]>(self, from..to)?,
            None => ReadableTable::range::<&[u8]>(self, from..)?,
        };
        Ok(Box::new(range.map(|entry| {
            let (key, value) = entry?;
            Ok((owned(key.value()), owned(value.value())))
        })))
    }
}

fn owned(bytes: <&'static [u8] as Value>::SelfType<'_>) -> Vec<u8> {
    bytes.to_vec()
}

/// Visits one pair after the other until the callback breaks.
type Visitor<'v> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'v;

type Layer = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// One transaction: reads of the committed state, writes buffered until they are kept or dropped.
///
/// The owner of the [`LayeredTx`] around it decides whether writes are kept: a `&mut Tx` can be lent
/// to code that must not decide.
///
/// On a snapshot, a write fails with an error for which [`StoreError::needs_writer`] is true.
pub struct Tx<'a> {
    base: &'a dyn Rows,
    kept: Layer,
    open: Vec<Layer>,
    writable: bool,
    next_seq: u64,
    pub(crate) memo: Option<&'a Memo>,
    revision: Option<u64>,
    pub(crate) changes_watched: bool,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(base: &'a dyn Rows, writable: bool, next_seq: u64) -> Self {
        let (kept, open) = (Layer::new(), Vec::new());
        Self {
            base,
            kept,
            open,
            writable,
            next_seq,
            memo: None,
            revision: None,
            changes_watched: false,
        }
    }

    /// The same with a memory of decoded rows.
    pub(crate) fn with_memo(self, memo: &'a Memo) -> Self {
        Self { memo: Some(memo), ..self }
    }

    pub(crate) fn with_revision(self, revision: u64) -> Self {
        Self { revision: Some(revision), ..self }
    }

    /// The revision of the [watched](crate::Table::watched) tables, at most, when this snapshot was
    /// taken; `None` on the writer.
    ///
    /// Results derived from watched tables on one snapshot are valid on all snapshots of the same
    /// revision. Every start counts from zero.
    pub fn revision(&self) -> Option<u64> {
        self.revision
    }

    /// Whether nothing can be written.
    pub fn is_snapshot(&self) -> bool {
        !self.writable
    }

    /// Whether anything was written that has not been discarded.
    pub fn has_writes(&self) -> bool {
        self.open.iter().chain([&self.kept]).any(|layer| !layer.is_empty())
    }

    /// The sequence number that the next event of this transaction gets; on a snapshot, a lower
    /// bound of it.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The value of `key`.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        for layer in self.open.iter().rev().chain([&self.kept]) {
            if let Some(value) = layer.get(key) {
                return Ok(value.clone());
            }
        }
        self.base.get(key)
    }

    /// Sets `key`.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StoreError> {
        self.write(key, Some(value))
    }

    /// Removes `key`, if present.
    pub fn delete(&mut self, key: Vec<u8>) -> Result<(), StoreError> {
        self.write(key, None)
    }

    fn write(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<(), StoreError> {
        if !self.writable {
            return Err(StoreError::read_only());
        }
        self.open.last_mut().unwrap_or(&mut self.kept).insert(key, value);
        Ok(())
    }

    /// Shows every pair with `from <= key < to` in ascending order until `visitor` breaks.
    pub fn visit(
        &self,
        from: &[u8],
        to: Option<&[u8]>,
        visitor: &mut Visitor<'_>,
    ) -> Result<(), StoreError> {
        let pending = self.pending(from, to);
        let mut pending = pending.into_iter().peekable();
        for entry in self.base.range(from, to)? {
            let (key, value) = entry?;
            while let Some((own, new)) = pending.next_if(|(own, _)| own.as_slice() < key.as_slice())
            {
                if new.is_some_and(|new| visitor(own, new).is_break()) {
                    return Ok(());
                }
            }
            let shadow = pending.next_if(|(own, _)| own.as_slice() == key.as_slice());
            let shown = match shadow {
                Some((_, None)) => continue,
                Some((_, Some(new))) => new.as_slice(),
                None => value.as_slice(),
            };
            if visitor(&key, shown).is_break() {
                return Ok(());
            }
        }
        for (own, new) in pending {
            if new.is_some_and(|new| visitor(own, new).is_break()) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The writes of all layers within the range, newest on top.
    fn pending(&self, from: &[u8], to: Option<&[u8]>) -> BTreeMap<&Vec<u8>, Option<&Vec<u8>>> {
        let inside = |key: &[u8]| to.is_none_or(|to| key < to);
        let layers = [&self.kept].into_iter().chain(&self.open);
        layers
            .flat_map(|layer| layer.range(from.to_vec()..).take_while(|(key, _)| inside(key)))
            .map(|(key, value)| (key, value.as_ref()))
            .collect()
    }

    pub(crate) fn into_writes(self) -> Layer {
        self.kept
    }
}

/// A [`Tx`] whose writes are kept or dropped in layers, which the owner opens with
/// [`begin`](Self::begin) and ends with [`keep`](Self::keep) or [`discard`](Self::discard).
///
/// Kept layers sink to the bottom at once, so a nested call that succeeded stays done even if the
/// outer call fails later: its event records that it happened.
#[derive(Debug)]
pub struct LayeredTx<'a>(Tx<'a>);

impl<'a> LayeredTx<'a> {
    /// Wraps a transaction.
    pub fn over(tx: Tx<'a>) -> Self {
        Self(tx)
    }

    /// Opens a layer for the following writes.
    pub fn begin(&mut self) {
        self.0.open.push(Layer::new());
    }

    /// Keeps the writes of the topmost layer. They override earlier writes of the same keys in
    /// outer layers.
    pub fn keep(&mut self) {
        if let Some(layer) = self.0.open.pop() {
            for around in &mut self.0.open {
                around.retain(|key, _| !layer.contains_key(key));
            }
            self.0.kept.extend(layer);
        }
    }

    /// Drops the writes of the topmost layer.
    pub fn discard(&mut self) {
        self.0.open.pop();
    }

    pub(crate) fn into_writes(self) -> Layer {
        self.0.into_writes()
    }

    /// Moves the transaction out, leaving an empty one in its place, for code that needs to own
    /// it temporarily. Put it back to keep its writes.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let empty = Tx::new(self.0.base, self.0.writable, self.0.next_seq);
        let empty = Tx { memo: self.0.memo, ..empty };
        Self(std::mem::replace(&mut self.0, empty))
    }
}

impl<'a> Deref for LayeredTx<'a> {
    type Target = Tx<'a>;

    fn deref(&self) -> &Tx<'a> {
        &self.0
    }
}

impl<'a> DerefMut for LayeredTx<'a> {
    fn deref_mut(&mut self) -> &mut Tx<'a> {
        &mut self.0
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("writable", &self.writable).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A separate base, so that layers are tested without an engine.
    struct Sample(BTreeMap<Vec<u8>, Vec<u8>>);

    impl Rows for Sample {
        fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
            Ok(self.0.get(key).cloned())
        }

        fn range<'s>(&'s self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'s>, StoreError> {
            let to = to.map(<[u8]>::to_vec);
            let range = self.0.range(from.to_vec()..);
            let range = range.take_while(move |(key, _)| to.as_ref().is_none_or(|to| *key < to));
            Ok(Box::new(range.map(|(key, value)| Ok((key.clone(), value.clone())))))
        }
    }

    fn base() -> Sample {
        Sample([("a", "1"), ("c", "3"), ("e", "5")].map(|(k, v)| (k.into(), v.into())).into())
    }

    fn put(tx: &mut Tx<'_>, key: &str, value: &str) {
        tx.put(key.into(), value.into()).unwrap();
    }

    fn seen(tx: &Tx<'_>, from: &str, to: Option<&str>, limit: usize) -> String {
        let mut seen = Vec::new();
        tx.visit(from.as_bytes(), to.map(str::as_bytes), &mut |key, value| {
            seen.push(format!(
                "{}{}",
                String::from_utf8_lossy(key),
                String::from_utf8_lossy(value)
            ));
            if seen.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .unwrap();
        seen.join(" ")
    }

    /// Own writes and deletions are merged with the committed state, in order.
    #[test]
    fn a_visit_shows_own_writes_in_their_places() {
        let base = base();
        let mut tx = LayeredTx::over(Tx::new(&base, true, 1));
        tx.begin();
        put(&mut tx, "b", "2");
        put(&mut tx, "e", "6");
        put(&mut tx, "f", "7");
        tx.delete("c".into()).unwrap();
        assert_eq!(seen(&tx, "", None, 9), "a1 b2 e6 f7");
        assert_eq!(seen(&tx, "b", Some("f"), 9), "b2 e6");
        assert_eq!(seen(&tx, "", None, 2), "a1 b2");
        tx.discard();
        assert_eq!(seen(&tx, "", None, 9), "a1 c3 e5");
    }

    /// What a nested call has kept survives the failure of the outer call.
    #[test]
    fn kept_layers_survive_a_discarded_one_around_them() {
        let base = base();
        let mut tx = LayeredTx::over(Tx::new(&base, true, 1));
        tx.begin();
        put(&mut tx, "outer", "lost");
        put(&mut tx, "both", "outer");
        tx.begin();
        put(&mut tx, "inner", "kept");
        put(&mut tx, "both", "inner");
        tx.keep();
        assert_eq!(tx.get(b"both").unwrap().as_deref(), Some(b"inner".as_slice()));
        tx.discard();
        assert_eq!(seen(&tx, "b", None, 9), "bothinner c3 e5 innerkept");
    }

    /// The last write wins, in any layer.
    #[test]
    fn a_nested_write_overrides_an_earlier_outer_one() {
        let base = base();
        let mut tx = LayeredTx::over(Tx::new(&base, true, 1));
        tx.begin();
        put(&mut tx, "a", "outer");
        tx.begin();
        put(&mut tx, "a", "inner");
        tx.keep();
        tx.keep();
        assert_eq!(tx.into_writes().get(b"a".as_slice()), Some(&Some(b"inner".to_vec())));
    }

    #[test]
    fn a_snapshot_rejects_writes_with_the_reason() {
        let base = base();
        let mut tx = Tx::new(&base, false, 0);
        assert!(tx.put("a".into(), vec![]).unwrap_err().needs_writer());
        assert!(tx.delete("a".into()).unwrap_err().needs_writer());
    }
}
