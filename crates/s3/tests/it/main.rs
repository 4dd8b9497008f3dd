//! Whole calls through the pipeline, events included.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod acl_permissions;
mod archived;
mod attributes;
mod byte_ranges;
mod calls;
mod condition_keys;
mod conditions;
mod control;
mod copies;
mod copy_encryption;
mod cors;
mod customer_keys;
mod data_events;
mod encryption;
mod events;
mod every_operation;
mod forms;
mod full_disk;
mod key_pages;
mod kms_refusals;
mod listings;
mod locks;
mod multipart;
mod objects;
mod one_value;
mod ownership;
mod parts;
mod policies;
mod policy_conditions;
mod policy_documents;
mod presigned;
mod public_access;
mod read_conditions;
mod recorded;
mod regions;
mod retention;
mod setting_checks;
mod settings;
mod signature_v2;
mod sub_resources;
mod sweeping;
mod trailers;
mod unserved;
mod upload_checksums;
mod upload_encryption;
mod upload_parts;
mod version_pages;
mod version_states;
mod versions;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use testkit::{Answered, Kit, S3Request};

/// A kit with S3 and KMS and the bucket `bkt`.
fn kit() -> Kit {
    let kit = Kit::new(&[s3::ROWS, kms::ROWS, iam::ROWS]);
    create(&kit, "bkt");
    kit
}

fn create(kit: &Kit, bucket: &str) {
    let body = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
                </LocationConstraint></CreateBucketConfiguration>";
    drop(send(kit, "PUT", &format!("/{bucket}"), &[], body).ok());
}

fn create_in(kit: &Kit, region: &str, bucket: &str) {
    let body = format!(
        "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint>\
         </CreateBucketConfiguration>"
    );
    let target = format!("/{bucket}");
    drop(kit.send_in(region, &kit.root, "s3", "PUT", &target, &[], body.as_bytes()).ok());
}

fn send(
    kit: &Kit,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Answered {
    kit.s3(S3Request { method, target, headers, body: body.as_ref() })
}

fn get(kit: &Kit, target: &str) -> Answered {
    send(kit, "GET", target, &[], "")
}

fn put(kit: &Kit, target: &str, body: impl AsRef<[u8]>) -> Answered {
    send(kit, "PUT", target, &[], body).ok()
}

fn enable_versioning(kit: &Kit, status: &str) {
    let body =
        format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    drop(put(kit, "/bkt?versioning", body));
}

/// The checksum of `hello`, computed by zlib.
const HELLO_CRC32: (&str, &str) = ("x-amz-checksum-crc32", "NhCmhg==");

fn md5_of(document: &str) -> String {
    STANDARD.encode(keys::md5(document.as_bytes()))
}

/// `DeleteObjects` with the digest that it demands.
fn delete_many(kit: &Kit, target: &str, document: &str) -> Answered {
    let digest = md5_of(document);
    send(kit, "POST", target, &[("content-md5", &digest)], document)
}
