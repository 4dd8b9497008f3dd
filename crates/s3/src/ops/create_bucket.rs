//! `CreateBucket`.
//!
//! Source: S3 API Reference, "CreateBucket".

use std::collections::BTreeMap;

use gateway::{Access, Ctx, Scope, Spec};
use policy::{Context, ResourceRule};
use types::Region;

use crate::api::ServiceApi;
use crate::bucket::{self, Bucket, ObjectLock, Ownership, PublicAccess, Versioning, canonical_id};
use crate::encryption::BucketEncryption;
use crate::error::{S3Error, S3Result};
use crate::request::Request;
use crate::response::Response;
use crate::tags::{self, Tagged};
use crate::{SERVICE, access, acl, xml};

const US_EAST_1: &str = "us-east-1";
/// Source: S3 API Reference: the old name of `eu-west-1`.
const EU: (&str, &str) = ("EU", "eu-west-1");

/// Makes a bucket.
#[derive(Debug)]
pub(crate) struct CreateBucket;

const ACTION: &str = "s3:CreateBucket";

/// The document of the request.
#[derive(Debug, Default)]
struct Wish {
    location: Option<String>,
    tags: Vec<(String, String)>,
}

impl ServiceApi for CreateBucket {
    const SPEC: Spec = Spec::rest(&SERVICE, "CreateBucket", false, "PUT", Scope::Bucket, &[]);

    fn needs(ctx: &Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        let mut context = Context::new();
        for (header, key) in
            [("x-amz-acl", "s3:x-amz-acl"), ("x-amz-object-ownership", "s3:x-amz-object-ownership")]
        {
            if let Some(value) = request.header(header) {
                context.set(key, value);
            }
        }
        let location = wish(request).ok().and_then(|wish| wish.location);
        context.set("s3:LocationConstraint", location.unwrap_or_else(|| ctx.region().to_string()));
        let right = |action: &str| Access {
            resource: access::bucket_arn(&request.bucket),
            owner: Some(ctx.account().clone()),
            rule: ResourceRule::None,
            context: context.clone(),
            ..Access::by_identity(action, "")
        };
        let mut needs = vec![right(ACTION)];
        if request.header("x-amz-acl").is_some() {
            needs.push(right("s3:PutBucketAcl"));
        }
        if request.header("x-amz-object-ownership").is_some() {
            needs.push(right("s3:PutBucketOwnershipControls"));
        }
        if request.flag("x-amz-bucket-object-lock-enabled") {
            needs.push(right("s3:PutBucketObjectLockConfiguration"));
            needs.push(right("s3:PutBucketVersioning"));
        }
        // Assumed: tags at creation need the right to tag.
        if wish(request).is_ok_and(|wish| !wish.tags.is_empty()) {
            needs.push(right("s3:PutBucketTagging"));
        }
        Ok(needs)
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Response> {
        let name = request.bucket.clone();
        if !bucket::is_valid_name(&name) {
            return Err(S3Error::InvalidBucketName { bucket: name }.into());
        }
        let wish = wish(request)?;
        check_location(ctx.region(), wish.location.as_deref())?;
        let ownership = ownership(request)?;
        if let Some(old) = bucket::find(ctx, &name)? {
            return existing(ctx, &old, &wish);
        }
        let bucket = new_bucket(ctx, request, ownership, wish)?;
        bucket.save(ctx)?;
        Ok(created(ctx.region(), &name))
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

/// Observed: making one's own bucket again succeeds in `us-east-1` if no tags are given.
fn existing(ctx: &Ctx<'_>, old: &Bucket, wish: &Wish) -> S3Result<Response> {
    let bucket = old.name.clone();
    if old.owner != *ctx.account() {
        return Err(S3Error::BucketAlreadyExists { bucket }.into());
    }
    let here = old.region.as_str() == US_EAST_1 && ctx.region().as_str() == US_EAST_1;
    if here && wish.tags.is_empty() {
        return Ok(created(ctx.region(), &bucket));
    }
    Err(S3Error::BucketAlreadyOwned { bucket }.into())
}

fn wish(request: &Request) -> S3Result<Wish> {
    if request.body.is_empty() {
        return Ok(Wish::default());
    }
    let root = xml::read(&request.body, "CreateBucketConfiguration")?;
    if root.child("Location").is_some() || root.child("Bucket").is_some() {
        return Err(S3Error::NotImplemented {
            header: "CreateBucketConfiguration".to_owned(),
            additional: "Directory buckets are not supported".to_owned(),
        }
        .into());
    }
    let location = root.text_of("LocationConstraint").filter(|text| !text.is_empty());
    let tags = match root.child("Tags") {
        Some(list) => tags::from_elements(list.children("Tag"), Tagged::Bucket)?,
        None => Vec::new(),
    };
    Ok(Wish { location: location.map(str::to_owned), tags })
}

/// Observed: `us-east-1` takes no constraint, other regions their own name only.
fn check_location(region: &Region, location: Option<&str>) -> S3Result<()> {
    let here = region.as_str();
    let Some(text) = location else {
        if here == US_EAST_1 {
            return Ok(());
        }
        return Err(S3Error::IllegalLocation { location: "unspecified".to_owned() }.into());
    };
    if text == here && here != US_EAST_1 || (text, here) == EU {
        return Ok(());
    }
    let location = text.to_owned();
    let known = text != US_EAST_1 && Region::parse(text).is_some();
    if here == US_EAST_1 && !known {
        return Err(S3Error::InvalidLocation { location }.into());
    }
    Err(if Region::parse(text).is_some() {
        S3Error::IllegalLocation { location }
    } else {
        S3Error::InvalidLocation { location }
    }
    .into())
}

/// Observed: a private ACL turns ACLs on where nothing is said of ownership.
fn ownership(request: &Request) -> S3Result<Ownership> {
    let header = "x-amz-object-ownership";
    let Some(text) = request.header(header) else {
        let private = request.header("x-amz-acl").as_deref() == Some("private");
        let with_acls = Ownership::BucketOwnerPreferred;
        return Ok(if private { with_acls } else { Ownership::BucketOwnerEnforced });
    };
    Ownership::parse(&text).ok_or_else(|| {
        let message = format!("Invalid x-amz-object-ownership header: {text}");
        S3Error::argument(message, header, text).into()
    })
}

fn new_bucket(
    ctx: &Ctx<'_>,
    request: &Request,
    ownership: Ownership,
    wish: Wish,
) -> S3Result<Bucket> {
    let owner = ctx.account().clone();
    let owner_id = canonical_id(&owner);
    let owners = acl::Owners { own: owner_id.clone(), bucket: owner_id.clone() };
    let asked = acl::requested(request, &owners)?;
    let enforced = ownership == Ownership::BucketOwnerEnforced;
    if enforced && asked.as_ref().is_some_and(|acl| !acl.is_owners_only(&owner_id)) {
        let text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(S3Error::InvalidAclWithOwnership(text).into());
    }
    // Source: S3 User Guide, "Blocking public access": all four are on in a new bucket.
    let public_access = PublicAccess::ALL;
    if asked.as_ref().is_some_and(acl::Acl::is_public) {
        return Err(acl::blocked(ctx, &request.bucket, "s3:CreateBucket").into());
    }
    let locked = request.flag("x-amz-bucket-object-lock-enabled");
    Ok(Bucket {
        name: request.bucket.clone(),
        region: ctx.region().clone(),
        location: wish.location.filter(|text| text == EU.0),
        created: ctx.now(),
        ownership: Some(ownership),
        acl: asked.filter(|_| !enforced).unwrap_or_default(),
        versioning: if locked { Versioning::Enabled } else { Versioning::Unset },
        public_access: Some(public_access),
        encryption: BucketEncryption::default(),
        object_lock: locked.then(ObjectLock::default),
        policy: None,
        tags: wish.tags,
        documents: BTreeMap::new(),
        owner,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Observed: every combination of endpoint and constraint.
    #[test]
    fn a_location_must_fit_the_endpoint() {
        for (region, location, want) in [
            ("us-east-1", None, "ok"),
            ("us-east-1", Some("us-east-1"), "InvalidLocation"),
            ("us-east-1", Some("foo"), "InvalidLocation"),
            ("us-east-2", Some("us-east-2"), "ok"),
            ("eu-west-1", Some("EU"), "ok"),
            ("eu-west-1", Some("bar"), "InvalidLocation"),
            ("us-east-2", None, "IllegalLocation"),
            ("us-east-2", Some("us-west-1"), "IllegalLocation"),
            ("us-west-1", Some("us-east-1"), "IllegalLocation"),
        ] {
            let got = match check_location(&Region::parse(region).unwrap(), location) {
                Ok(()) => "ok".to_owned(),
                Err(error) => format!("{error:?}"),
            };
            assert!(got.contains(want), "{region} {location:?}: {got}");
        }
    }
}
