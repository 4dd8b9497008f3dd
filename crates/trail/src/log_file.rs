//! Log files: their names, their bytes, and how many records go into one.
//!
//! Observed: `{"Records":[…]}` on one line, one gzip member, records in no order; the time in the
//! name is the end of a slot of five minutes, and every event is older than that.

use std::fmt;
use std::io;

use serde::Deserialize;
use serde_json::Value;
use types::{AccountId, MINUTE_MS, Timestamp};

use crate::gzip::{self, GzipError, Writer};
use crate::names;

/// The slot in a file's name. Observed: minutes are multiples of five in every name.
pub const SLOT_MS: u64 = 5 * MINUTE_MS;

const OPENING: &str = r#"{"Records":["#;
const CLOSING: &str = "]}";

/// A file ready to be stored, and its entry in the digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// The object's bytes.
    pub gz: Vec<u8>,
    /// SHA-256 of the plain bytes, in lower-case hexadecimal.
    pub plain_sha256_hex: String,
    /// The size before compression.
    pub plain_bytes: u64,
    /// How many records are inside.
    pub records: usize,
    /// The earliest `eventTime`; none in a file without records.
    pub oldest: Option<Timestamp>,
    /// The latest `eventTime`.
    pub newest: Option<Timestamp>,
}

/// When a file is full. A file has at least one record, however large that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// The most records.
    pub records_max: usize,
    /// The maximum number of decompressed bytes, which a reader must buffer.
    pub plain_bytes_max: u64,
}

impl Default for Caps {
    /// 50 000 records or 256 MB when inflated: of records, which compress to less than a fifth, that
    /// is less than 50 MB as delivered.
    ///
    /// Source: `CloudTrail` User Guide, "Quotas in CloudTrail": 50 MB, compressed.
    fn default() -> Self {
        Self { records_max: 50_000, plain_bytes_max: 256_000_000 }
    }
}

/// Writes all records into one file.
///
/// Fails on a record that is not a JSON object: an unreadable file must not be delivered.
pub fn write<R: AsRef<str>>(records: impl Iterator<Item = R>) -> io::Result<LogFile> {
    let mut draft = Draft::new()?;
    for record in records {
        draft.put(record.as_ref())?;
    }
    draft.finish()
}

/// A file in the making.
struct Draft {
    writer: Writer,
    plain_bytes: u64,
    records: usize,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
}

/// All that is read of a record on its way.
#[derive(Deserialize)]
struct Timed {
    #[serde(rename = "eventTime", default)]
    event_time: Option<String>,
}

impl Draft {
    fn new() -> io::Result<Self> {
        let writer = Writer::new();
        let mut draft = Self { writer, plain_bytes: 0, records: 0, oldest: None, newest: None };
        draft.text(OPENING)?;
        Ok(draft)
    }

    fn put(&mut self, record: &str) -> io::Result<()> {
        let timed: Timed = serde_json::from_str(record)?;
        if self.records > 0 {
            self.text(",")?;
        }
        self.text(record)?;
        self.records = self.records.saturating_add(1);
        if let Some(time) = timed.event_time.as_deref().and_then(Timestamp::parse_iso) {
            self.oldest = Some(self.oldest.map_or(time, |oldest| oldest.min(time)));
            self.newest = Some(self.newest.map_or(time, |newest| newest.max(time)));
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.plain_bytes = self.plain_bytes.saturating_add(text.len() as u64);
        self.writer.put(text.as_bytes())
    }

    fn finish(mut self) -> io::Result<LogFile> {
        self.text(CLOSING)?;
        let Self { writer, plain_bytes, records, oldest, newest } = self;
        let (gz, plain_sha256_hex) = writer.finish()?;
        Ok(LogFile { gz, plain_sha256_hex, plain_bytes, records, oldest, newest })
    }
}

/// Why bytes are no log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// The compression is broken, or there is too much inside.
    Gzip(GzipError),
    /// The contents are not `{"Records":[…]}`.
    Format,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip(error) => error.fmt(f),
            Self::Format => f.write_str("not a list of records"),
        }
    }
}

impl std::error::Error for ReadError {}

/// The records of a file of at most `bytes_max` plain bytes.
pub fn read(gz: &[u8], bytes_max: u64) -> Result<Vec<Value>, ReadError> {
    let plain = gzip::decompress(gz, bytes_max).map_err(ReadError::Gzip)?;
    let Ok(Value::Object(mut file)) = serde_json::from_slice(&plain) else {
        return Err(ReadError::Format);
    };
    match file.remove("Records") {
        Some(Value::Array(records)) => Ok(records),
        _ => Err(ReadError::Format),
    }
}

/// The time in the name of a file that is cut `now`: the next boundary of five minutes, or of one
/// minute where files are cut more often than every five minutes, which only Shoseki does.
///
/// Observed: minutes are multiples of five in every name on AWS, and every event of a file is older
/// than the time in its name.
pub fn slot_end(now: Timestamp, interval_ms: u64) -> Timestamp {
    now.ceil_to(if interval_ms < SLOT_MS { MINUTE_MS } else { SLOT_MS })
}

/// The folder of an account's and region's log files, without the dates; ends with a slash.
pub fn folder(prefix: Option<&str>, account: &AccountId, region: &str) -> String {
    format!("{}CloudTrail/{region}/", names::account_folder(prefix, None, account))
}

/// The key of a log file. `unique` is 16 characters of `[A-Za-z0-9]`.
///
/// Source: `CloudTrail` User Guide, "CloudTrail log file examples".
pub fn object_key(
    prefix: Option<&str>,
    account: &AccountId,
    region: &str,
    slot_end: Timestamp,
    unique: &str,
) -> String {
    let folder = folder(prefix, account, region);
    let days = names::date_folders(slot_end);
    let minute = names::minute(slot_end);
    format!("{folder}{days}/{account}_CloudTrail_{region}_{minute}_{unique}.json.gz")
}

/// The end of the delivery slot in the name of a key of ours or AWS's.
pub fn slot_of(key: &str) -> Option<Timestamp> {
    let stem = key.strip_suffix(".json.gz")?;
    let (rest, _unique) = stem.rsplit_once('_')?;
    let (_, minute) = rest.rsplit_once('_')?;
    let digits = minute.strip_suffix('Z')?;
    Timestamp::parse_basic(&format!("{digits}00Z"))
}

#[cfg(test)]
mod tests;
