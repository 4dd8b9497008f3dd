//! The contents of an S3 call's event.

use gateway::{Auth, Class, Ctx, EventParts, Fault, Resource, Route, Spec};
use policy::Principal;
use serde_json::{Map, Value};
use types::AccountId;

use crate::access;
use crate::bucket;
use crate::model::Bucket;
use crate::request::{Request, to_u64};
use crate::response::Response;

/// Query keys of the signature; they are not parameters, and most of them are secret.
///
/// Observed: `x-id`, which some SDKs send, is recorded.
const UNRECORDED_QUERY: [&str; 5] =
    ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-Security-Token", "AWSAccessKeyId", "Signature"];
/// Headers that are recorded.
///
/// Observed: ACL, encryption and copy headers in `requestParameters`.
const RECORDED_HEADERS: [&str; 26] = [
    "x-amz-acl",
    "x-amz-bucket-object-lock-enabled",
    "x-amz-bypass-governance-retention",
    "x-amz-checksum-algorithm",
    "x-amz-checksum-type",
    "x-amz-copy-source",
    "x-amz-copy-source-range",
    "x-amz-expected-bucket-owner",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-attributes",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-server-side-encryption-context",
    "x-amz-storage-class",
    "x-amz-tagging-directive",
    "x-amz-website-redirect-location",
];

/// Members that name the resource of a call. No name of a parameter or document chosen by the
/// caller may replace them: event history finds calls by them.
const ADDRESS: [&str; 3] = ["bucketName", "Host", "key"];

/// The parts of an event that depend only on the operation.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    acts_on: ActsOn,
    /// Whether it has `SSEApplied`, the encryption of the bytes.
    shows_encryption: bool,
}

/// What the event names as its resources.
#[derive(Debug, Clone, Copy)]
enum ActsOn {
    Nothing,
    /// The bucket, and the object before it if there is one.
    Path,
    /// The bucket, preceded by the objects whose keys share a prefix.
    Prefix,
}

impl Shape {
    /// Observed: an object call names the object, then the bucket with its account.
    pub(crate) const PATH: Self = Self { acts_on: ActsOn::Path, shows_encryption: false };
    /// Observed: lists and `DeleteObjects` name a prefix.
    pub(crate) const PREFIX: Self = Self { acts_on: ActsOn::Prefix, shows_encryption: false };
    /// Observed: creating a bucket names nothing.
    pub(crate) const NOTHING: Self = Self { acts_on: ActsOn::Nothing, shows_encryption: false };
    /// An object call that reads or writes bytes.
    ///
    /// Source: S3 User Guide, "Identifying S3 requests", `SSEApplied`.
    pub(crate) const BYTES: Self = Self { acts_on: ActsOn::Path, shows_encryption: true };
}

/// `requestParameters`.
///
/// Observed: `bucketName`, `Host`, `key`, every query key with its value, flags as the empty
/// text, and a document under its root.
pub(crate) fn parameters(request: &Request) -> Value {
    let mut members = Map::new();
    let host = request.header("host").unwrap_or_default();
    let address = [
        (request.bucket.as_str(), "bucketName"),
        (host.as_str(), "Host"),
        (request.key.as_str(), "key"),
    ];
    for (value, name) in address.into_iter().filter(|(value, _)| !value.is_empty()) {
        members.insert(name.to_owned(), Value::from(value));
    }
    for (name, value) in &request.query {
        // Also the key of a copy's source, whose parameter has another prefix.
        let private = name.to_ascii_lowercase().contains("server-side-encryption-customer")
            || UNRECORDED_QUERY.iter().any(|own| own.eq_ignore_ascii_case(name));
        if !private && !ADDRESS.contains(&name.as_str()) {
            members.insert(name.clone(), Value::from(value.as_str()));
        }
    }
    for name in RECORDED_HEADERS {
        if let Some(value) = request.sent(name) {
            members.insert(name.to_owned(), Value::from(value));
        }
    }
    if let Some((name, document)) = document(request).filter(|(name, _)| may_name(name)) {
        members.insert(name, document);
    }
    Value::Object(members)
}

/// Whether a document's root may name a member: no root of S3's documents is a header name.
fn may_name(root: &str) -> bool {
    !ADDRESS.contains(&root) && !RECORDED_HEADERS.contains(&root)
}

/// A body that is a document, under its name in the event.
fn document(request: &Request) -> Option<(String, Value)> {
    let body = request.arrived();
    if body.is_empty() {
        return None;
    }
    if request.param("policy").is_some() {
        let policy = serde_json::from_slice(body).ok()?;
        return Some(("bucketPolicy".to_owned(), policy));
    }
    // Observed: the event of the whole `DeleteObjects` names no key.
    if request.param("delete").is_some() || request.param("uploadId").is_some() {
        return None;
    }
    let Value::Object(members) = crate::xml::to_json(body)? else { return None };
    members.into_iter().next()
}

/// `responseElements`: the `x-amz-` headers of an object call.
pub(crate) fn elements(response: &Response) -> Value {
    let shown = response
        .headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-amz-") && name != "x-amz-bucket-arn");
    let members: Map<String, Value> =
        shown.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    if members.is_empty() { Value::Null } else { Value::Object(members) }
}

/// The parts that need more than the input. `bucket` is the one that the call acts on, if it was
/// found.
pub(crate) fn fill(
    ctx: &Ctx<'_>,
    (spec, shape): (&Spec, Shape),
    request: &Request,
    bucket: Option<&Bucket>,
    response: Option<&Response>,
    event: &mut EventParts,
) -> Result<(), Fault> {
    let bytes_out =
        event.refusal_bytes.map(to_u64).or(response.map(Response::body_bytes)).unwrap_or(0);
    event.additional = Some(additional(ctx, shape, request, response, bytes_out));
    let owner = match bucket {
        Some(bucket) => Some(bucket.owner.clone()),
        None => bucket::find(ctx, &request.bucket)?.map(|found| found.owner.clone()),
    };
    event.resources = resources(shape, request, owner.as_ref());
    // There is no account, of a caller or an owner, whose history could contain it; and an
    // unauthenticated client could fill the disk with such events. The server counts them.
    // Source: CloudTrail User Guide, "CloudTrail concepts": events belong to an account.
    event.silent = owner.is_none() && ctx.caller().principal == Principal::Anonymous;
    if owner.is_some() {
        event.owner = owner;
    }
    if spec.class == Class::Management {
        // Observed: null for bucket calls, regardless of the response's headers.
        event.response_elements = Value::Null;
    }
    if ctx.call().origin.is_none() {
        address(ctx, spec, request, &mut event.request_parameters);
    }
    Ok(())
}

/// The request line that corresponds to a call of a service.
///
/// Observed: `Host` and `acl` in CloudTrail's `GetBucketAcl`.
fn address(ctx: &Ctx<'_>, spec: &Spec, request: &Request, parameters: &mut Value) {
    let Value::Object(members) = parameters else { return };
    let host = format!("{}.s3.{}.amazonaws.com", request.bucket, ctx.region());
    members.insert("Host".to_owned(), Value::from(host));
    let Route::Rest { query, .. } = spec.route else { return };
    for flag in query.iter().filter(|name| !name.contains('=')) {
        members.entry(*flag).or_insert_with(|| Value::from(""));
    }
}

fn additional(
    ctx: &Ctx<'_>,
    shape: Shape,
    request: &Request,
    response: Option<&Response>,
    bytes_out: u64,
) -> Value {
    let call = ctx.call();
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    let origin = call.origin.as_ref();
    let content = request.content.as_ref().map_or(0, |content| to_u64(content.len()));
    let bytes_in = origin.map_or(content, |origin| origin.body_bytes);
    let method = origin.map_or(Auth::Header, |origin| origin.auth);
    let tls = origin.and_then(|origin| origin.tls.as_ref());
    if method != Auth::None {
        // Source: CloudTrail User Guide, examples of S3's records.
        let version = if call.has_signature_v2() { "SigV2" } else { "SigV4" };
        put("SignatureVersion", Value::from(version));
    }
    if let Some((_, suite)) = tls {
        put("CipherSuite", Value::from(suite.as_str()));
    }
    put("bytesTransferredIn", Value::from(bytes_in));
    if let Some(applied) = response.and_then(|response| sse_applied(shape, request, response)) {
        put("SSEApplied", Value::from(applied));
    }
    match method {
        Auth::Header => put("AuthenticationMethod", Value::from("AuthHeader")),
        Auth::Query => put("AuthenticationMethod", Value::from("QueryString")),
        // Source: S3 User Guide, "Amazon S3 server access log format", authentication type: only these
        // two. A form's signature is in neither place.
        Auth::Form | Auth::None => {}
    }
    put("x-amz-id-2", Value::from(call.host_id.as_str()));
    // Observed: 356 for `NoSuchPublicAccessBlockConfiguration`, the size of its body.
    put("bytesTransferredOut", Value::from(bytes_out));
    Value::Object(members)
}

fn sse_applied(shape: Shape, request: &Request, response: &Response) -> Option<String> {
    if !shape.shows_encryption {
        return None;
    }
    let scheme = match response.header("x-amz-server-side-encryption")? {
        "aws:kms" => "SSE_KMS",
        "aws:kms:dsse" => "DSSE_KMS",
        _ => "SSE_S3",
    };
    let asked = request.header("x-amz-server-side-encryption").is_some();
    Some(if asked { scheme.to_owned() } else { format!("Default_{scheme}") })
}

/// Observed: listing all buckets names nothing; objects have no account.
fn resources(shape: Shape, request: &Request, owner: Option<&AccountId>) -> Vec<Resource> {
    if request.bucket.is_empty() || matches!(shape.acts_on, ActsOn::Nothing) {
        return Vec::new();
    }
    let arn = Some(access::bucket_arn(&request.bucket));
    let account_id = owner.map(ToString::to_string);
    let kind = Some("AWS::S3::Bucket".to_owned());
    let whole = Resource { account_id, kind, arn, arn_prefix: None };
    let kind = Some("AWS::S3::Object".to_owned());
    if !request.key.is_empty() {
        let arn = Some(access::object_arn(&request.bucket, &request.key));
        return vec![Resource { kind, arn, ..Resource::default() }, whole];
    }
    if matches!(shape.acts_on, ActsOn::Prefix) {
        let prefix = request.param("prefix").unwrap_or_default();
        let arn_prefix = Some(access::object_arn(&request.bucket, prefix));
        return vec![Resource { kind, arn_prefix, ..Resource::default() }, whole];
    }
    vec![whole]
}
