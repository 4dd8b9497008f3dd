//! `ListBuckets`.
//!
//! Source: S3 API Reference, "ListBuckets".

use std::ops::ControlFlow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Access, Ctx, Scope, Spec};
use types::Region;

use crate::SERVICE;
use crate::access;
use crate::api::ServiceApi;
use crate::bucket::{BUCKETS, canonical_id};
use crate::conditions;
use crate::error::{S3Error, S3Result};
use crate::model::Bucket;
use crate::request::Request;
use crate::response::Response;
use crate::xml::{Xml, body_time};

/// Source: S3 API Reference: pages of at most 10,000 buckets.
const BUCKETS_MAX: u32 = 10_000;

/// Lists the buckets of the caller's account.
#[derive(Debug)]
pub(crate) struct ListBuckets;

const ACTION: &str = "s3:ListAllMyBuckets";

impl ServiceApi for ListBuckets {
    const SPEC: Spec =
        Spec::reads(&SERVICE, "ListBuckets").rest("GET", Scope::Service, &[]).when_full();

    fn needs(ctx: &Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        let context = conditions::of_request(ctx, request);
        Ok(vec![Access { context, ..Access::by_identity(ACTION, "arn:aws:s3:::*") }])
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Response> {
        let max = page_size(request)?;
        let prefix = request.param("prefix").unwrap_or_default();
        let region = region(request)?;
        let after = match request.filled("continuation-token") {
            Some(token) => decode_token(token)?,
            None => String::new(),
        };
        let account = ctx.account().clone();
        let (mut page, mut more) = (Vec::new(), false);
        BUCKETS.visit(ctx.tx(), prefix, after.as_bytes(), &mut |_, bucket| {
            let mine = bucket.owner == account && bucket.name != after;
            if !mine || region.is_some_and(|region| region != bucket.region.as_str()) {
                return ControlFlow::Continue(());
            }
            if page.len() >= max {
                more = true;
                return ControlFlow::Break(());
            }
            page.push(bucket);
            ControlFlow::Continue(())
        })?;
        // Observed: the plain form returns no regions.
        let paged = ["max-buckets", "prefix", "bucket-region", "continuation-token"];
        let paged = paged.iter().any(|name| request.filled(name).is_some());
        let next = page.last().filter(|_| more).map(|bucket| STANDARD.encode(&bucket.name));
        Ok(Response::xml(document(&canonical_id(&account), &page, paged, prefix, next)))
    }
}

fn page_size(request: &Request) -> S3Result<usize> {
    let max = request.count("max-buckets", BUCKETS_MAX, BUCKETS_MAX)?;
    if max == 0 {
        let message = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(S3Error::argument(message, "max-buckets", "0").into());
    }
    Ok(max)
}

/// The region whose buckets are requested. Observed: it must be valid.
fn region(request: &Request) -> S3Result<Option<&str>> {
    let name = "bucket-region";
    match request.filled(name) {
        Some(text) if Region::parse(text).is_none() => {
            let message = format!("Argument value {text} is not a valid AWS Region");
            Err(S3Error::named(message, name).into())
        }
        known @ (Some(_) | None) => Ok(known),
    }
}

fn decode_token(token: &str) -> S3Result<String> {
    let name = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| {
        let message = "The continuation token provided is incorrect";
        S3Error::argument(message, "continuation-token", token).into()
    })
}

fn document(
    owner_id: &str,
    page: &[Bucket],
    paged: bool,
    prefix: &str,
    next: Option<String>,
) -> Xml {
    let mut xml = Xml::result("ListAllMyBucketsResult");
    xml.open("Owner").text("ID", owner_id).close();
    xml.open("Buckets");
    for bucket in page {
        xml.open("Bucket").text("Name", &bucket.name);
        xml.text("CreationDate", body_time(bucket.created));
        if paged {
            xml.text("BucketRegion", bucket.region.as_str());
            xml.text("BucketArn", access::bucket_arn(&bucket.name));
        }
        xml.close();
    }
    xml.close();
    xml.some("Prefix", Some(prefix).filter(|prefix| !prefix.is_empty()));
    xml.some("ContinuationToken", next);
    xml
}
