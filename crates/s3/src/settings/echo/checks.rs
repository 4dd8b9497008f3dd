//! What AWS refuses in documents that are stored and answered.

use gateway::Ctx;
use types::Timestamp;

use crate::bucket::{self, Versioning};
use crate::error::{S3Error, S3Result};
use crate::request::Request;
use crate::settings::Settings;
use crate::xml::Element;

/// Source: S3 User Guide, "Lifecycle configuration elements": 1,000 rules.
const LIFECYCLE_RULES_MAX: usize = 1_000;
/// Source: S3 API Reference, "CORSConfiguration": 100 rules.
const CORS_RULES_MAX: usize = 100;
const CORS_METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
const MINIMUM_SIZE: &str = "x-amz-transition-default-minimum-object-size";

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

/// Observed: what is amiss is malformed, but for dates and tags.
pub(super) fn lifecycle(
    ctx: &mut Ctx<'_>,
    _: &mut Settings,
    document: &mut Element,
) -> S3Result<()> {
    let rules: Vec<_> = document.children("Rule").collect();
    if rules.is_empty() || rules.len() > LIFECYCLE_RULES_MAX {
        return malformed();
    }
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
    }
    name_rules(ctx, document, "Rule", "ID")
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
    if let Some(date) = expiration.text_of("Date") {
        let Some(time) = Timestamp::parse_iso(date) else { return malformed() };
        if time.floor_to(types::DAY_MS) != time {
            return Err(S3Error::argument("'Date' must be at midnight GMT", "Date", date).into());
        }
    }
    Ok(())
}

/// Observed: the header is answered with its default.
pub(super) fn lifecycle_headers(_: &Settings, request: &Request) -> Vec<(String, String)> {
    let value = request.header(MINIMUM_SIZE);
    let value = value.unwrap_or_else(|| "all_storage_classes_128K".to_owned());
    vec![(MINIMUM_SIZE.to_owned(), value)]
}

pub(super) fn cors(_: &mut Ctx<'_>, _: &mut Settings, document: &mut Element) -> S3Result<()> {
    let rules: Vec<_> = document.children("CORSRule").collect();
    if rules.is_empty() || rules.len() > CORS_RULES_MAX {
        return malformed();
    }
    for rule in rules {
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
    if document.child("RedirectAllRequestsTo").is_some() {
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
    Ok(())
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
    if target.owner != settings.0.owner || target.region != settings.0.region {
        return Err(missing().into());
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
