use serde::{Deserialize, Serialize};
use types::{AccountId, Timestamp};

use super::{Digest, DigestedFile, HASH_ALGORITHM, Link, SIGNATURE_ALGORITHM};

/// The document, in AWS's member order.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    aws_account_id: String,
    digest_start_time: String,
    digest_end_time: String,
    #[serde(rename = "digestS3Bucket")]
    digest_s3_bucket: String,
    #[serde(rename = "digestS3Object")]
    digest_s3_object: String,
    digest_public_key_fingerprint: String,
    digest_signature_algorithm: String,
    newest_event_time: Option<String>,
    oldest_event_time: Option<String>,
    #[serde(rename = "previousDigestS3Bucket")]
    previous_digest_s3_bucket: Option<String>,
    #[serde(rename = "previousDigestS3Object")]
    previous_digest_s3_object: Option<String>,
    previous_digest_hash_value: Option<String>,
    previous_digest_hash_algorithm: Option<String>,
    previous_digest_signature: Option<String>,
    log_files: Vec<File>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(rename = "s3Bucket")]
    s3_bucket: String,
    #[serde(rename = "s3Object")]
    s3_object: String,
    hash_value: String,
    hash_algorithm: String,
    newest_event_time: Option<String>,
    oldest_event_time: Option<String>,
}

pub(super) fn write(digest: &Digest) -> Result<String, serde_json::Error> {
    let iso = |time: Option<Timestamp>| time.map(Timestamp::iso);
    let previous = digest.previous.as_ref();
    let file = |file: &DigestedFile| File {
        s3_bucket: file.bucket.clone(),
        s3_object: file.object.clone(),
        hash_value: file.hash.clone(),
        hash_algorithm: HASH_ALGORITHM.to_owned(),
        newest_event_time: iso(file.newest),
        oldest_event_time: iso(file.oldest),
    };
    let document = Document {
        aws_account_id: digest.account.as_str().to_owned(),
        digest_start_time: digest.start.iso(),
        digest_end_time: digest.end.iso(),
        digest_s3_bucket: digest.bucket.clone(),
        digest_s3_object: digest.object.clone(),
        digest_public_key_fingerprint: digest.fingerprint.clone(),
        digest_signature_algorithm: SIGNATURE_ALGORITHM.to_owned(),
        newest_event_time: iso(digest.newest()),
        oldest_event_time: iso(digest.oldest()),
        previous_digest_s3_bucket: previous.map(|link| link.bucket.clone()),
        previous_digest_s3_object: previous.map(|link| link.object.clone()),
        previous_digest_hash_value: previous.map(|link| link.hash.clone()),
        previous_digest_hash_algorithm: previous.map(|_| HASH_ALGORITHM.to_owned()),
        previous_digest_signature: previous.map(|link| link.signature.clone()),
        log_files: digest.log_files.iter().map(file).collect(),
    };
    serde_json::to_string(&document)
}

pub(super) fn read(json: &[u8]) -> Option<Digest> {
    let document: Document = serde_json::from_slice(json).ok()?;
    let link = document.previous_digest_s3_bucket.map(|bucket| {
        Some(Link {
            bucket,
            object: document.previous_digest_s3_object?,
            hash: document.previous_digest_hash_value?,
            signature: document.previous_digest_signature?,
        })
    });
    let previous = match link {
        None => None,
        Some(link) => Some(link?),
    };
    let log_files = document.log_files.into_iter().map(read_file).collect::<Option<Vec<_>>>()?;
    Some(Digest {
        account: AccountId::parse(&document.aws_account_id)?,
        start: Timestamp::parse_iso(&document.digest_start_time)?,
        end: Timestamp::parse_iso(&document.digest_end_time)?,
        bucket: document.digest_s3_bucket,
        object: document.digest_s3_object,
        fingerprint: document.digest_public_key_fingerprint,
        previous,
        log_files,
    })
}

fn read_file(file: File) -> Option<DigestedFile> {
    let time = |text: Option<String>| match text {
        None => Some(None),
        Some(text) => Timestamp::parse_iso(&text).map(Some),
    };
    Some(DigestedFile {
        bucket: file.s3_bucket,
        object: file.s3_object,
        hash: file.hash_value,
        newest: time(file.newest_event_time)?,
        oldest: time(file.oldest_event_time)?,
    })
}
