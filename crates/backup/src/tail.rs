//! The newest frames of a backup, which are written round by round and merged later.

use std::collections::BTreeMap;

use crate::chunk::OpenChunk;
use crate::manifest::Chunk;
use crate::merging::{FULL_BYTES, due};
use crate::{BackupError, Place};

/// The bytes of small chunks, by their first positions: they are merged without being read again.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    bytes: BTreeMap<u64, Vec<u8>>,
    /// Where the last chunk ends that cannot be read: it is left as it is, for `--verify` to find.
    damaged_to: u64,
}

impl Tail {
    /// Writes a chunk that follows the newest one, and merges small ones that are due. Returns those
    /// that merged ones replace: they can go once a manifest no longer names them.
    pub(crate) fn push(
        &mut self,
        open: OpenChunk,
        place: &Place,
        chunks: &mut Vec<Chunk>,
    ) -> Result<Vec<Chunk>, BackupError> {
        let mut replaced = Vec::new();
        let chunk = open.write(place)?;
        self.bytes.insert(chunk.first, open.into_bytes());
        chunks.push(chunk);
        loop {
            let joined = joined(chunks, self.damaged_to);
            let lens: Vec<u64> = joined.iter().map(|chunk| chunk.part.len).collect();
            let (due, skipped) = (due(&lens), chunks.len().saturating_sub(lens.len()));
            let at = due.start.saturating_add(skipped)..due.end.saturating_add(skipped);
            let run = chunks.get(at.clone()).unwrap_or(&[]);
            let (Some(first), Some(last)) = (run.first(), run.last()) else { break };
            let Some(bytes) = self.bytes_of(run, place)? else { continue };
            let newest = run.iter().filter_map(|chunk| chunk.newest).max();
            let merged = OpenChunk::merged(first, last, newest, bytes);
            let chunk = merged.write(place)?;
            self.bytes.insert(chunk.first, merged.into_bytes());
            replaced.extend(chunks.splice(at, [chunk]));
        }
        let small: Vec<u64> = joined(chunks, self.damaged_to)
            .iter()
            .filter(|chunk| chunk.part.len < FULL_BYTES)
            .map(|chunk| chunk.first)
            .collect();
        self.bytes.retain(|first, _| small.contains(first));
        Ok(replaced)
    }

    /// The bytes of chunks, one behind the other; `None` if one of them is damaged.
    fn bytes_of(&mut self, run: &[Chunk], place: &Place) -> Result<Option<Vec<u8>>, BackupError> {
        let mut all = Vec::new();
        for chunk in run {
            match self.bytes.get(&chunk.first) {
                Some(bytes) => all.extend_from_slice(bytes),
                None => match place.get_part(&chunk.name(), &chunk.part) {
                    Err(BackupError::Damaged { what }) => {
                        tracing::error!("{what}: the backup is damaged; verify it");
                        self.damaged_to = chunk.last;
                        return Ok(None);
                    }
                    bytes => all.extend_from_slice(&bytes?),
                },
            }
        }
        Ok(Some(all))
    }
}

/// The last chunks that follow each other without a gap, and begin after this position.
fn joined(chunks: &[Chunk], after: u64) -> &[Chunk] {
    let mut next = None;
    let breaks = chunks.iter().rposition(|chunk| {
        let follows = next.is_none_or(|head| head == chunk.head()) && chunk.first > after;
        next = Some(chunk.before());
        !follows
    });
    let first = breaks.map_or(0, |at| at.saturating_add(1));
    chunks.get(first..).unwrap_or(&[])
}
