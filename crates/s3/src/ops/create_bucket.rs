//! `CreateBucket`.
//!
//! Source: S3 API Reference, "CreateBucket".

use std::collections::BTreeMap;

use gateway::{Access, Ctx, Scope, Spec};
use policy::ResourceRule;
use types::Region;

use crate::api::ServiceApi;
use crate::bucket::{self, canonical_id};
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::model::{
    Acl, Bucket, BucketEncryption, CorsRules, ObjectLock, Ownership, PublicAccess, Versioning,
};
use crate::request::Request;
use crate::response::Response;
use crate::tags::{self, Tagged};
use crate::{SERVICE, access, acl, conditions, xml};

const US_EAST_1: &str = "us-east-1";
/// Source: S3 API Reference: the old name of `eu-west-1`.
const EU: (&str, &str) = ("EU", "eu-west-1");

/// Creates a bucket.
#[derive(Debug)]
pub(crate) struct CreateBucket;

const ACTION: &str = "s3:CreateBucket";

/// The headers that grant permissions on the new bucket.
///
/// Source: S3 API Reference, "CreateBucket", Permissions: an ACL needs `s3:PutBucketAcl`.
const ACL_HEADERS: [&str; 6] = [
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
];

/// The document of the request.
#[derive(Debug, Default)]
struct RequestedBucket {
    location: Option<String>,
    tags: Vec<(String, String)>,
}

impl ServiceApi for CreateBucket {
    const SPEC: Spec = Spec::writes(&SERVICE, "CreateBucket").rest("PUT", Scope::Bucket, &[]);
    const EVENT: Shape = Shape::NOTHING;

    fn needs(ctx: &Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        let mut context = conditions::of_request(ctx, request);
        let RequestedBucket { location, tags } = requested(request).unwrap_or_default();
        context.set("s3:LocationConstraint", location.unwrap_or_else(|| ctx.region().to_string()));
        for (key, value) in &tags {
            context.set(&format!("aws:RequestTag/{key}"), value.as_str());
        }
        if request.awaits_document() {
            for key in ["s3:LocationConstraint", "aws:RequestTag", "aws:TagKeys"] {
                context.leave_open(key);
            }
        }
        if !tags.is_empty() {
            let keys = tags.iter().map(|(key, _)| key.clone()).collect();
            context.set_list("aws:TagKeys", keys);
        }
        let right = |action: &str| Access {
            resource: access::bucket_arn(&request.bucket),
            owner: Some(ctx.account().clone()),
            rule: ResourceRule::None,
            context: context.clone(),
            ..Access::by_identity(action, "")
        };
        let mut needs = vec![right(ACTION)];
        if ACL_HEADERS.iter().any(|name| request.header(name).is_some()) {
            needs.push(right("s3:PutBucketAcl"));
        }
        if request.header("x-amz-object-ownership").is_some() {
            needs.push(right("s3:PutBucketOwnershipControls"));
        }
        if request.flag("x-amz-bucket-object-lock-enabled") {
            needs.push(right("s3:PutBucketObjectLockConfiguration"));
            needs.push(right("s3:PutBucketVersioning"));
        }
        // Source: S3 API Reference, "CreateBucketConfiguration", `Tags`.
        if !tags.is_empty() {
            needs.push(right("s3:TagResource"));
        }
        Ok(needs)
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Response> {
        let name = request.bucket.clone();
        if !types::is_bucket_name(&name) {
            return Err(S3Error::InvalidBucketName { bucket: name }.into());
        }
        let ownership = ownership(request)?;
        let acl = new_acl(ctx, request, ownership)?;
        let old = bucket::find(ctx, &name)?;
        if let Some(old) = old.as_ref().filter(|_| request.awaits_document()) {
            refuse_existing(ctx, old)?;
        }
        let requested = requested(request)?;
        let region = place(ctx.region(), requested.location.as_deref())?;
        if let Some(old) = old {
            return existing(ctx, &old, &requested);
        }
        let bucket = new_bucket(ctx, request, (ownership, acl), (region, requested));
        bucket.save(ctx)?;
        Ok(created(&bucket.region, &name))
    }
}

/// Observed: the location is a path in `us-east-1` and a URL elsewhere.
fn created(region: &Region, name: &str) -> Response {
    let location = match region.as_str() {
        US_EAST_1 => format!("/{name}"),
        _ => format!("http://{name}.s3.amazonaws.com/"),
    };
    Response::ok().with("location", location).with("x-amz-bucket-arn", access::bucket_arn(name))
}

/// Observed: creating one's own bucket again succeeds in `us-east-1` if no tags are sent.
fn existing(ctx: &Ctx<'_>, old: &Bucket, requested: &RequestedBucket) -> S3Result<Response> {
    refuse_existing(ctx, old)?;
    let bucket = old.name.clone();
    if requested.tags.is_empty() && requested.location.is_none() {
        return Ok(created(ctx.region(), &bucket));
    }
    Err(S3Error::BucketAlreadyOwned { bucket }.into())
}

/// Refuses the name of a bucket that exists, where no document could be accepted.
fn refuse_existing(ctx: &Ctx<'_>, old: &Bucket) -> S3Result<()> {
    let bucket = old.name.clone();
    if old.owner != *ctx.account() {
        return Err(S3Error::BucketAlreadyExists { bucket }.into());
    }
    let here = old.region.as_str() == US_EAST_1 && ctx.region().as_str() == US_EAST_1;
    if here { Ok(()) } else { Err(S3Error::BucketAlreadyOwned { bucket }.into()) }
}

fn requested(request: &Request) -> S3Result<RequestedBucket> {
    if request.lacks_document() {
        return Ok(RequestedBucket::default());
    }
    let root = xml::read(request.document()?, "CreateBucketConfiguration")?;
    if root.child("Location").is_some() || root.child("Bucket").is_some() {
        return Err(S3Error::NotImplemented {
            header: "CreateBucketConfiguration".to_owned(),
            additional: "Directory buckets are not supported".to_owned(),
        }
        .into());
    }
    let location = root.text_of("LocationConstraint").filter(|text| !text.is_empty());
    let tags = match root.child("Tags") {
        Some(list) => tags::from_elements(list.children("Tag"), Tagged::NewBucket)?,
        None => Vec::new(),
    };
    Ok(RequestedBucket { location: location.map(str::to_owned), tags })
}

/// The region of a new bucket.
///
/// Observed: `us-east-1` is the endpoint of all regions and accepts the name of any other, but not
/// its own and no unknown one. Other regions accept only their own name.
fn place(here: &Region, location: Option<&str>) -> S3Result<Region> {
    let illegal = |text: &str| S3Error::IllegalLocation { location: text.to_owned() };
    match (here.as_str(), location) {
        (US_EAST_1, None) => Ok(here.clone()),
        (US_EAST_1, Some(text)) => {
            let region = if text == EU.0 { EU.1 } else { text };
            let other = Region::parse(region).filter(|region| region != here);
            let location = || text.to_owned();
            other.ok_or_else(|| S3Error::InvalidLocation { location: location() }.into())
        }
        (_, None) => Err(illegal("unspecified").into()),
        (own, Some(text)) if text == own || (text, own) == EU => Ok(here.clone()),
        (_, Some(text)) => Err(illegal(text).into()),
    }
}

/// Observed: a private ACL enables ACLs if the request does not specify ownership.
fn ownership(request: &Request) -> S3Result<Ownership> {
    let header = "x-amz-object-ownership";
    let Some(text) = request.header(header) else {
        let private = request.header("x-amz-acl").as_deref() == Some("private");
        let with_acls = Ownership::BucketOwnerPreferred;
        return Ok(if private { with_acls } else { Ownership::BucketOwnerEnforced });
    };
    Ownership::parse(&text).ok_or_else(|| {
        let message = format!("Invalid x-amz-object-ownership header: {text}");
        S3Error::named(message, header).into()
    })
}

/// The ACL that the headers give a new bucket, if it has ACLs.
fn new_acl(ctx: &Ctx<'_>, request: &Request, ownership: Ownership) -> S3Result<Acl> {
    let owner_id = canonical_id(ctx.account());
    let owners = acl::Owners { own: owner_id.clone(), bucket: owner_id.clone() };
    let asked = acl::requested(request, &owners)?;
    let enforced = ownership == Ownership::BucketOwnerEnforced;
    if enforced && asked.as_ref().is_some_and(|acl| !acl.is_owners_only(&owner_id)) {
        let text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(S3Error::InvalidAclWithOwnership(text).into());
    }
    // The public access block of a new bucket is on.
    if asked.as_ref().is_some_and(Acl::is_public) {
        return Err(acl::blocked(ctx, &request.bucket, "s3:CreateBucket").into());
    }
    Ok(asked.filter(|_| !enforced).unwrap_or_default())
}

fn new_bucket(
    ctx: &Ctx<'_>,
    request: &Request,
    (ownership, acl): (Ownership, Acl),
    (region, requested): (Region, RequestedBucket),
) -> Bucket {
    let locked = request.flag("x-amz-bucket-object-lock-enabled");
    Bucket {
        name: request.bucket.clone(),
        region,
        location: requested.location.filter(|text| text == EU.0),
        created: ctx.now(),
        ownership: Some(ownership),
        acl,
        versioning: if locked { Versioning::Enabled } else { Versioning::Unset },
        // Source: S3 User Guide, "Blocking public access": all four are on in a new bucket.
        public_access: Some(PublicAccess::ALL),
        account_public_access: None,
        encryption: BucketEncryption::default(),
        object_lock: locked.then(ObjectLock::default),
        policy: None,
        tags: requested.tags,
        documents: BTreeMap::new(),
        cors: CorsRules::default(),
        owner: ctx.account().clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Observed: every combination of endpoint and constraint.
    #[test]
    fn a_location_must_fit_the_endpoint() {
        for (region, location, want) in [
            ("us-east-1", None, "us-east-1"),
            ("us-east-1", Some("us-east-1"), "InvalidLocation"),
            ("us-east-1", Some("foo"), "InvalidLocation"),
            ("us-east-1", Some("us-west-2"), "us-west-2"),
            ("us-east-1", Some("EU"), "eu-west-1"),
            ("us-east-2", Some("us-east-2"), "us-east-2"),
            ("eu-west-1", Some("EU"), "eu-west-1"),
            ("eu-west-1", Some("bar"), "IllegalLocation"),
            ("us-east-2", None, "IllegalLocation"),
            ("us-east-2", Some("us-west-1"), "IllegalLocation"),
            ("us-west-1", Some("us-east-1"), "IllegalLocation"),
        ] {
            let got = match place(&Region::parse(region).unwrap(), location) {
                Ok(region) => region.to_string(),
                Err(error) => format!("{error:?}"),
            };
            assert!(got.contains(want), "{region} {location:?}: {got}");
        }
    }
}
