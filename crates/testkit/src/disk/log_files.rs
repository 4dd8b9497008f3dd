use std::collections::BTreeMap;
use std::io::{self, ErrorKind};

use super::content::{Content, Tearing};
use crate::dice::Dice;

/// Files, and their names: those that survive, and those that a process sees.
#[derive(Debug, Default)]
pub(super) struct LogFiles {
    pub(super) contents: BTreeMap<u64, Content>,
    next: u64,
    durable: Names,
    pub(super) seen: Names,
    pending: Vec<NameChange>,
}

type Names = BTreeMap<String, u64>;

#[derive(Debug)]
pub(super) enum NameChange {
    Create(String, u64),
    Rename(String, String),
    Remove(String),
}

impl NameChange {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Create(name, file) => drop(names.insert(name.clone(), *file)),
            Self::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Self::Remove(name) => drop(names.remove(name)),
        }
    }
}

impl LogFiles {
    pub(super) fn bytes(&self) -> usize {
        self.seen.values().filter_map(|file| self.contents.get(file)).map(Content::len).sum()
    }

    /// Creates a file.
    pub(super) fn create(&mut self, name: &str) -> u64 {
        let id = self.next;
        self.next += 1;
        self.contents.insert(id, Content::default());
        self.change(NameChange::Create(name.to_owned(), id));
        id
    }

    pub(super) fn change(&mut self, change: NameChange) {
        change.apply(&mut self.seen);
        self.pending.push(change);
    }

    pub(super) fn sync_names(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.durable);
        }
    }

    /// Names are changed in their order, as a journal does; of the last ones none may be there.
    pub(super) fn lose_power(&mut self, dice: &Dice) {
        let pending = std::mem::take(&mut self.pending);
        let kept = dice.index(pending.len() + 1);
        pending.iter().take(kept).for_each(|change| change.apply(&mut self.durable));
        self.seen.clone_from(&self.durable);
        let named: Vec<u64> = self.seen.values().copied().collect();
        self.contents.retain(|file, _| named.contains(file));
        for content in self.contents.values_mut() {
            content.lose_power(Tearing::Sectors, dice);
        }
    }

    pub(super) fn file(&self, name: &str) -> io::Result<u64> {
        self.seen.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }
}
