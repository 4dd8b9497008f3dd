//! Where a backup is: a folder, or a bucket of an S3 endpoint.

use std::fmt;
use std::fs::{self, DirBuilder};
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path as FsPath;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use keys::Sha256;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, GetOptions, ObjectStore, ObjectStoreExt, PutMode, WriteMultipart};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::BackupError;
use crate::part::{Hash, Part};

/// Bytes that are read, or sent, at once; longer objects are sent in parts of this size.
const STEP_BYTES: usize = 8 << 20;
/// Parts of one object on their way at once.
const PARTS_MAX: usize = 3;

/// A place for a backup. Objects are written whole or not at all.
pub struct Place {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    runtime: Runtime,
    shown: String,
    /// Bytes of objects that were written.
    sent: AtomicU64,
}

impl Place {
    /// A folder, which is created if it is not there and `creates`.
    pub fn folder(path: &FsPath, creates: bool) -> Result<Self, BackupError> {
        let shown = path.display().to_string();
        if creates {
            DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        } else if !path.is_dir() {
            return Err(BackupError::None { place: shown });
        }
        // What is written through a link must not change its place meanwhile.
        let path = fs::canonicalize(path)?;
        let store = LocalFileSystem::new_with_prefix(path);
        let store = store.map_err(|cause| BackupError::Place { name: shown.clone(), cause })?;
        Self::over(Arc::new(store.with_fsync(true)), Path::default(), shown)
    }

    pub(crate) fn over(
        store: Arc<dyn ObjectStore>,
        prefix: Path,
        shown: String,
    ) -> Result<Self, BackupError> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        Ok(Self { store, prefix, runtime, shown, sent: AtomicU64::default() })
    }

    /// Bytes of objects that were written so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn note_sent(&self, len: usize) {
        self.sent.fetch_add(length(len), Ordering::Relaxed);
    }

    fn at(&self, name: &str) -> Path {
        name.split('/').fold(self.prefix.clone(), Path::join)
    }

    fn failed(&self, name: &str) -> impl Fn(Error) -> BackupError {
        let name = format!("{}/{name}", self.shown);
        move |cause| BackupError::Place { name: name.clone(), cause }
    }

    /// The bytes of an object of at most `bytes_max`; `None` if there is none.
    pub(crate) fn get(&self, name: &str, bytes_max: u64) -> Result<Option<Bytes>, BackupError> {
        let path = self.at(name);
        let got = self.runtime.block_on(async {
            let found = self.store.get(&path).await?;
            if found.meta.size > bytes_max { Ok(None) } else { found.bytes().await.map(Some) }
        });
        match got {
            Ok(Some(bytes)) => Ok(Some(bytes)),
            Ok(None) => {
                Err(BackupError::damaged(format_args!("`{name}` is longer than it can be")))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(name)(error)),
        }
    }

    /// The bytes of a part, which are what was written.
    pub(crate) fn get_part(&self, name: &str, part: &Part) -> Result<Bytes, BackupError> {
        let bytes = self.get(name, part.len)?;
        let bytes =
            bytes.ok_or_else(|| BackupError::damaged(format_args!("`{name}` is missing")))?;
        if Hash::of(&bytes) != part.sha256 {
            return Err(not_as_written(name));
        }
        Ok(bytes)
    }

    /// Some of the bytes of an object; `None` if it is not of this length.
    fn range(
        &self,
        path: &Path,
        range: Range<u64>,
        len: u64,
        name: &str,
    ) -> Result<Option<Bytes>, BackupError> {
        let wanted = range.end.saturating_sub(range.start);
        let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        let got = self.runtime.block_on(async {
            match self.store.get_opts(path, options).await {
                Ok(found) if found.meta.size == len => found.bytes().await.map(Some),
                Ok(_) => Ok(None),
                // A range behind the end is an error of each store's own.
                Err(error) => match self.store.head(path).await {
                    Ok(about) if about.size != len => Ok(None),
                    Ok(_) => Err(error),
                    Err(other) => Err(other),
                },
            }
        });
        match got {
            Err(Error::NotFound { .. }) => {
                Err(BackupError::damaged(format_args!("`{name}` is missing")))
            }
            Err(error) => Err(self.failed(name)(error)),
            Ok(bytes) => Ok(bytes.filter(|bytes| length(bytes.len()) == wanted)),
        }
    }

    /// Writes an object over what is there.
    pub(crate) fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), BackupError> {
        let path = self.at(name);
        self.note_sent(bytes.len());
        let put = self.runtime.block_on(self.store.put(&path, bytes.into()));
        put.map(drop).map_err(self.failed(name))
    }

    /// Writes an object that is not there; whether it was written.
    pub(crate) fn put_new(&self, name: &str, bytes: Vec<u8>) -> Result<bool, BackupError> {
        let path = self.at(name);
        self.note_sent(bytes.len());
        let put = self.store.put_opts(&path, bytes.into(), PutMode::Create.into());
        match self.runtime.block_on(put) {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.failed(name)(error)),
        }
    }

    /// The names of the objects in a folder.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<String>, BackupError> {
        let path = self.at(folder);
        match self.runtime.block_on(self.store.list_with_delimiter(Some(&path))) {
            Ok(found) => {
                let names = found.objects.iter().filter_map(|about| about.location.filename());
                Ok(names.map(str::to_owned).collect())
            }
            Err(Error::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(self.failed(folder)(error)),
        }
    }

    /// Writes what `bytes` returns over an object, again and again, until it is stopped.
    pub(crate) fn renew(
        &self,
        name: &str,
        pause: Duration,
        bytes: impl Fn() -> Vec<u8> + Send + 'static,
    ) -> Renewal {
        let (store, path, stop) = (Arc::clone(&self.store), self.at(name), Arc::new(Notify::new()));
        let stopped = Arc::clone(&stop);
        let task = self.runtime.spawn(async move {
            while tokio::time::timeout(pause, stopped.notified()).await.is_err() {
                if let Err(error) = store.put(&path, bytes().into()).await {
                    tracing::warn!(%error, object = %path, "cannot renew an object of the backup");
                }
            }
        });
        Renewal { stop, task: Some(task) }
    }

    /// Waits until a renewal has stopped.
    pub(crate) fn stop(&self, renewal: &mut Renewal) {
        renewal.stop.notify_one();
        if let Some(task) = renewal.task.take() {
            // It does not panic, and nothing depends on its end.
            let _ = self.runtime.block_on(task);
        }
    }

    /// Writes the object that `from` is, and returns what it was.
    pub(crate) fn put_all(&self, name: &str, from: &mut dyn Read) -> Result<Part, BackupError> {
        let mut hash = Sha256::new();
        let mut next = || {
            let mut step = Vec::new();
            from.take(length(STEP_BYTES)).read_to_end(&mut step)?;
            hash.update(&step);
            Ok::<_, io::Error>(step)
        };
        let first = next()?;
        let mut len = length(first.len());
        if first.len() < STEP_BYTES {
            self.put(name, first)?;
        } else {
            len = self.put_parts(name, first, &mut next)?;
        }
        Ok(Part { len, sha256: Hash(hash.finish()) })
    }

    fn put_parts(
        &self,
        name: &str,
        first: Vec<u8>,
        next: &mut dyn FnMut() -> io::Result<Vec<u8>>,
    ) -> Result<u64, BackupError> {
        let (path, failed) = (self.at(name), self.failed(name));
        let upload = self.runtime.block_on(self.store.put_multipart(&path)).map_err(&failed)?;
        let (mut step, mut len) = (first, 0_u64);
        self.runtime.block_on(async {
            let mut upload = WriteMultipart::new_with_chunk_size(upload, STEP_BYTES);
            while !step.is_empty() {
                len = len.saturating_add(length(step.len()));
                self.note_sent(step.len());
                upload.wait_for_capacity(PARTS_MAX).await.map_err(&failed)?;
                upload.put(step.into());
                match next() {
                    Ok(read) => step = read,
                    Err(error) => {
                        // What cannot be taken back is a remainder that no manifest names.
                        let _ = upload.abort().await;
                        return Err(error.into());
                    }
                }
            }
            upload.finish().await.map(drop).map_err(&failed)
        })?;
        Ok(len)
    }

    /// Deletes an object; a missing one is not an error.
    pub(crate) fn delete(&self, name: &str) -> Result<(), BackupError> {
        let path = self.at(name);
        match self.runtime.block_on(self.store.delete(&path)) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed(name)(error)),
        }
    }

    /// Reads an object that is a part; errors at its end if it is not what was written.
    pub(crate) fn read(self: &Arc<Self>, name: &str, part: Part) -> PartReader {
        let (place, name) = (Arc::clone(self), name.to_owned());
        PartReader { place, name, part, hash: Some(Sha256::new()), offset: 0, step: Bytes::new() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.shown).finish()
    }
}

/// What [`Place::renew`] began; it ends when it is dropped, too.
#[derive(Debug)]
pub(crate) struct Renewal {
    stop: Arc<Notify>,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Drop for Renewal {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

fn not_as_written(name: &str) -> BackupError {
    BackupError::damaged(format_args!("`{name}` is not what was written"))
}

fn length(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Reads a part step by step, and compares its hash at the end.
pub(crate) struct PartReader {
    place: Arc<Place>,
    name: String,
    part: Part,
    /// `None` once it was compared.
    hash: Option<Sha256>,
    offset: u64,
    step: Bytes,
}

impl PartReader {
    fn fetch(&mut self) -> Result<(), BackupError> {
        let left = self.part.len.saturating_sub(self.offset);
        if left == 0 {
            if let Some(hash) = self.hash.take()
                && Hash(hash.finish()) != self.part.sha256
            {
                return Err(not_as_written(&self.name));
            }
            return Ok(());
        }
        let end = self.offset.saturating_add(left.min(length(STEP_BYTES)));
        let (path, range) = (self.place.at(&self.name), self.offset..end);
        let Some(got) = self.place.range(&path, range, self.part.len, &self.name)? else {
            return Err(not_as_written(&self.name));
        };
        if let Some(hash) = &mut self.hash {
            hash.update(&got);
        }
        self.offset = self.offset.saturating_add(length(got.len()));
        self.step = got;
        Ok(())
    }

    /// Writes all of it to `file`.
    pub(crate) fn copy_to(&mut self, file: &mut dyn io::Write) -> Result<(), BackupError> {
        while self.hash.is_some() {
            self.fetch()?;
            file.write_all(&std::mem::take(&mut self.step))?;
        }
        Ok(())
    }

    /// Reads what is left, for its hash alone.
    pub(crate) fn drain(mut self) -> Result<(), BackupError> {
        while self.hash.is_some() {
            self.fetch()?;
        }
        Ok(())
    }
}

impl Read for PartReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.step.is_empty() && self.hash.is_some() {
            self.fetch().map_err(io::Error::other)?;
        }
        let step = self.step.split_to(out.len().min(self.step.len()));
        if let Some(out) = out.get_mut(..step.len()) {
            out.copy_from_slice(&step);
        }
        Ok(step.len())
    }
}
