use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use std::sync::Arc;

use keys::Sha256;

use crate::log::{Changes, Head, Opener};
use crate::sealed::{SEGMENTS, Sealed, chain};
use crate::segment::{SEGMENTS_FOLDER, Segment, SegmentMeta, is_unfinished};
use crate::view::View;
use crate::{Store, StoreError, proof};

/// Progress is shown after so many rows.
const ROWS_SHOWN: u64 = 10_000;

impl Store {
    /// Reads all rows and all events and returns the problems: gaps in their numbers, segments that
    /// are missing, changed or unreadable, unreferenced files.
    ///
    /// `progress` is called with the current step. The findings are sentences; none means success.
    /// The caller must check whether every referenced body exists.
    pub fn fsck(&self, progress: &mut dyn FnMut(&str)) -> Result<Vec<String>, StoreError> {
        // The engine may stumble over bytes that it never wrote.
        let checked = catch_unwind(AssertUnwindSafe(|| self.inspect(progress)));
        checked.unwrap_or_else(|_| Ok(vec!["the state file cannot be read completely".to_owned()]))
    }

    fn inspect(&self, progress: &mut dyn FnMut(&str)) -> Result<Vec<String>, StoreError> {
        let view = self.snapshot()?;
        let (mut findings, mut next_seq) = (Vec::new(), None);
        let segments = SEGMENTS.all(&view.tx(), "")?;
        for ((_, meta), number) in segments.iter().zip(1_usize..) {
            progress(&format!("segment `{}`: {number} of {}", meta.file, segments.len()));
            expect(next_seq, meta.first_seq, &mut findings);
            next_seq = Some(meta.last_seq.saturating_add(1));
            let path = self.folder().join(SEGMENTS_FOLDER).join(&meta.file);
            if let Err(error) = check_segment(&path, meta) {
                findings.push(format!("segment `{}`: {error}", meta.file));
            }
        }
        let sealed = Sealed::of(&view)?;
        self.check_chain(segments.iter().map(|(_, meta)| meta), &sealed, &mut findings);
        progress("frames of the log");
        self.check_log(&view.view, &sealed, &mut findings)?;
        progress("state and log");
        let (log, keyring) = (self.shared.log.as_ref(), &self.shared.keyring);
        let (shown, head) = (view.view.as_ref(), view.view.point.head);
        match proof::of(self.folder(), log, keyring, shown, head) {
            Err(error) if error.is_corrupt() => findings.push(types::error_chain(&error)),
            proof => {
                let proof = proof?;
                findings.extend(proof.damaged.into_iter().map(|(_, what)| what));
                findings.extend(proof.difference);
            }
        }
        progress("rows of the state");
        let mut rows = 0_u64;
        view.tx().visit(&[], None, &mut |_, _| {
            rows = rows.saturating_add(1);
            if rows.is_multiple_of(ROWS_SHOWN) {
                progress(&format!("rows of the state: {rows}"));
            }
            ControlFlow::Continue(())
        })?;
        let known: BTreeSet<_> = segments.into_iter().map(|(_, meta)| meta.file).collect();
        for name in names(&self.folder().join(SEGMENTS_FOLDER))? {
            if !known.contains(&name) && !is_unfinished(&name) {
                findings.push(format!("file `{name}` belongs to no segment"));
            }
        }
        Ok(findings)
    }

    /// Each segment names the chain before it, and the state the chain of the last one.
    fn check_chain<'m>(
        &self,
        segments: impl DoubleEndedIterator<Item = &'m SegmentMeta>,
        sealed: &Sealed,
        findings: &mut Vec<String>,
    ) {
        let mut after = sealed.chain.as_str();
        for meta in segments.rev() {
            // Those of format 1 are in no chain.
            if after.is_empty() {
                return;
            }
            if chain(&self.shared.keyring, meta) != after {
                let name = &meta.file;
                findings.push(format!("segment `{name}` is not the one that was registered"));
            }
            after = meta.after.as_str();
        }
    }

    /// Opens every frame, and compares the numbers of their events with the state's.
    fn check_log(
        &self,
        view: &View,
        sealed: &Sealed,
        findings: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let first = self.shared.log.first()?;
        let mut opener = Opener::new(Arc::clone(&self.shared.keyring));
        let (mut next_seq, mut last) = (None, None::<Head>);
        let read = self.shared.log.read(first, &mut |frame| {
            last = Some(frame.head());
            let payload = opener.open(&frame)?;
            let mut changes = Changes::of(payload.as_bytes())?;
            expect(next_seq, changes.next_seq(), findings);
            for change in &mut changes {
                change?;
            }
            next_seq = Some(changes.next_seq());
            Ok(ControlFlow::Continue(()))
        });
        match read {
            Err(error) if error.is_corrupt() => findings.push(types::error_chain(&error)),
            read => read?,
        }
        if last.is_some_and(|last| last != view.point.head) {
            findings.push(format!(
                "the log ends with frame {}, the state with frame {}",
                last.map_or(0, |last| last.position),
                view.point.head.position
            ));
        }
        expect(next_seq, view.point.next_seq, findings);
        let wanted = sealed.next_seq();
        if view.point.next_seq > wanted && sealed.frame.max(1) < first {
            findings.push(format!("event {wanted} is in no segment and in no frame of the log"));
        }
        Ok(())
    }

    /// The number of registered segments, and the missing files among them.
    pub fn missing_segments(&self) -> Result<(usize, Vec<String>), StoreError> {
        let segments = SEGMENTS.all(&self.snapshot()?.tx(), "")?;
        let (folder, all) = (self.folder().join(SEGMENTS_FOLDER), segments.len());
        let files = segments.into_iter().map(|(_, meta)| meta.file);
        Ok((all, files.filter(|file| !folder.join(file).exists()).collect()))
    }
}

/// The names in a folder, sorted; none if there is no such folder.
fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let entries = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    // Sorted, and once each.
    Ok(entries.collect::<Result<BTreeSet<_>, StoreError>>()?.into_iter().collect())
}

fn expect(wanted: Option<u64>, seq: u64, findings: &mut Vec<String>) {
    match wanted {
        Some(wanted) if wanted != seq => {
            findings.push(format!("event {wanted} is expected, event {seq} follows"));
        }
        _ => {}
    }
}

fn check_segment(path: &Path, meta: &SegmentMeta) -> Result<(), StoreError> {
    if file_hash(path)? != meta.sha256 {
        return Err(StoreError::corrupt("the file is not the one that was written"));
    }
    let between = meta.last_seq.saturating_sub(meta.first_seq).saturating_add(1);
    if between != meta.count {
        return Err(StoreError::corrupt("event numbers have gaps"));
    }
    Segment::open(path, meta)?.check()
}

fn file_hash(path: &Path) -> Result<String, StoreError> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    let mut buffer = vec![0; 256 << 10];
    loop {
        let len = file.read(&mut buffer)?;
        if len == 0 {
            return Ok(types::hex(&hash.finish()));
        }
        hash.update(buffer.get(..len).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::{PAGE_CACHE_BYTES, StateCopy};
    use crate::copy_rows::RowSeal;
    use crate::recent::Recent;
    use crate::{Opening, Table, bases};

    const ROWS: Table<u32> = Table::new("test.row");

    /// A row that was changed in the tree, past the log, is found by comparing it with the log.
    #[test]
    fn a_forged_row_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Store::open(folder.path(), &Opening::for_tests()).unwrap();
        let store = open();
        store.submit(|tx| (ROWS.put(tx, "a", &1), Vec::new())).wait().unwrap().unwrap();
        drop(store);
        assert_eq!(open().fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
        let copy = StateCopy::open(folder.path(), PAGE_CACHE_BYTES, &RowSeal::for_tests()).unwrap();
        let (key, value) = ROWS.pair("a", &2).unwrap();
        let forged = Recent::new_sync().insert(key, Some(value));
        let point = copy.rows().unwrap().applied;
        copy.apply(&forged, point).unwrap();
        drop(copy);
        let findings = open().fsck(&mut |_| {}).unwrap();
        assert_eq!(findings, ["row `test.row a` is not what the log made it"]);
        Store::rebuild(folder.path(), &Opening::for_tests()).unwrap();
        assert_eq!(open().fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
    }

    /// With bases and a log that was trimmed before them, the copy is made from the base that is
    /// intact.
    #[test]
    fn a_copy_is_made_from_a_base_and_the_frames_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let with = Opening::for_tests();
        let put = |store: &Store, value: u32| {
            let put = move |tx: &mut crate::LayeredTx<'_>| (ROWS.put(tx, "a", &value), Vec::new());
            store.submit(put).wait().unwrap().unwrap();
        };
        for value in 0..2 {
            let store = Store::open(folder.path(), &with).unwrap();
            put(&store, value);
            store.shared.checkpoint().unwrap();
            let rows = Arc::clone(&store.shared.view().copy);
            bases::write(folder.path(), &rows, &with.keyring, &with.entropy, &|_| Ok(())).unwrap();
        }
        let store = Store::open(folder.path(), &with).unwrap();
        put(&store, 9);
        drop(store);
        let newest = bases::bases(folder.path()).unwrap().pop().unwrap();
        let path = folder.path().join(bases::BASES_FOLDER);
        let path = path.join(format!("{:020}.base", newest.position));
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let store = Store::open(folder.path(), &with).unwrap();
        let older = std::fs::read_dir(folder.path().join(bases::BASES_FOLDER)).unwrap().count();
        let findings = store.fsck(&mut |_| {}).unwrap();
        assert_eq!((older, findings.len()), (2, 1), "the older one proves: {findings:?}");
        assert!(findings[0].contains("base `"), "{findings:?}");
        drop(store);
        let rebuilt = Store::rebuild(folder.path(), &with).unwrap();
        assert_eq!((rebuilt.base, rebuilt.newest), (newest.position - 1, newest.position + 1));
        let store = Store::open(folder.path(), &with).unwrap();
        assert_eq!(ROWS.get(&store.snapshot().unwrap().tx(), "a").unwrap(), Some(9));
    }
}
