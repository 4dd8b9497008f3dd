//! The rights that calls need, and the condition keys that they are decided with.

use std::sync::Arc;

use gateway::{Access, Ctx, Failure, Origin};
use policy::{Context, Grammar, ResourceRule};
use types::AccountId;

use crate::bucket;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Version};
use crate::object;
use crate::request::Request;
use crate::{acl, conditions, owning};

pub(crate) fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

pub(crate) fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

/// The permissions that a call needs, and the state read to determine them.
#[derive(Debug)]
pub struct Needs {
    pub(crate) rights: Vec<Access>,
    /// The version that the call is about.
    pub(crate) version: Option<Version>,
}

impl From<Vec<Access>> for Needs {
    fn from(rights: Vec<Access>) -> Self {
        Self { rights, version: None }
    }
}

/// The permission to perform `action` on what the path names.
pub(crate) fn of_path(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request, action: &str) -> Needs {
    vec![on_path(ctx, bucket, request, action)].into()
}

/// The same as one right.
pub(crate) fn on_path(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request, action: &str) -> Access {
    if request.key.is_empty() {
        right(ctx, bucket, request, action, bucket_arn(&bucket.name))
    } else {
        right(ctx, bucket, request, action, object_arn(&bucket.name, &request.key))
    }
}

/// The bucket of the path, after the checks before authorization.
pub(crate) fn checked_bucket(
    ctx: &Ctx<'_>,
    request: &Request,
    any_region: bool,
) -> S3Result<Arc<Bucket>> {
    let bucket = bucket::load(ctx, &request.bucket)?;
    expect_owner(request, "x-amz-expected-bucket-owner", &bucket)?;
    // Calls of services may come from another region.
    match &ctx.call().origin {
        Some(origin) if !any_region && bucket.region != *ctx.region() => {
            Err(elsewhere(ctx, origin, &bucket))
        }
        Some(_) | None => Ok(bucket),
    }
}

/// The bucket whose permissions were checked, in its current state. One that has taken its name is
/// different: an upload takes time, and the name may have moved to another account meanwhile.
pub(crate) fn same_bucket(ctx: &Ctx<'_>, asked: &Bucket) -> S3Result<Arc<Bucket>> {
    let bucket = bucket::load(ctx, &asked.name)?;
    if bucket.owner == asked.owner && bucket.created == asked.created {
        return Ok(bucket);
    }
    Err(S3Error::NoSuchBucket { bucket: bucket.name.clone() }.into())
}

/// Observed: no `Location`, so that clients do not follow without signing again; clients find the
/// region in the header, the host in the element.
fn elsewhere(ctx: &Ctx<'_>, origin: &Origin, bucket: &Bucket) -> Failure<S3Error> {
    let domains = &ctx.settings().domains;
    let domain = domains.first().map_or("amazonaws.com", String::as_str);
    let port = origin.host.rsplit_once(':').map(|(_, port)| port);
    let port = port.filter(|port| port.parse::<u16>().is_ok());
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let (bucket, region) = (bucket.name.clone(), bucket.region.to_string());
    let endpoint = format!("{bucket}.s3.{region}.{domain}{port}");
    S3Error::PermanentRedirect { bucket, region, endpoint }.into()
}

/// Observed: an account that is not 12 digits gets another error than a different owner.
pub(crate) fn expect_owner(request: &Request, header: &str, bucket: &Bucket) -> S3Result<()> {
    let Some(value) = request.header(header) else { return Ok(()) };
    match AccountId::parse(&value) {
        None => Err(S3Error::InvalidExpectedOwner { value }.into()),
        Some(expected) if expected != bucket.owner => Err(denied().into()),
        Some(_) => Ok(()),
    }
}

/// The denial without details.
pub(crate) fn denied() -> S3Error {
    S3Error::AccessDenied("Access Denied".to_owned())
}

/// The right to do `action` to `resource` in a bucket.
pub(crate) fn right(
    ctx: &Ctx<'_>,
    bucket: &Bucket,
    request: &Request,
    action: &str,
    resource: String,
) -> Access {
    let policy = bucket
        .policy
        .as_deref()
        .map(|text| ctx.resource_policy(text, &Grammar::Bucket { bucket: bucket.name.clone() }));
    Access {
        action: action.to_owned(),
        resource,
        owner: Some(bucket.owner.clone()),
        restrict_public_buckets: bucket.blocks().restrict_buckets,
        policy,
        rule: ResourceRule::Standard,
        granted: acl::grants(ctx.caller(), bucket, (&bucket.owner, &bucket.acl), action),
        context: conditions(ctx, bucket, request),
    }
}

/// The same for an existing object, whose owner, tags and ACL are evaluated.
pub(crate) fn right_to_version(
    ctx: &Ctx<'_>,
    bucket: &Bucket,
    request: &Request,
    action: &str,
    version: Option<&Version>,
) -> Access {
    let mut access = right(ctx, bucket, request, action, object_arn(&bucket.name, &request.key));
    access.granted = is_granted(ctx, bucket, version, action);
    if let Some(owner) = version.map(|version| owning::of_version(bucket, version))
        && owning::decides(action)
    {
        owning::hand_to(ctx, bucket, owner, &mut access);
    }
    if let Some(stored) = version.and_then(|version| version.stored.as_ref()) {
        for (key, value) in &stored.tags {
            access.context.set(&format!("s3:ExistingObjectTag/{key}"), value.as_str());
        }
    }
    access
}

/// Whether the bucket's ACL lets the caller do `action`.
pub(crate) fn may(ctx: &Ctx<'_>, bucket: &Bucket, action: &str) -> bool {
    acl::grants(ctx.caller(), bucket, (&bucket.owner, &bucket.acl), action)
}

/// Whether an ACL lets the caller do `action` to a version. Callers that may list may also learn
/// that a key is missing.
///
/// Source: S3 User Guide, "Mapping of ACL permissions": the right to write by the bucket's ACL covers
/// deleting one's own objects.
fn is_granted(ctx: &Ctx<'_>, bucket: &Bucket, version: Option<&Version>, action: &str) -> bool {
    let found = version.and_then(|version| Some((version, version.stored.as_ref()?)));
    let Some((version, stored)) = found else {
        return owning::decides(action) && may(ctx, bucket, "s3:ListBucket");
    };
    let owner = owning::of_version(bucket, version);
    if action == "s3:DeleteObject" {
        let own = ctx.caller().principal.account() == Some(owner);
        return own && may(ctx, bucket, "s3:PutObject");
    }
    acl::grants(ctx.caller(), bucket, (owner, &stored.acl), action)
}

/// The permission to read an object, and to list the bucket if the object does not exist: a caller
/// that may not list must not learn that a key is absent.
pub(crate) fn to_read(
    ctx: &Ctx<'_>,
    bucket: &Bucket,
    request: &Request,
    (plain, versioned): (&str, &str),
) -> S3Result<Needs> {
    let action = if request.version_id().is_some() { versioned } else { plain };
    let version = object::seek(ctx, bucket, &request.key, request.version_id())?;
    let mut rights = vec![right_to_version(ctx, bucket, request, action, version.as_ref())];
    let absent = version.as_ref().is_none_or(|version| version.stored.is_none());
    if absent && request.version_id().is_none() {
        let arn = bucket_arn(&bucket.name);
        rights.push(right(ctx, bucket, request, "s3:ListBucket", arn));
    }
    Ok(Needs { rights, version })
}

/// The keys of a call on a bucket or its contents.
pub(crate) fn conditions(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request) -> Context {
    let mut context = conditions::of_request(ctx, request);
    context.set("s3:ResourceAccount", bucket.owner.as_str());
    context
}
