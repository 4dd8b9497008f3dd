//! Which positions of a damaged backup can still be restored.

use std::collections::{BTreeMap, BTreeSet};

use store::{BaseRows, Change, Changes, StoreError};
use types::Timestamp;

use crate::contents::{BodiesOfRow, Item};
use crate::manifest::Span;

/// Follows the log from a base on: a position can be restored if the rows as of it are known and
/// name nothing that is missing or damaged.
pub(crate) struct Ranges<'r> {
    /// What the manifest claims.
    spans: &'r [Span],
    bodies_of: BodiesOfRow,
    is_lost: &'r dyn Fn(&Item) -> bool,
    /// By their keys, the rows that name something that is lost; `None` while the rows are not known.
    naming: Option<BTreeMap<Vec<u8>, Vec<Item>>>,
    /// The time of the newest event so far.
    newest: Option<Timestamp>,
    /// What can be restored.
    pub(crate) found: Vec<Span>,
    /// What is lost and was named as of a position that should be restorable.
    pub(crate) named: BTreeSet<Item>,
}

impl<'r> Ranges<'r> {
    pub(crate) fn new(
        spans: &'r [Span],
        bodies_of: BodiesOfRow,
        is_lost: &'r dyn Fn(&Item) -> bool,
    ) -> Self {
        let (found, named) = (Vec::new(), BTreeSet::new());
        Self { spans, bodies_of, is_lost, naming: None, newest: None, found, named }
    }

    /// Frames are missing: from here on the rows are not known.
    pub(crate) fn lose(&mut self) {
        self.naming = None;
    }

    /// Whether the rows are known.
    pub(crate) fn is_known(&self) -> bool {
        self.naming.is_some()
    }

    /// Begins with these rows, of the frame at `position`; without rows if there are none.
    pub(crate) fn begin(
        &mut self,
        position: u64,
        rows: Option<BaseRows>,
    ) -> Result<(), StoreError> {
        let mut naming = BTreeMap::new();
        for row in rows.into_iter().flatten() {
            let (key, value) = row?;
            let lost = self.lost(&key, &value)?;
            if !lost.is_empty() {
                naming.insert(key, lost);
            }
        }
        self.naming = Some(naming);
        self.note(position);
        Ok(())
    }

    fn lost(&self, key: &[u8], value: &[u8]) -> Result<Vec<Item>, StoreError> {
        let mut named = Item::of_row(self.bodies_of, key, value)?;
        named.retain(self.is_lost);
        Ok(named)
    }

    /// The next frame.
    pub(crate) fn add(&mut self, position: u64, payload: &[u8]) -> Result<(), StoreError> {
        for change in Changes::of(payload)? {
            match change? {
                Change::Event(event) => self.newest = self.newest.max(Some(event.time)),
                Change::Put { key, value } => {
                    let lost = self.lost(key, value)?;
                    if let Some(naming) = &mut self.naming {
                        if lost.is_empty() {
                            naming.remove(key);
                        } else {
                            naming.insert(key.to_vec(), lost);
                        }
                    }
                }
                Change::Delete { key } => {
                    if let Some(naming) = &mut self.naming {
                        naming.remove(key);
                    }
                }
            }
        }
        self.note(position);
        Ok(())
    }

    /// Notes whether the position can be restored.
    fn note(&mut self, position: u64) {
        let claimed = self.spans.iter().find(|own| (own.from..=own.to).contains(&position));
        let (Some(span), Some(naming)) = (claimed, &self.naming) else { return };
        if !naming.is_empty() {
            self.named.extend(naming.values().flatten().cloned());
            return;
        }
        let time = self.newest.unwrap_or(span.from_at);
        let (from_at, to_at) = (
            if position == span.from { span.from_at } else { time },
            if position == span.to { span.to_at } else { time },
        );
        match self.found.last_mut() {
            // Two stretches are shown as two.
            Some(last) if last.to.saturating_add(1) == position && position != span.from => {
                (last.to, last.to_at) = (position, to_at);
            }
            _ => self.found.push(Span { from: position, to: position, from_at, to_at }),
        }
    }
}
