//! The condition keys with values from a request.
//!
//! Source: Service Authorization Reference, "Condition keys for Amazon S3". They reflect the
//! request, in its headers, its query or its document: a default of the bucket does not satisfy
//! them.

use gateway::{Auth, Ctx, SignatureVersion};
use policy::Context;
use types::{DAY_MS, Timestamp};

use crate::lock;
use crate::model::{Ownership, Retention};
use crate::request::Request;
use crate::tags::{self, Tagged};
use crate::xml;

/// Condition keys that are headers under their own name.
const HEADER_KEYS: [&str; 17] = [
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
    "if-match",
    "if-none-match",
];
/// Condition keys that are query parameters: name of the parameter and of the key.
const QUERY_KEYS: [(&str, &str); 4] = [
    ("prefix", "s3:prefix"),
    ("delimiter", "s3:delimiter"),
    ("max-keys", "s3:max-keys"),
    ("versionId", "s3:VersionId"),
];

/// The keys of any request.
pub(crate) fn of_request(ctx: &Ctx<'_>, request: &Request) -> Context {
    let mut context = Context::new();
    for name in HEADER_KEYS {
        if let Some(value) = request.header(name) {
            context.set(&format!("s3:{name}"), value);
        }
    }
    for (name, key) in QUERY_KEYS {
        if let Some(value) = request.param(name) {
            context.set(key, value);
        }
    }
    let lock = |name: &str| request.header(&format!("x-amz-object-lock-{name}"));
    if let Some(hold) = lock("legal-hold") {
        context.set("s3:object-lock-legal-hold", hold);
    }
    add_retention(&mut context, ctx.now(), lock("mode"), lock("retain-until-date"));
    if let Some(Ok(pairs)) = request.header("x-amz-tagging").map(|text| tags::from_header(&text)) {
        add_object_tags(&mut context, pairs);
    }
    add_document(ctx, request, &mut context);
    add_signature(ctx, &mut context);
    context
}

/// The keys that documents about objects or about Object Ownership set.
const DOCUMENT_KEYS: [&str; 7] = [
    "s3:RequestObjectTag",
    "s3:RequestObjectTagKeys",
    "s3:object-lock-legal-hold",
    "s3:object-lock-mode",
    "s3:object-lock-remaining-retention-days",
    "s3:object-lock-retain-until-date",
    "s3:x-amz-object-ownership",
];

/// The keys in a request's document. A malformed document has none: the call fails on it after the
/// decision. One that has not arrived leaves them open.
fn add_document(ctx: &Ctx<'_>, request: &Request, context: &mut Context) {
    if request.method != "PUT" || request.lacks_document() {
        return;
    }
    let asks = |name: &str| request.param(name).is_some();
    let on_object = !request.key.is_empty();
    let Ok(body) = request.document() else {
        if on_object || asks("ownershipControls") {
            for key in DOCUMENT_KEYS {
                context.leave_open(key);
            }
        }
        return;
    };
    if on_object && asks("tagging") {
        let document = xml::read(body, "Tagging");
        let pairs = document.and_then(|root| tags::from_document(&root, Tagged::Object));
        add_object_tags(context, pairs.unwrap_or_default());
    } else if on_object && asks("retention") {
        let Ok(root) = xml::read(body, "Retention") else { return };
        let text = |name: &str| root.text_of(name).map(str::to_owned);
        add_retention(context, ctx.now(), text("Mode"), text("RetainUntilDate"));
    } else if on_object && asks("legal-hold") {
        let Ok(root) = xml::read(body, "LegalHold") else { return };
        if let Some(hold) = root.text_of("Status").filter(|text| lock::parse_hold(text).is_ok()) {
            context.set("s3:object-lock-legal-hold", hold);
        }
    } else if !on_object && asks("ownershipControls") {
        let Ok(root) = xml::read(body, "OwnershipControls") else { return };
        let ownership = root.child("Rule").and_then(|rule| rule.text_of("ObjectOwnership"));
        if let Some(ownership) = ownership.and_then(Ownership::parse) {
            context.set("s3:x-amz-object-ownership", ownership.as_str());
        }
    }
}

/// Source: S3 User Guide, "Managing Object Lock", the limits of retention periods. The remaining days
/// are rounded up, so that no retention beyond a limit passes it.
fn add_retention(
    context: &mut Context,
    now: Timestamp,
    mode: Option<String>,
    until: Option<String>,
) {
    if let (Some(mode), Some(until)) = (&mode, &until)
        && let Ok(retention) = Retention::parse(mode, until, now, "")
    {
        let days = retention.until.since_ms(now).div_ceil(DAY_MS);
        context.set("s3:object-lock-remaining-retention-days", days.to_string());
    }
    if let Some(mode) = mode {
        context.set("s3:object-lock-mode", mode);
    }
    if let Some(until) = until {
        context.set("s3:object-lock-retain-until-date", until);
    }
}

fn add_object_tags(context: &mut Context, pairs: Vec<(String, String)>) {
    for (key, value) in &pairs {
        context.set(&format!("s3:RequestObjectTag/{key}"), value.as_str());
    }
    let keys: Vec<_> = pairs.into_iter().map(|(key, _)| key).collect();
    if !keys.is_empty() {
        context.set_list("s3:RequestObjectTagKeys", keys);
    }
}

/// Source: S3 API Reference, "Amazon S3 Signature Version 4 Authentication Specific Policy Keys". A
/// presigned URL of Version 2 has no age, because it does not contain its creation time. The version
/// of TLS is not the signature's: unsigned requests have it, too.
pub(crate) fn add_signature(ctx: &Ctx<'_>, context: &mut Context) {
    let Some(origin) = &ctx.call().origin else { return };
    if let Some((version, _)) = &origin.tls {
        context.set("s3:TlsVersion", version.trim_start_matches("TLSv"));
    }
    let kind = match origin.auth {
        Auth::Header => "REST-HEADER",
        Auth::Query => "REST-QUERY-STRING",
        Auth::Form => "POST",
        Auth::None => return,
    };
    context.set("s3:authType", kind);
    let version = match origin.version {
        Some(SignatureVersion::V2) => "AWS",
        Some(SignatureVersion::V4) | None => "AWS4-HMAC-SHA256",
    };
    context.set("s3:signatureversion", version);
    if let Some(age) = gateway::signature_age_ms(ctx.call()) {
        context.set("s3:signatureAge", age.to_string());
    }
}
