//! Retention and legal hold of an object.
//!
//! Source: S3 API Reference, "PutObjectRetention", "PutObjectLegalHold" and their readers.

use gateway::{Ctx, Spec};

use super::object_tagging::{change, found, on_object};
use crate::access;
use crate::access::Needs;
use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::lock;
use crate::model::{Bucket, Mode, Retention};
use crate::request::Request;
use crate::response::Response;
use crate::xml::{self, Xml};

const RETENTION: &[&str] = &["retention"];
const LEGAL_HOLD: &[&str] = &["legal-hold"];

fn expect_lock(bucket: &Bucket) -> S3Result<()> {
    if bucket.object_lock.is_none() {
        return Err(S3Error::request("Bucket is missing Object Lock Configuration").into());
    }
    Ok(())
}

/// Shows the retention.
#[derive(Debug)]
pub(crate) struct GetObjectRetention;

impl PlainApi for GetObjectRetention {
    const SPEC: Spec = on_object("GetObjectRetention", "GET", RETENTION);
    const ACTION: &'static str = "s3:GetObjectRetention";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        expect_lock(bucket)?;
        let version = found(ctx, bucket, request)?;
        let retention = version.content("GET")?.lock.retention.ok_or(S3Error::NoObjectLock)?;
        let mut xml = Xml::result("Retention");
        xml.text("Mode", retention.mode.name()).text("RetainUntilDate", retention.until.iso_ms());
        Ok(Response::xml(xml))
    }
}

/// Sets or extends the retention.
#[derive(Debug)]
pub(crate) struct PutObjectRetention;

impl PlainApi for PutObjectRetention {
    const SPEC: Spec = on_object("PutObjectRetention", "PUT", RETENTION);
    const ACTION: &'static str = "s3:PutObjectRetention";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        let mut needs = vec![access::on_path(ctx, bucket, request, Self::ACTION)];
        if lock::wants_bypass(request) {
            let action = "s3:BypassGovernanceRetention";
            needs.push(access::on_path(ctx, bucket, request, action));
        }
        Ok(needs.into())
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        // Observed: the key is checked before the bucket's lock.
        let version = found(ctx, bucket, request)?;
        expect_lock(bucket)?;
        let new = read_retention(ctx, request)?;
        let bypass = lock::bypass(request, bucket)?;
        version.content(&request.method)?.lock.check_change(new, ctx.now(), bypass)?;
        change(ctx, request, (bucket, version), 200, |stored| stored.lock.retention = new)
    }
}

/// Observed: an unknown mode or half a retention is malformed. An empty one removes it.
fn read_retention(ctx: &Ctx<'_>, request: &Request) -> S3Result<Option<Retention>> {
    let document = xml::read(request.document()?, "Retention")?;
    match (document.text_of("Mode"), document.text_of("RetainUntilDate")) {
        (None, None) if !request.lacks_document() && lock::wants_bypass(request) => Ok(None),
        (Some(mode), Some(until)) if Mode::parse(mode).is_some() => {
            let retention = Retention::parse(mode, until, ctx.now(), "RetainUntilDate")?;
            Ok(Some(retention))
        }
        (Some(_) | None, Some(_) | None) => Err(S3Error::MalformedXml.into()),
    }
}

/// Returns the legal hold.
#[derive(Debug)]
pub(crate) struct GetObjectLegalHold;

impl PlainApi for GetObjectLegalHold {
    const SPEC: Spec = on_object("GetObjectLegalHold", "GET", LEGAL_HOLD);
    const ACTION: &'static str = "s3:GetObjectLegalHold";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        expect_lock(bucket)?;
        let version = found(ctx, bucket, request)?;
        let hold = version.content("GET")?.lock.hold.ok_or(S3Error::NoObjectLock)?;
        let mut xml = Xml::result("LegalHold");
        xml.text("Status", lock::hold_name(hold));
        Ok(Response::xml(xml))
    }
}

/// Sets or lifts the legal hold.
#[derive(Debug)]
pub(crate) struct PutObjectLegalHold;

impl PlainApi for PutObjectLegalHold {
    const SPEC: Spec = on_object("PutObjectLegalHold", "PUT", LEGAL_HOLD);
    const ACTION: &'static str = "s3:PutObjectLegalHold";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let version = found(ctx, bucket, request)?;
        expect_lock(bucket)?;
        let document = xml::read(request.document()?, "LegalHold")?;
        let hold = match document.text_of("Status") {
            Some("ON") => true,
            Some("OFF") => false,
            _ => return Err(S3Error::MalformedXml.into()),
        };
        change(ctx, request, (bucket, version), 200, |stored| stored.lock.hold = Some(hold))
    }
}
