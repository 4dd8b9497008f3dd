//! What AWS rejects in documents that are stored and returned.

use gateway::Ctx;
use types::Timestamp;

use crate::bucket;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Versioning};
use crate::request::Request;
use crate::settings::Settings;
use crate::xml::Element;

/// Source: S3 User Guide, "Lifecycle configuration elements": 1,000 rules.
const LIFECYCLE_RULES_MAX: usize = 1_000;
/// Source: S3 API Reference, "CORSConfiguration": 100 rules.
const CORS_RULES_MAX: usize = 100;
const CORS_METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
const USUAL_MINIMUM_SIZE: &str = "all_storage_classes_128K";
const MINIMUM_SIZES: [&str; 2] = [USUAL_MINIMUM_SIZE, "varies_by_storage_class"];
const MINIMUM_SIZE: &str = "x-amz-transition-default-minimum-object-size";
/// Source: S3 API Reference, "LifecycleRule".
const RULE_ID_CHARS_MAX: usize = 255;

#[track_caller]
fn malformed<T>() -> S3Result<T> {
    Err(S3Error::MalformedXml.into())
}

/// A rule without an id gets one.
fn name_rules(ctx: &Ctx<'_>, document: &mut Element, child: &str, id: &str) -> S3Result<()> {
    for rule in document.children.iter_mut().filter(|rule| rule.name == child) {
        if rule.text_of(id).is_none_or(str::is_empty) {
            let text = types::uuid_v4(ctx.entropy().bytes()?);
            rule.children.retain(|own| own.name != id);
            let named = Element { name: id.to_owned(), text, ..Element::default() };
            rule.children.insert(0, named);
        }
    }
    Ok(())
}

/// Observed: every fault is malformed XML, except for dates and tags.
pub(super) fn lifecycle(
    ctx: &mut Ctx<'_>,
    _: &mut Settings,
    document: &mut Element,
) -> S3Result<()> {
    let rules: Vec<_> = document.children("Rule").collect();
    if rules.is_empty() || rules.len() > LIFECYCLE_RULES_MAX {
        return malformed();
    }
    lifecycle_ids(&rules)?;
    for rule in &rules {
        if !matches!(rule.text_of("Status"), Some("Enabled" | "Disabled")) {
            return malformed();
        }
        let filtered = rule.child("Filter").is_some() || rule.child("Prefix").is_some();
        let acts = [
            "Expiration",
            "Transition",
            "NoncurrentVersionExpiration",
            "NoncurrentVersionTransition",
            "AbortIncompleteMultipartUpload",
        ]
        .iter()
        .any(|name| rule.child(name).is_some());
        if !filtered || !acts {
            return malformed();
        }
        if let Some(filter) = rule.child("Filter") {
            lifecycle_filter(filter)?;
        }
        if let Some(expiration) = rule.child("Expiration") {
            lifecycle_expiration(expiration)?;
        }
        rule.children("Transition").try_for_each(midnight)?;
        // Observed: malformed without it.
        let mut noncurrent = rule.children("NoncurrentVersionExpiration");
        if noncurrent.any(|own| own.child("NoncurrentDays").is_none()) {
            return malformed();
        }
    }
    name_rules(ctx, document, "Rule", "ID")
}

/// Observed: both texts; noobaa/noobaa-core, pull request 8628, and pingcap/tiflash, issue 9889.
fn lifecycle_ids(rules: &[&Element]) -> S3Result<()> {
    let ids: Vec<_> = rules.iter().filter_map(|rule| rule.text_of("ID")).collect();
    for (index, id) in ids.iter().enumerate().filter(|(_, id)| !id.is_empty()) {
        if id.chars().count() > RULE_ID_CHARS_MAX {
            let message = "ID length should not exceed allowed limit of 255";
            return Err(S3Error::argument(message, "ID", *id).into());
        }
        if ids.iter().take(index).any(|own| own == id) {
            let message = "Rule ID must be unique. Found same ID for more than one rule";
            return Err(S3Error::argument(message, "ID", *id).into());
        }
    }
    Ok(())
}

fn lifecycle_filter(filter: &Element) -> S3Result<()> {
    if filter.children.len() > 1 {
        return malformed();
    }
    let Some(all) = filter.child("And") else { return Ok(()) };
    let keys: Vec<_> = all.children("Tag").filter_map(|tag| tag.text_of("Key")).collect();
    let repeated = keys.iter().enumerate().any(|(i, key)| keys.iter().take(i).any(|k| k == key));
    if repeated {
        return Err(S3Error::request("Duplicate Tag Keys are not allowed.").into());
    }
    Ok(())
}

fn lifecycle_expiration(expiration: &Element) -> S3Result<()> {
    let names = ["Days", "Date", "ExpiredObjectDeleteMarker"];
    if names.iter().filter(|name| expiration.child(name).is_some()).count() != 1 {
        return malformed();
    }
    if let Some(days) = expiration.text_of("Days") {
        match days.parse::<i64>() {
            Ok(days) if days > 0 => {}
            Ok(_) => {
                let message = "'Days' for Expiration action must be a positive integer";
                return Err(S3Error::argument(message, "Days", days).into());
            }
            Err(_) => return malformed(),
        }
    }
    midnight(expiration)
}

/// Observed: a date is at midnight.
fn midnight(action: &Element) -> S3Result<()> {
    let Some(date) = action.text_of("Date") else { return Ok(()) };
    let Some(time) = Timestamp::parse_iso(date) else { return malformed() };
    if time.floor_to(types::DAY_MS) != time {
        return Err(S3Error::argument("'Date' must be at midnight GMT", "Date", date).into());
    }
    Ok(())
}

/// Stores the size below which objects do not transition: an argument of the document that is in a
/// header.
///
/// Source: S3 API Reference, "PutBucketLifecycleConfiguration". Observed: the refusal of others.
pub(super) fn keep_minimum_size(settings: &mut Settings, request: &Request) -> S3Result<()> {
    let value = request.header(MINIMUM_SIZE).unwrap_or_else(|| USUAL_MINIMUM_SIZE.to_owned());
    if !MINIMUM_SIZES.contains(&value.as_str()) {
        let text = format!("Invalid TransitionDefaultMinimumObjectSize found: {value}");
        return Err(S3Error::request(text).into());
    }
    settings.0.documents.insert(MINIMUM_SIZE.to_owned(), value);
    Ok(())
}

/// Observed: the header is returned with its default.
pub(super) fn lifecycle_headers(settings: &Settings, _: &Request) -> Vec<(String, String)> {
    let kept = settings.0.documents.get(MINIMUM_SIZE).map(String::as_str);
    let value = kept.unwrap_or(USUAL_MINIMUM_SIZE);
    vec![(MINIMUM_SIZE.to_owned(), value.to_owned())]
}

pub(super) fn cors(_: &mut Ctx<'_>, _: &mut Settings, document: &mut Element) -> S3Result<()> {
    let rules: Vec<_> = document.children("CORSRule").collect();
    if rules.is_empty() || rules.len() > CORS_RULES_MAX {
        return malformed();
    }
    for rule in rules {
        crate::cors::check(rule)?;
        let origins = rule.children("AllowedOrigin").count();
        let mut methods = rule.children("AllowedMethod").peekable();
        if origins == 0 || methods.peek().is_none() {
            return malformed();
        }
        for method in methods {
            if !CORS_METHODS.contains(&method.text.as_str()) {
                return Err(S3Error::request(format!(
                    "Found unsupported HTTP method in CORS config. Unsupported method is {}",
                    method.text
                ))
                .into());
            }
        }
    }
    Ok(())
}

pub(super) fn website(_: &mut Ctx<'_>, _: &mut Settings, document: &mut Element) -> S3Result<()> {
    if let Some(all) = document.child("RedirectAllRequestsTo") {
        website_protocol(all)?;
        if document.children.len() > 1 {
            let message = "RedirectAllRequestsTo cannot be provided in conjunction with other \
                           Routing Rules.";
            return Err(S3Error::argument(message, "RedirectAllRequestsTo", "not null").into());
        }
        return Ok(());
    }
    let Some(index) = document.child("IndexDocument") else {
        let message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo \
                       is empty";
        return Err(S3Error::argument(message, "IndexDocument", "null").into());
    };
    let suffix = index.text_of("Suffix").unwrap_or_default();
    if suffix.is_empty() || suffix.contains('/') {
        let message = "The IndexDocument Suffix is not well formed";
        return Err(S3Error::argument(message, "IndexDocument", suffix).into());
    }
    let Some(rules) = document.child("RoutingRules") else { return Ok(()) };
    rules.children("RoutingRule").try_for_each(routing_rule)
}

/// Observed: wording of each refusal; a redirect of nothing is malformed.
fn routing_rule(rule: &Element) -> S3Result<()> {
    let Some(redirect) = rule.child("Redirect").filter(|own| !own.children.is_empty()) else {
        return malformed();
    };
    website_protocol(redirect)?;
    let both = ["ReplaceKeyPrefixWith", "ReplaceKeyWith"];
    if both.iter().all(|name| redirect.child(name).is_some()) {
        let text = "You can only define ReplaceKeyPrefix or ReplaceKey but not both.";
        return Err(S3Error::request(text).into());
    }
    if rule.child("Condition").is_some_and(|condition| condition.children.is_empty()) {
        let text = "Condition cannot be empty. To redirect all requests without a condition, the \
                    condition element shouldn't be present.";
        return Err(S3Error::request(text).into());
    }
    Ok(())
}

fn website_protocol(redirect: &Element) -> S3Result<()> {
    match redirect.text_of("Protocol") {
        None | Some("http" | "https") => Ok(()),
        Some(_) => Err(S3Error::request(
            "Invalid protocol, protocol can be http or https. If not defined the protocol will be \
             selected automatically.",
        )
        .into()),
    }
}

pub(super) fn logging(
    ctx: &mut Ctx<'_>,
    settings: &mut Settings,
    document: &mut Element,
) -> S3Result<()> {
    let Some(enabled) = document.child("LoggingEnabled") else { return Ok(()) };
    let name = enabled.text_of("TargetBucket").ok_or(S3Error::MalformedXml)?;
    if enabled.child("TargetPrefix").is_none() {
        return malformed();
    }
    let missing = || S3Error::InvalidLoggingTarget { bucket: name.to_owned() };
    let target = bucket::find(ctx, name)?.ok_or_else(missing)?;
    if target.owner != settings.0.owner {
        return Err(missing().into());
    }
    if target.region != settings.0.region {
        let place = |bucket: &Bucket| bucket.location().map(str::to_owned);
        let (source, target) = (place(&settings.0), place(&target));
        return Err(S3Error::CrossLocationLogging { source, target }.into());
    }
    if target.object_lock.as_ref().is_some_and(|lock| lock.default.is_some()) {
        let text = "You can't use a bucket with default Object Lock retention as a destination \
                    bucket for server access logs.";
        return Err(S3Error::request(text).into());
    }
    Ok(())
}

const TARGETS: [(&str, &str); 3] = [
    ("TopicConfiguration", "Topic"),
    ("QueueConfiguration", "Queue"),
    ("CloudFunctionConfiguration", "CloudFunction"),
];

pub(super) fn notification(
    ctx: &mut Ctx<'_>,
    _: &mut Settings,
    document: &mut Element,
) -> S3Result<()> {
    for (kind, target) in TARGETS {
        for rule in document.children(kind) {
            let Some(arn) = rule.text_of(target).filter(|arn| !arn.is_empty()) else {
                return malformed();
            };
            if rule.child("Event").is_none() {
                return malformed();
            }
            if types::Arn::parse(arn).is_none() {
                let message = "The ARN could not be parsed";
                return Err(S3Error::argument(message, target, arn).into());
            }
        }
    }
    for (kind, _) in TARGETS {
        name_rules(ctx, document, kind, "Id")?;
    }
    Ok(())
}

pub(super) fn replication(
    ctx: &mut Ctx<'_>,
    settings: &mut Settings,
    document: &mut Element,
) -> S3Result<()> {
    if settings.0.versioning != Versioning::Enabled {
        return Err(S3Error::request(
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
        )
        .into());
    }
    if document.text_of("Role").is_none_or(str::is_empty) || document.child("Rule").is_none() {
        return malformed();
    }
    for rule in document.children("Rule") {
        let target = rule.child("Destination").and_then(|own| own.text_of("Bucket"));
        let Some(name) = target.and_then(|arn| arn.strip_prefix("arn:aws:s3:::")) else {
            return malformed();
        };
        let target = bucket::find(ctx, name)?;
        if target.is_none_or(|target| target.versioning != Versioning::Enabled) {
            let text = "Destination bucket must have versioning enabled.";
            return Err(S3Error::request(text).into());
        }
    }
    name_rules(ctx, document, "Rule", "ID")
}

pub(super) fn request_payment(
    _: &mut Ctx<'_>,
    _: &mut Settings,
    document: &mut Element,
) -> S3Result<()> {
    match document.text_of("Payer") {
        Some("BucketOwner" | "Requester") => Ok(()),
        _ => malformed(),
    }
}

pub(super) fn accelerate(
    _: &mut Ctx<'_>,
    settings: &mut Settings,
    document: &mut Element,
) -> S3Result<()> {
    if settings.0.name.contains('.') {
        let text = "S3 Transfer Acceleration is not supported for buckets with periods (.) in \
                    their names";
        return Err(S3Error::request(text).into());
    }
    match document.text_of("Status") {
        Some("Enabled" | "Suspended") => Ok(()),
        _ => malformed(),
    }
}
