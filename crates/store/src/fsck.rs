use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use keys::Sha256;

use crate::events::{SEGMENTS, decodes, last_seq};
use crate::segment::{Segment, SegmentMeta};
use crate::{SEGMENTS_FOLDER, Snapshot, Store, StoreError};

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
        for (_, meta) in &segments {
            progress(&format!("segment `{}`", meta.file));
            expect(next_seq, meta.first_seq, &mut findings);
            next_seq = Some(meta.last_seq.saturating_add(1));
            let path = self.folder().join(SEGMENTS_FOLDER).join(&meta.file);
            if let Err(error) = check_segment(&path, meta) {
                findings.push(format!("segment `{}`: {error}", meta.file));
            }
        }
        progress("recent events");
        check_tail(&view, next_seq, &mut findings)?;
        progress("rows of the state");
        view.tx().visit(&[], None, &mut |_, _| ControlFlow::Continue(()))?;
        let known: BTreeSet<_> = segments.into_iter().map(|(_, meta)| meta.file).collect();
        for name in names(&self.folder().join(SEGMENTS_FOLDER))? {
            if !known.contains(&name) {
                findings.push(format!("file `{name}` belongs to no segment"));
            }
        }
        Ok(findings)
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

fn check_tail(
    view: &Snapshot,
    mut next_seq: Option<u64>,
    findings: &mut Vec<String>,
) -> Result<(), StoreError> {
    // Sealed events may still be in the tail: trimming takes several commits.
    for entry in view.events.range(next_seq.unwrap_or(0)..)? {
        let (seq, value) = entry?;
        expect(next_seq, seq.value(), findings);
        if !decodes(value.value()) {
            findings.push(format!("event {} is damaged", seq.value()));
        }
        next_seq = Some(seq.value().saturating_add(1));
    }
    expect(next_seq, last_seq(view)?.saturating_add(1), findings);
    Ok(())
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
