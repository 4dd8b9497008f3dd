//! The state as of one frame: the copy, and the writes that are not in it yet.

use std::fmt;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use crate::StoreError;
use crate::copy_rows::CopyRows;
use crate::log::{Change, Changes, Head, LogPoint, Payload};
use crate::recent::Recent;
use crate::tx::{Pair, Pairs, Rows};

/// Bytes that a row occupies in memory beside its key and value: a node of the map, an entry, and
/// what the allocator adds to each. Measured: 136 to 175, depending on the lengths.
const ROW_BYTES: usize = 160;
/// Bytes of writes that are not in the copy, from which on they are too many.
const RECENT_BYTES_MAX: usize = 64 << 20;

/// About the bytes of a row that was written, in memory.
pub(crate) fn row_bytes(key: &[u8], value: Option<&[u8]>) -> usize {
    let len = value.map_or(0, <[u8]>::len);
    key.len().saturating_add(len).saturating_add(ROW_BYTES)
}

/// The state as of a point of the log. Never changes: a commit makes a new one.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) copy: Arc<CopyRows>,
    /// What a checkpoint is taking into the copy, and the point up to which that will be all.
    pub(crate) ageing: Option<(Recent, LogPoint)>,
    /// Writes after those.
    pub(crate) recent: Recent,
    /// About the bytes of `recent` in memory; a row that is written twice counts twice.
    pub(crate) recent_bytes: usize,
    pub(crate) point: LogPoint,
    /// How often a watched table has changed since the start.
    pub(crate) revision: u64,
}

impl View {
    /// The copy as it is.
    pub(crate) fn of(copy: Arc<CopyRows>) -> Self {
        let point = copy.applied;
        let recent = Recent::new_sync();
        Self { copy, ageing: None, recent, recent_bytes: 0, point, revision: 0 }
    }

    /// The same state, to be changed.
    pub(crate) fn draft(&self) -> Draft<'_> {
        let (recent, recent_bytes) = (self.recent.clone(), self.recent_bytes);
        Draft { view: self, recent, recent_bytes }
    }

    /// The same, about to be taken into the copy; `None` if the copy has it all, or takes it.
    pub(crate) fn aged(&self) -> Option<Self> {
        let is_due = self.ageing.is_none() && self.point != self.copy.applied;
        is_due.then(|| Self {
            ageing: Some((self.recent.clone(), self.point)),
            recent: Recent::new_sync(),
            recent_bytes: 0,
            ..self.clone()
        })
    }

    /// Whether the copy is so far behind that memory has to be spared.
    pub(crate) fn is_large(&self) -> bool {
        self.recent_bytes > RECENT_BYTES_MAX
    }

    /// Does again what a frame did.
    pub(crate) fn redo(&mut self, head: Head, mut changes: Changes<'_>) -> Result<(), StoreError> {
        let mut draft = self.draft();
        let watched = changes.watched;
        for change in &mut changes {
            draft.redo(&change?);
        }
        let (recent, recent_bytes) = (draft.recent, draft.recent_bytes);
        (self.recent, self.recent_bytes) = (recent, recent_bytes);
        self.point = LogPoint { head, next_seq: changes.next_seq() };
        self.revision = self.revision.saturating_add(watched.into());
        Ok(())
    }

    fn older(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.ageing.as_ref().and_then(|(ageing, _)| ageing.get(key)) {
            Some(value) => Ok(value.clone()),
            None => self.copy.get(key),
        }
    }

    fn older_range<'s>(&'s self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'s>, StoreError> {
        let pairs = self.copy.range(from, to)?;
        Ok(match &self.ageing {
            Some((ageing, _)) => overlaid(ageing, pairs, from, to),
            None => pairs,
        })
    }
}

impl Rows for View {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.recent.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.older(key),
        }
    }

    fn range<'s>(&'s self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'s>, StoreError> {
        Ok(overlaid(&self.recent, self.older_range(from, to)?, from, to))
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("point", &self.point).finish_non_exhaustive()
    }
}

/// A view with the writes of jobs that are not committed yet.
pub(crate) struct Draft<'v> {
    view: &'v View,
    pub(crate) recent: Recent,
    pub(crate) recent_bytes: usize,
}

impl Draft<'_> {
    /// Gives a row a value, or deletes it.
    pub(crate) fn write(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let bytes = row_bytes(&key, value.as_deref());
        self.recent_bytes = self.recent_bytes.saturating_add(bytes);
        self.recent.insert_mut(key, value);
    }

    /// Repeats a change of a frame.
    pub(crate) fn redo(&mut self, change: &Change<'_>) {
        match change {
            Change::Put { key, value } => self.write(key.to_vec(), Some(value.to_vec())),
            Change::Delete { key } => self.write(key.to_vec(), None),
            Change::Event(_) => {}
        }
    }

    /// Writes the rows of a job here and into the frame.
    pub(crate) fn keep(
        &mut self,
        writes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>,
        payload: &mut Payload,
    ) -> Result<(), StoreError> {
        for (key, value) in writes {
            payload.write(&key, value.as_deref())?;
            self.write(key, value);
        }
        Ok(())
    }
}

impl Rows for Draft<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.recent.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.view.older(key),
        }
    }

    fn range<'s>(&'s self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'s>, StoreError> {
        Ok(overlaid(&self.recent, self.view.older_range(from, to)?, from, to))
    }
}

type Written<'s> = Box<dyn Iterator<Item = (&'s Vec<u8>, &'s Option<Vec<u8>>)> + 's>;

/// The pairs `below` within a range, with the writes of `layer` on top of them.
pub(crate) fn overlaid<'s>(
    layer: &'s Recent,
    below: Pairs<'s>,
    from: &[u8],
    to: Option<&[u8]>,
) -> Pairs<'s> {
    if layer.is_empty() || to.is_some_and(|to| to <= from) {
        return below;
    }
    let end = to.map_or(Bound::Unbounded, |to| Bound::Excluded(to.to_vec()));
    let written: Written<'s> = Box::new(layer.range((Bound::Included(from.to_vec()), end)));
    Box::new(Overlaid { written: written.peekable(), below: below.peekable() })
}

struct Overlaid<'s> {
    written: Peekable<Written<'s>>,
    below: Peekable<Pairs<'s>>,
}

impl Iterator for Overlaid<'_> {
    type Item = Result<Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((key, _)) = self.written.peek() else { return self.below.next() };
            match self.below.peek() {
                Some(Err(_)) => return self.below.next(),
                Some(Ok((below, _))) if below < *key => return self.below.next(),
                Some(Ok((below, _))) if below == *key => drop(self.below.next()),
                _ => {}
            }
            if let Some((key, Some(value))) = self.written.next() {
                return Some(Ok((key.clone(), value.clone())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::{PAGE_CACHE_BYTES, StateCopy};
    use crate::copy_rows::RowSeal;

    /// Many short rows are many bytes in memory.
    #[test]
    fn every_row_counts() {
        let folder = tempfile::tempdir().unwrap();
        StateCopy::create(folder.path(), LogPoint::START, [], &RowSeal::for_tests()).unwrap();
        let copy = StateCopy::open(folder.path(), PAGE_CACHE_BYTES, &RowSeal::for_tests()).unwrap();
        let view = View::of(copy.rows().unwrap());
        let mut draft = view.draft();
        (0..1_000_u32).for_each(|row| draft.write(row.to_be_bytes().to_vec(), None));
        assert!(draft.recent_bytes > 1_000 * 100, "{}", draft.recent_bytes);
    }
}
