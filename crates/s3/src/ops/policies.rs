//! The policy of a bucket.
//!
//! Source: S3 API Reference, "PutBucketPolicy"; S3 User Guide, "Bucket policies".

use gateway::{Ctx, Fault, Scope, Spec};
use policy::{Grammar, Policy, PolicyError, PolicyErrorKind, is_public, map_principals};
use types::AccountId;

use crate::SERVICE;
use crate::access;
use crate::api::PlainApi;
use crate::bucket::canonical_id;
use crate::error::{S3Error, S3Result};
use crate::limits::POLICY_BYTES_MAX;
use crate::model::Bucket;
use crate::request::Request;
use crate::response::Response;
use crate::settings::{reads, removes};
use crate::xml::Xml;

const SUB: &[&str] = &["policy"];

fn missing(bucket: &Bucket) -> S3Error {
    S3Error::NotSet {
        code: "NoSuchBucketPolicy",
        message: "The bucket policy does not exist",
        bucket: Some(bucket.name.clone()),
    }
}

/// Returns the policy as it was set, with the current names of its principals.
#[derive(Debug)]
pub(crate) struct GetBucketPolicy;

impl PlainApi for GetBucketPolicy {
    const SPEC: Spec = reads("GetBucketPolicy", SUB);
    const ACTION: &'static str = "s3:GetBucketPolicy";

    fn run(ctx: &mut Ctx<'_>, _: &Request, bucket: &Bucket) -> S3Result<Response> {
        let text = bucket.policy.as_deref().ok_or_else(|| missing(bucket))?;
        Ok(Response::text("application/json", present_names(ctx, text)?))
    }
}

/// A unique ID of a deleted principal stays an ID.
fn present_names(ctx: &Ctx<'_>, text: &str) -> Result<String, Fault> {
    let port = ctx.identities();
    let mut failure = None;
    let present = |kind: &str, name: &str| match AccountId::parse(name) {
        Some(account) if kind == "CanonicalUser" => Ok(Some(canonical_id(&account))),
        _ => (port.arn)(ctx.tx(), name),
    };
    let shown = map_principals(text, &mut |kind, name| match present(kind, name) {
        Ok(arn) => Some(arn.unwrap_or_else(|| name.to_owned())),
        Err(error) => {
            failure = Some(error);
            None
        }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(shown.unwrap_or_else(|_| text.to_owned())),
    }
}

/// Sets the policy.
#[derive(Debug)]
pub(crate) struct PutBucketPolicy;

impl PlainApi for PutBucketPolicy {
    const SPEC: Spec = Spec::writes(&SERVICE, "PutBucketPolicy").rest("PUT", Scope::Bucket, SUB);
    const ACTION: &'static str = "s3:PutBucketPolicy";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let mut bucket = bucket.clone();
        let size = request.document_length();
        if size > POLICY_BYTES_MAX {
            return Err(S3Error::PolicyTooLarge { size }.into());
        }
        let text = std::str::from_utf8(request.document()?).unwrap_or_default();
        let grammar = Grammar::Bucket { bucket: bucket.name.clone() };
        let policy =
            Policy::parse(text, &grammar).map_err(|error| malformed(&error, text.len()))?;
        let stored = unique_ids(ctx, text)?;
        if bucket.blocks().block_policy && is_public(&policy) {
            return Err(public_blocked(ctx, &bucket).into());
        }
        bucket.policy = Some(stored);
        bucket.save(ctx)?;
        Ok(Response::no_content())
    }
}

fn malformed(error: &PolicyError, size: usize) -> S3Error {
    match error.kind {
        PolicyErrorKind::TooLarge => S3Error::PolicyTooLarge { size },
        PolicyErrorKind::NotJson
        | PolicyErrorKind::Malformed
        | PolicyErrorKind::InvalidPrincipal => S3Error::MalformedPolicy(error.message.clone()),
    }
}

/// The policy with principals by unique ID, so that a user or role that is created again under an
/// old name does not inherit its permissions; and with account numbers in place of canonical user
/// IDs.
///
/// Source: S3 User Guide, "Principals for bucket policies": both identify the same account; AWS
/// re:Post, "Invalid principal in policy" error of bucket policies: any value of `Principal` that is
/// not valid has this answer.
fn unique_ids(ctx: &Ctx<'_>, text: &str) -> S3Result<String> {
    let port = ctx.identities();
    let mut failure = None;
    let unique = |kind: &str, name: &str| match kind {
        "CanonicalUser" => {
            let mut accounts = (port.accounts)(ctx.tx())?.into_iter();
            let account = accounts.find(|account| canonical_id(account) == name);
            Ok(account.map(|account| account.to_string()))
        }
        _ => (port.unique_id)(ctx.tx(), name),
    };
    let stored = map_principals(text, &mut |kind, name| match unique(kind, name) {
        Ok(id) => id,
        Err(error) => {
            failure = Some(error);
            None
        }
    });
    if let Some(error) = failure {
        return Err(error.into());
    }
    stored.map_err(|_| S3Error::MalformedPolicy("Invalid principal in policy".to_owned()).into())
}

/// Source: S3 User Guide, "Access denied errors": `BlockPublicPolicy`.
fn public_blocked(ctx: &Ctx<'_>, bucket: &Bucket) -> S3Error {
    S3Error::AccessDenied(format!(
        "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{}\" because \
         public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
        ctx.caller().principal.arn(),
        access::bucket_arn(&bucket.name)
    ))
}

/// Removes the policy.
#[derive(Debug)]
pub(crate) struct DeleteBucketPolicy;

impl PlainApi for DeleteBucketPolicy {
    const SPEC: Spec = removes("DeleteBucketPolicy", SUB);
    const ACTION: &'static str = "s3:DeleteBucketPolicy";

    fn run(ctx: &mut Ctx<'_>, _: &Request, bucket: &Bucket) -> S3Result<Response> {
        let mut bucket = bucket.clone();
        bucket.policy = None;
        bucket.save(ctx)?;
        Ok(Response::no_content())
    }
}

/// Returns whether the policy makes the bucket public.
#[derive(Debug)]
pub(crate) struct GetBucketPolicyStatus;

impl PlainApi for GetBucketPolicyStatus {
    const SPEC: Spec = reads("GetBucketPolicyStatus", &["policyStatus"]);
    const ACTION: &'static str = "s3:GetBucketPolicyStatus";

    fn run(ctx: &mut Ctx<'_>, _: &Request, bucket: &Bucket) -> S3Result<Response> {
        let text = bucket.policy.as_deref().ok_or_else(|| missing(bucket))?;
        let grammar = Grammar::Bucket { bucket: bucket.name.clone() };
        let policy = ctx.resource_policy(text, &grammar);
        let mut xml = Xml::result("PolicyStatus");
        xml.number("IsPublic", is_public(&policy));
        Ok(Response::xml(xml))
    }
}
