//! Whether the bytes of all objects exist, and are those that were written.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use gateway::Fault;
use keys::Keyring;
use store::{BodyId, Snapshot, Store};

use crate::body::{Reader, frames_aad};
use crate::changes::UPLOADS;
use crate::encryption::OpenAtRest;
use crate::model::{Envelope, Piece};
use crate::object::VERSIONS;
use crate::ops::multipart::PARTS;

/// The results of checking all objects' bytes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ProvedBodies {
    /// The objects and parts whose bytes are not all there or not those that were written, each in
    /// a sentence.
    pub findings: Vec<String>,
    /// Objects and parts of which every byte was proved by authentication tags.
    pub proved: u64,
    /// Objects and parts of which only the length was compared, because the key is not available.
    pub by_length: u64,
}

/// Reads the bytes of all objects and of the parts of open uploads and verifies their
/// authentication tags. For objects whose key is not available, only the lengths are compared.
///
/// For a data directory that no server has open. `progress` is called repeatedly with the number of
/// bytes read and the total.
pub fn prove_bodies(
    store: &Store,
    keyring: &Keyring,
    open_kms: OpenAtRest,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ProvedBodies, Fault> {
    let (view, mut lengths) = (store.snapshot()?, BTreeMap::new());
    store.bodies().each(&mut |id, length, _| {
        lengths.insert(*id, length);
        Ok(())
    })?;
    let tx = view.tx();
    let mut uploads = BTreeMap::new();
    UPLOADS.visit(&tx, [], [], &mut |row, upload| {
        uploads.insert(upload.id.clone(), (part_of_row(row, 1), upload.envelope));
        ControlFlow::Continue(())
    })?;
    let (total, read, done) = (total_bytes(&view)?, 0, ProvedBodies::default());
    let mut proof =
        Proof { store, view: &view, keyring, open_kms, lengths, total, read, progress, done };
    VERSIONS.visit(&tx, [], [], &mut |row, version| {
        if let Some(stored) = version.stored {
            let (bucket, key) = (part_of_row(row, 0), part_of_row(row, 1));
            let name = format!("object `{key}` in bucket `{bucket}`");
            proof.check(&name, &bucket, &key, &stored.envelope, &stored.pieces);
        }
        ControlFlow::Continue(())
    })?;
    PARTS.visit(&tx, [], [], &mut |row, part| {
        let (bucket, upload) = (part_of_row(row, 0), part_of_row(row, 1));
        let name = format!("part {} of an upload in bucket `{bucket}`", part.piece.number);
        match uploads.get(&upload) {
            Some((key, envelope)) => proof.check(&name, &bucket, key, envelope, &[part.piece]),
            None => proof.done.findings.push(format!("{name} belongs to no upload")),
        }
        ControlFlow::Continue(())
    })?;
    Ok(proof.done)
}

/// The bytes of all objects and parts.
fn total_bytes(view: &Snapshot) -> Result<u64, Fault> {
    let (tx, mut total) = (view.tx(), 0_u64);
    VERSIONS.visit(&tx, [], [], &mut |_, version| {
        let pieces = version.stored.map(|stored| stored.pieces).unwrap_or_default();
        total = pieces.iter().fold(total, |total, piece| total.saturating_add(piece.size));
        ControlFlow::Continue(())
    })?;
    PARTS.visit(&tx, [], [], &mut |_, part| {
        total = total.saturating_add(part.piece.size);
        ControlFlow::Continue(())
    })?;
    Ok(total)
}

/// Checks one object after the other.
struct Proof<'a> {
    store: &'a Store,
    view: &'a Snapshot,
    keyring: &'a Keyring,
    open_kms: OpenAtRest,
    lengths: BTreeMap<BodyId, u64>,
    /// Bytes of all bodies.
    total: u64,
    /// Of them, those that were read or measured.
    read: u64,
    progress: &'a mut dyn FnMut(u64, u64),
    done: ProvedBodies,
}

impl Proof<'_> {
    fn check(
        &mut self,
        name: &str,
        bucket: &str,
        key: &str,
        envelope: &Envelope,
        pieces: &[Piece],
    ) {
        let before = self.read;
        let proved = self.prove(bucket, key, envelope, pieces);
        // What needed no reading counts, too.
        let size = pieces.iter().fold(0_u64, |sum, piece| sum.saturating_add(piece.size));
        self.came(before.saturating_add(size));
        match proved {
            Ok(Verdict::Proved) => self.done.proved = self.done.proved.saturating_add(1),
            Ok(Verdict::ByLength) => self.done.by_length = self.done.by_length.saturating_add(1),
            Ok(Verdict::NotWhole) => self.done.findings.push(format!("{name} lacks its bytes")),
            Err(error) => self.done.findings.push(format!("{name}: {}", error.chain())),
        }
    }

    fn came(&mut self, read: u64) {
        self.read = read;
        (self.progress)(self.read, self.total);
    }

    fn prove(
        &mut self,
        bucket: &str,
        key: &str,
        envelope: &Envelope,
        pieces: &[Piece],
    ) -> Result<Verdict, Fault> {
        let tx = self.view.tx();
        for piece in pieces {
            if !piece.is_whole(&tx, |id| self.lengths.get(id).copied())? {
                return Ok(Verdict::NotWhole);
            }
        }
        let Some(root) = envelope.open_at_rest(&tx, self.keyring, (bucket, key), self.open_kms)?
        else {
            return Ok(Verdict::ByLength);
        };
        let (bodies, aad) = (self.store.bodies(), frames_aad(bucket, key));
        let mut reader = Reader::over(&tx, bodies, pieces, &root, &aad, &(0..u64::MAX))?;
        while let Some(bytes) = reader.step()? {
            self.came(self.read.saturating_add(crate::request::to_u64(bytes.len())));
        }
        Ok(Verdict::Proved)
    }
}

enum Verdict {
    Proved,
    ByLength,
    NotWhole,
}

/// As far as it can be shown: a key that is damaged does not open its object, which is a finding.
fn part_of_row(row: &[u8], place: usize) -> String {
    let parts = store::key_parts(row);
    parts.get(place).map(|part| String::from_utf8_lossy(part).into_owned()).unwrap_or_default()
}
