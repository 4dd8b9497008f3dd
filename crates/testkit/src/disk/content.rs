use crate::dice::Dice;

/// What a disk writes at once.
const SECTOR_BYTES: usize = 512;

/// The bytes of a file: those that survive, and those that a reader sees.
#[derive(Debug, Default)]
pub(super) struct Content {
    durable: Vec<u8>,
    /// `pending` on top of `durable`, and what a failed sync has dropped.
    seen: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug)]
pub(super) enum Change {
    Write(usize, Vec<u8>),
    Len(usize),
}

/// What may become of a write that was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tearing {
    /// Its first bytes are there.
    Prefix,
    /// Of each sector the old bytes are there, the new ones, or noise.
    Sectors,
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => {
                let end = offset + data.len();
                content.resize(content.len().max(end), 0);
                content[*offset..end].copy_from_slice(data);
            }
            Self::Len(len) => content.resize(*len, 0),
        }
    }

    fn apply_torn(&self, content: &mut Vec<u8>, tearing: Tearing, dice: &Dice) {
        match (self, tearing) {
            (Self::Write(offset, data), Tearing::Prefix) => {
                let len = dice.index(data.len() + 1);
                Self::Write(*offset, data[..len].to_vec()).apply(content);
            }
            (Self::Write(offset, data), Tearing::Sectors) => {
                let end = offset + data.len();
                content.resize(content.len().max(end), 0);
                // Most writes keep or lose nearly all of their sectors.
                let (kept, noise) = (dice.below(9), dice.below(4) == 0);
                for sector in offset / SECTOR_BYTES..end.div_ceil(SECTOR_BYTES) {
                    let (from, to) = (sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
                    let part = from.max(*offset)..to.min(end);
                    if dice.below(8) < kept {
                        let new = &data[part.start - offset..part.end - offset];
                        content[part].copy_from_slice(new);
                    } else if noise && dice.below(4) == 0 {
                        // The sector's other bytes, too.
                        let to = to.min(content.len());
                        content[from..to].fill_with(|| dice.byte());
                    }
                }
            }
            (Self::Len(len), _) => content.resize(*len, 0),
        }
    }
}

/// Writes between two changes of length, by their place: the engine writes its pages in an order
/// that is another one in each process, and chance shall not depend on that.
fn in_order(mut pending: Vec<Change>) -> Vec<Change> {
    let is_write = |change: &Change| matches!(change, Change::Write(..));
    for run in pending.chunk_by_mut(|one, next| is_write(one) && is_write(next)) {
        run.sort_by_key(|change| match change {
            Change::Write(offset, _) => *offset,
            Change::Len(_) => 0,
        });
    }
    pending
}

impl Content {
    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn seen(&self) -> &[u8] {
        &self.seen
    }

    pub(super) fn read(&self, offset: usize, out: &mut [u8]) -> Option<()> {
        out.copy_from_slice(self.seen.get(offset..offset.checked_add(out.len())?)?);
        Some(())
    }

    pub(super) fn change(&mut self, change: Change) {
        change.apply(&mut self.seen);
        self.pending.push(change);
    }

    pub(super) fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.durable);
        }
    }

    /// A sync that fails: some writes were made; the others are dropped, although readers go on
    /// seeing them, and no later sync makes up for it.
    pub(super) fn fail_sync(&mut self, dice: &Dice) {
        for change in in_order(std::mem::take(&mut self.pending)) {
            if matches!(change, Change::Len(_)) || dice.below(2) == 0 {
                change.apply(&mut self.durable);
            }
        }
    }

    /// The power fails: an arbitrary part of what was not synced is there.
    pub(super) fn lose_power(&mut self, tearing: Tearing, dice: &Dice) {
        let pending = in_order(std::mem::take(&mut self.pending));
        let torn = dice.index(pending.len() + 1);
        let keep_most = dice.below(2) == 0;
        for (place, change) in pending.iter().enumerate() {
            if place == torn || tearing == Tearing::Sectors {
                change.apply_torn(&mut self.durable, tearing, dice);
            } else if dice.below(8) < if keep_most { 7 } else { 3 } {
                change.apply(&mut self.durable);
            }
        }
        self.seen.clone_from(&self.durable);
    }
}
