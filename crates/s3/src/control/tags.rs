//! The tags of a bucket by its ARN, one by one: `ListTagsForResource`, `TagResource`,
//! `UntagResource`. They are those of `GetBucketTagging`.
//!
//! Source: S3 API Reference, S3 Control. Of what else has tags in S3, nothing is served.

use std::sync::Arc;

use gateway::{Access, Ctx, Failure, Scope, Spec};
use http::StatusCode;
use policy::{Context, Grammar, ResourceRule};

use super::{Api, CONTROL, ControlAnswer, ControlError, ControlRequest, ControlResult};
use crate::bucket;
use crate::model::Bucket;
use crate::tags::BUCKET_TAGS_MAX;

const PATH: Scope = Scope::Control("tags");
const KEY_CHARS_MAX: usize = 128;
const VALUE_CHARS_MAX: usize = 256;
const SYSTEM: &str = "User-defined tag keys can't start with \"aws:\". This prefix is reserved for \
                      system tags. Remove \"aws:\" from your tag keys and try again.";
const REPEATED: &str = "There are duplicate tag keys in your request. Remove the duplicate tag \
                        keys and try again.";
const INVALID: &str = "This request contains a tag key or value that isn't valid. Valid \
                       characters include the following: [a-zA-Z+-=._:/]. Tag keys can contain up \
                       to 128 characters. Tag values can contain up to 256 characters.";

type Pairs = Vec<(String, String)>;

/// The account is that of the bucket or of the caller, who may be of another one: the bucket's policy
/// decides then.
///
/// Source: S3 API Reference, "TagResource". Observed: a bucket that is not there. Assumed: for the
/// endpoint of a region S3 has none of another region.
fn bucket(ctx: &Ctx<'_>, request: &ControlRequest) -> ControlResult<Arc<Bucket>> {
    let account = request.named_account()?;
    let own = ctx.caller().principal.account().ok_or(ControlError::AccessDenied)?;
    let name = request.bucket().ok_or(ControlError::OtherResource)?;
    let found = bucket::find(ctx, name)?.filter(|bucket| bucket.region == *ctx.region());
    let bucket = found.ok_or(ControlError::NoSuchResource)?;
    if account == bucket.owner || account == *own {
        return Ok(bucket);
    }
    Err(ControlError::AccessDenied.into())
}

fn right(ctx: &Ctx<'_>, bucket: &Bucket, action: &str, context: Context) -> Vec<Access> {
    let grammar = || Grammar::Bucket { bucket: bucket.name.clone() };
    let policy = bucket.policy.as_deref().map(|text| ctx.resource_policy(text, &grammar()));
    let mut access = Access::by_identity(action, crate::access::bucket_arn(&bucket.name));
    access.owner = Some(bucket.owner.clone());
    access.policy = policy;
    access.rule = ResourceRule::Standard;
    access.restrict_public_buckets = bucket.blocks().restrict_buckets;
    access.context = context;
    access.context.set("s3:ResourceAccount", bucket.owner.as_str());
    crate::conditions::add_signature(ctx, &mut access.context);
    vec![access]
}

/// Returns the tags.
#[derive(Debug)]
pub(crate) struct ListTagsForResource;

impl Api for ListTagsForResource {
    const SPEC: Spec = Spec::reads(&CONTROL, "ListTagsForResource").rest("GET", PATH, &[]);

    fn needs(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<Vec<Access>> {
        let bucket = bucket(ctx, request)?;
        Ok(right(ctx, &bucket, "s3:ListTagsForResource", Context::new()))
    }

    fn run(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<ControlAnswer> {
        let bucket = bucket(ctx, request)?;
        Ok(ControlAnswer::document("ListTagsForResourceResult", |xml| {
            xml.open("Tags");
            for (key, value) in &bucket.tags {
                xml.open("Tag");
                xml.text("Key", key);
                xml.text("Value", value);
                xml.close();
            }
            xml.close();
        }))
    }
}

/// Sets some tags and leaves the others.
#[derive(Debug)]
pub(crate) struct TagResource;

impl Api for TagResource {
    const SPEC: Spec = Spec::writes(&CONTROL, "TagResource").rest("POST", PATH, &[]);

    /// Source: Service Authorization Reference, "Condition keys for Amazon S3". A malformed
    /// document has no keys and is rejected later.
    fn needs(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<Vec<Access>> {
        let bucket = bucket(ctx, request)?;
        let pairs = pairs(request).unwrap_or_default();
        let mut context = Context::new();
        for (key, value) in &pairs {
            context.set(&format!("aws:RequestTag/{key}"), value.as_str());
        }
        context.set_list("aws:TagKeys", pairs.into_iter().map(|(key, _)| key).collect());
        if request.awaits_document() {
            context.leave_open("aws:RequestTag");
            context.leave_open("aws:TagKeys");
        }
        Ok(right(ctx, &bucket, "s3:TagResource", context))
    }

    fn run(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<ControlAnswer> {
        let mut bucket = Bucket::clone(&*bucket(ctx, request)?);
        let new = pairs(request)?;
        check(&new)?;
        for (key, value) in new {
            match bucket.tags.iter_mut().find(|(own, _)| *own == key) {
                Some((_, own)) => *own = value,
                None => bucket.tags.push((key, value)),
            }
        }
        if bucket.tags.len() > BUCKET_TAGS_MAX {
            return Err(ControlError::TooManyTags.into());
        }
        bucket.save(ctx)?;
        Ok(ControlAnswer::empty(StatusCode::NO_CONTENT))
    }
}

/// Observed: a tag without a key or a value is malformed.
fn pairs(request: &ControlRequest) -> ControlResult<Pairs> {
    let malformed = || Failure::from(ControlError::MalformedXml);
    let document = request.read("TagResourceRequest")?;
    let tags = document.child("Tags").ok_or_else(malformed)?;
    let pair = |tag: &wire::xml::Element| {
        let (key, value) = (tag.text_of("Key"), tag.text_of("Value"));
        Some((key?.to_owned(), value?.to_owned()))
    };
    tags.children("Tag").map(|tag| pair(tag).ok_or_else(malformed)).collect()
}

/// Observed: the texts. Assumed: S3 checks in this order.
fn check(pairs: &Pairs) -> ControlResult<()> {
    let refuse = |text| Err(Failure::from(ControlError::InvalidTag(text)));
    for (index, (key, value)) in pairs.iter().enumerate() {
        let is_long =
            key.chars().count() > KEY_CHARS_MAX || value.chars().count() > VALUE_CHARS_MAX;
        if key.is_empty() || is_long || !key.chars().chain(value.chars()).all(is_allowed) {
            return refuse(INVALID);
        }
        if key.starts_with("aws:") {
            return refuse(SYSTEM);
        }
        if pairs.iter().take(index).any(|(own, _)| own == key) {
            return refuse(REPEATED);
        }
    }
    Ok(())
}

fn is_allowed(letter: char) -> bool {
    letter.is_alphanumeric() || letter.is_whitespace() || "_.:/=+-@".contains(letter)
}

/// Removes some tags.
#[derive(Debug)]
pub(crate) struct UntagResource;

impl Api for UntagResource {
    const SPEC: Spec = Spec::writes(&CONTROL, "UntagResource").rest("DELETE", PATH, &[]);

    fn needs(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<Vec<Access>> {
        let bucket = bucket(ctx, request)?;
        let mut context = Context::new();
        context.set_list("aws:TagKeys", request.tag_keys().map(str::to_owned).collect());
        Ok(right(ctx, &bucket, "s3:UntagResource", context))
    }

    fn run(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<ControlAnswer> {
        let mut bucket = Bucket::clone(&*bucket(ctx, request)?);
        bucket.tags.retain(|(own, _)| request.tag_keys().all(|key| key != own));
        bucket.save(ctx)?;
        Ok(ControlAnswer::empty(StatusCode::NO_CONTENT))
    }
}
