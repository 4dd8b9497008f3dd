//! Step 4: the contents of the bucket.

use http::Method;
use serde_json::{Value, json};
use trail::log_file;
use types::Timestamp;
use wire::uri;
use wire::xml::{self, Limits};

use super::documents::BUCKET;
use super::messages::Message;
use super::{Stop, Walk};
use crate::client::Call;

/// The largest log file that is shown, decompressed.
const PLAIN_BYTES_MAX: u64 = 256 << 20;

/// An object in a listing.
pub(super) struct Listed {
    pub(super) key: String,
    size: String,
    modified: String,
}

impl Listed {
    fn is_after(&self, began: Timestamp) -> bool {
        Timestamp::parse_iso(&self.modified).is_some_and(|modified| modified >= began)
    }
}

impl Walk<'_> {
    /// Step 4 up to one record; returns the key of a log file that was delivered after `began`.
    pub(super) fn show_contents(&mut self, key: &str, began: Timestamp) -> Result<String, Stop> {
        self.print(&Message::StepContents);
        let folder = format!("AWSLogs/{}/CloudTrail/", self.config.account);
        let interval_ms = self.config.delivery_interval_ms;
        let log_file = self.wait(&Message::WaitingForLogFile, interval_ms, |walk| {
            let mut new = walk.list(&folder)?.into_iter().filter(|object| object.is_after(began));
            Ok(new.next().map(|object| object.key))
        })?;
        self.show_listing()?;
        self.show_encryption(&log_file, key)?;
        self.show_record(&log_file)?;
        Ok(log_file)
    }

    /// The first thousand objects, by name.
    pub(super) fn list(&self, prefix: &str) -> Result<Vec<Listed>, Stop> {
        let answered = self.client.call(&list_objects(prefix))?;
        objects(&answered.body)
    }

    fn show_listing(&self) -> Result<(), Stop> {
        let answered = self.call(&list_objects("AWSLogs/"))?;
        let listed = objects(&answered.body)?;
        for Listed { key, size, modified } in &listed {
            self.out.text(&format!("    {modified} {size:>8} {key}"));
        }
        let objects: Vec<Value> = listed
            .iter()
            .map(|object| json!({ "Key": object.key, "LastModified": object.modified }))
            .collect();
        self.out.value(&json!({ "type": "objects", "bucket": BUCKET, "objects": objects }));
        Ok(())
    }

    /// `HeadObject` must return SSE-KMS and the scenario's key.
    fn show_encryption(&self, log_file: &str, key: &str) -> Result<(), Stop> {
        let place = format!("{BUCKET}/{log_file}");
        let head = self.call(&Call::s3("HeadObject", Method::HEAD, &place, ""))?;
        for (name, want) in [
            ("x-amz-server-side-encryption", "aws:kms"),
            ("x-amz-server-side-encryption-aws-kms-key-id", key),
        ] {
            let value = head.header(name).unwrap_or_default();
            self.print(&Message::Detail { name, value });
            if value != want {
                return Err(Stop::Wrong(format!("{log_file}: {name} is `{value}`")));
            }
        }
        Ok(())
    }

    fn show_record(&self, log_file: &str) -> Result<(), Stop> {
        let place = format!("{BUCKET}/{log_file}");
        let got = self.call(&Call::s3("GetObject", Method::GET, &place, ""))?;
        let unreadable = |error| Stop::Wrong(format!("{log_file}: {error}"));
        let records = log_file::read(&got.body, PLAIN_BYTES_MAX).map_err(unreadable)?;
        let Some(record) = most_informative(&records) else {
            return Err(Stop::Wrong(format!("{log_file}: no records")));
        };
        self.print(&Message::Record { count: records.len() });
        self.out.lines(&format!("{record:#}"));
        self.out.value(&json!({ "type": "record", "record": record }));
        Ok(())
    }
}

/// Prefers a record of a user's call to a service's, and of a write to a read.
fn most_informative(records: &[Value]) -> Option<&Value> {
    let text =
        |record: &Value, at: &str| record.pointer(at).and_then(Value::as_str) == Some("Root");
    let change = |record: &&Value| record.pointer("/readOnly") == Some(&Value::Bool(false));
    let person = |record: &&Value| text(record, "/userIdentity/type");
    records
        .iter()
        .filter(person)
        .find(change)
        .or_else(|| records.iter().find(person))
        .or(records.first())
}

fn list_objects(prefix: &str) -> Call {
    let query = format!("list-type=2&prefix={}", uri::encode(prefix));
    Call::s3("ListObjectsV2", Method::GET, BUCKET, &query)
}

fn objects(body: &[u8]) -> Result<Vec<Listed>, Stop> {
    let root = xml::parse(body, Limits::S3).map_err(|error| Stop::Wrong(error.to_string()))?;
    let listed = root.children("Contents").map(|object| {
        let text = |name| object.text_of(name).unwrap_or_default().to_owned();
        Listed { key: text("Key"), size: text("Size"), modified: text("LastModified") }
    });
    Ok(listed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A user's write is more informative than a user's read, which is more informative than a
    /// service's call.
    #[test]
    fn the_most_informative_record_is_shown() {
        let record = |name: &str, who: &str, read_only: bool| json!({ "eventName": name, "userIdentity": { "type": who }, "readOnly": read_only });
        let service = record("GenerateDataKey", "AWSService", true);
        let read = record("GetBucketPolicy", "Root", true);
        let change = record("StartLogging", "Root", false);
        let name =
            |records: &[Value]| most_informative(records).map(|record| record["eventName"].clone());
        assert_eq!(name(&[service.clone(), read.clone(), change]), Some("StartLogging".into()));
        assert_eq!(name(&[service.clone(), read]), Some("GetBucketPolicy".into()));
        assert_eq!(name(&[service]), Some("GenerateDataKey".into()));
        assert_eq!(name(&[]), None);
    }
}
