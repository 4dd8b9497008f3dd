//! S3 Control: the operations on an account, and on the tags of buckets by their ARN.
//!
//! Source: S3 API Reference, "Amazon S3 Control". It signs as S3, is recorded as S3, and differs in
//! its paths, its namespace and the form of its errors.

pub(crate) mod public_access;
pub(crate) mod tags;

use gateway::{
    Access, Answer, ApiError, Codec, Ctx, Decoding, EventParts, Failure, Family, Fault, Plain,
    Protocol, Refused, Reply, Resource, Service, Spec, WireError,
};
use http::StatusCode;
use serde_json::{Map, Value, json};
use types::AccountId;
use wire::xml::{Element, Limits, XmlWriter, parse};

use crate::checksum;
use crate::error::S3Error;
use crate::request::Request;

/// S3 Control as the pipeline sees it.
pub static CONTROL: Service = Service {
    name: "s3control",
    signing_name: "s3",
    event_source: crate::principal::PRINCIPAL,
    protocol: Protocol::RestXmlControl,
    family: Family::S3,
    target: "",
    global: false,
    event_form: crate::EVENT_FORM,
    failure: crate::FAILURE,
    unavailable: crate::UNAVAILABLE,
};

const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";
const ACCOUNT: &str = "x-amz-account-id";

pub(crate) type ControlResult<T> = Result<T, Failure<ControlError>>;

/// Failures of these operations.
///
/// Observed: codes and texts. Assumed: S3 words `MissingAccount`, `OtherResource` and `TooManyTags` so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ControlError {
    /// The account is not the caller's.
    AccessDenied,
    /// No account, or none that could be one.
    MissingAccount,
    /// A setting without any of its switches.
    NoConfiguration,
    /// No such bucket here.
    NoSuchResource,
    /// Nothing is set for the account.
    NotSet(AccountId),
    /// Not an ARN of a bucket.
    OtherResource,
    /// A tag that cannot be.
    InvalidTag(&'static str),
    /// Not the document that the operation expects.
    MalformedXml,
    /// More than 50 tags. Source: the service model.
    TooManyTags,
}

impl ApiError for ControlError {
    fn wire(&self) -> WireError {
        match self {
            Self::AccessDenied => WireError::new(403, "AccessDenied", "Access Denied"),
            Self::MissingAccount => WireError::new(
                400,
                "InvalidRequest",
                "Missing required header for this request: x-amz-account-id",
            ),
            Self::NoConfiguration => {
                WireError::new(400, "InvalidRequest", "Must specify at least one configuration.")
            }
            Self::NoSuchResource => {
                WireError::new(404, "NoSuchResource", "The specified resource doesn't exist.")
            }
            Self::NotSet(account) => WireError::new(
                404,
                "NoSuchPublicAccessBlockConfiguration",
                "The public access block configuration was not found",
            )
            .with("AccountId", account.as_str()),
            Self::OtherResource => {
                WireError::new(400, "InvalidRequest", "The resource ARN is not supported.")
            }
            Self::InvalidTag(text) => WireError::new(400, "InvalidTag", *text),
            Self::MalformedXml => S3Error::MalformedXml.wire(),
            Self::TooManyTags => WireError::new(
                400,
                "TooManyTags",
                "You can't add more than 50 user-defined tags to a resource.",
            ),
        }
    }
}

/// The specifics of one operation.
pub(crate) trait Api: Sized + 'static {
    const SPEC: Spec;

    fn needs(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<Vec<Access>>;
    fn run(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<ControlAnswer>;
}

/// A request as it was sent; arguments are read after authorization.
#[derive(Debug, Default)]
pub(crate) struct ControlRequest {
    host: String,
    account: Option<String>,
    /// The resource in the path.
    pub(crate) resource: String,
    pub(crate) query: Vec<(String, String)>,
    /// The document, and the headers about it.
    sent: Request,
}

/// A status, and a document where there is one.
#[derive(Debug)]
pub(crate) struct ControlAnswer {
    status: StatusCode,
    document: Option<String>,
}

impl ControlAnswer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, document: None }
    }

    /// A document with a root in the namespace; `write` fills it.
    pub(crate) fn document(root: &str, write: impl FnOnce(&mut XmlWriter)) -> Self {
        let mut xml = XmlWriter::document();
        xml.root(root, NAMESPACE);
        write(&mut xml);
        Self { status: StatusCode::OK, document: Some(xml.finish()) }
    }
}

impl ControlRequest {
    /// Whether its document has not arrived.
    pub(crate) fn awaits_document(&self) -> bool {
        self.sent.awaits_document()
    }

    /// The name of the bucket whose ARN the path names.
    fn bucket(&self) -> Option<&str> {
        let name = self.resource.strip_prefix("arn:aws:s3:::")?;
        (!name.is_empty() && !name.contains('/')).then_some(name)
    }

    /// The keys of an `UntagResource`.
    fn tag_keys(&self) -> impl Iterator<Item = &str> {
        let pairs = self.query.iter();
        pairs.filter(|(name, _)| name == "tagKeys").map(|(_, value)| value.as_str())
    }

    /// The account that the request names.
    pub(crate) fn named_account(&self) -> ControlResult<AccountId> {
        let account = self.account.as_deref().and_then(AccountId::parse);
        account.ok_or_else(|| ControlError::MissingAccount.into())
    }

    /// The same, which has to be the caller's.
    pub(crate) fn account(&self, ctx: &Ctx<'_>) -> ControlResult<AccountId> {
        let account = self.named_account()?;
        if ctx.caller().principal.account() == Some(&account) {
            return Ok(account);
        }
        Err(ControlError::AccessDenied.into())
    }

    /// The body, whose root must have this name.
    pub(crate) fn read(&self, root: &str) -> ControlResult<Element> {
        let element = parse(self.sent.document()?, Limits::S3)
            .map_err(|error| Failure::from(error.wire()))?;
        if element.name == root { Ok(element) } else { Err(ControlError::MalformedXml.into()) }
    }
}

/// An operation in the pipeline's form.
pub(crate) struct Call<A>(std::marker::PhantomData<A>);

impl<A> std::fmt::Debug for Call<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call")
    }
}

impl<A: Api> Plain for Call<A> {
    const SPEC: Spec = A::SPEC;
    type Input = ControlRequest;
    type Output = ControlAnswer;
    type Error = ControlError;
    type Codec = ControlXml;

    fn access(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<Vec<Access>> {
        A::needs(ctx, request)
    }

    /// Source: S3 API Reference, "Common Request Headers", `Content-MD5`.
    fn run(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<ControlAnswer> {
        checksum::check_document(&request.sent).map_err(Refused::from)?;
        A::run(ctx, request)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        request: &ControlRequest,
        output: Option<&ControlAnswer>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        let document = output.and_then(|answer| answer.document.as_ref());
        let bytes_out = event.refusal_bytes.or(document.map(String::len)).unwrap_or(0);
        event.additional = Some(additional(ctx, request, bytes_out));
        event.response_elements = Value::Null;
        if let Some(name) = request.bucket() {
            event.owner = crate::bucket::find(ctx, name)?.map(|bucket| bucket.owner.clone());
            event.resources = vec![resource(name, event.owner.as_ref())];
        }
        Ok(())
    }
}

/// REST-XML in the namespace of S3 Control.
#[derive(Debug)]
pub(crate) struct ControlXml;

impl Codec<ControlRequest, ControlAnswer> for ControlXml {
    fn decode(decoding: &Decoding<'_>) -> Result<ControlRequest, WireError> {
        let head = decoding.head;
        Ok(ControlRequest {
            host: head.host().to_owned(),
            account: head.header(ACCOUNT).map(str::to_owned),
            resource: decoding.key.unwrap_or_default().to_owned(),
            query: head.query_pairs(),
            sent: Request::document_of(decoding),
        })
    }

    fn encode(answer: ControlAnswer, reply: &Reply<'_>) -> Result<Answer, Fault> {
        let own = Answer::empty(answer.status)
            .with("x-amz-request-id", reply.request_id)
            .with("x-amz-id-2", reply.host_id);
        Ok(match answer.document {
            Some(document) => own.with_body("application/xml", document),
            None => own,
        })
    }

    /// Observed: the host, in lower case if it is AWS's own; a document is recorded under its root,
    /// as in S3's events. Assumed: CloudTrail has the resource under `resourceArn`, keys of tags under `tagKeys`.
    fn parameters(request: &ControlRequest, _: &Service) -> Result<Value, Fault> {
        let mut members = Map::new();
        members.insert("Host".to_owned(), Value::from(request.host.as_str()));
        if !request.resource.is_empty() {
            members.insert("resourceArn".to_owned(), Value::from(request.resource.as_str()));
        }
        let keys: Vec<_> = request.tag_keys().map(Value::from).collect();
        if !keys.is_empty() {
            members.insert("tagKeys".to_owned(), Value::from(keys));
        }
        if let Some(Value::Object(document)) = crate::xml::to_json(request.sent.arrived()) {
            members.extend(document);
        }
        Ok(Value::Object(members))
    }

    fn elements(_: &ControlAnswer, _: &Service) -> Result<Value, Fault> {
        Ok(Value::Null)
    }
}

/// Observed: what S3's events have; Version 4 in the header is the only way here.
fn additional(ctx: &Ctx<'_>, request: &ControlRequest, bytes_out: usize) -> Value {
    let call = ctx.call();
    let mut members = json!({
        "SignatureVersion": "SigV4",
        "AuthenticationMethod": "AuthHeader",
        "bytesTransferredIn": request.sent.arrived().len(),
        "bytesTransferredOut": bytes_out,
        "x-amz-id-2": call.host_id,
    });
    let tls = call.origin.as_ref().and_then(|origin| origin.tls.as_ref());
    if let (Some((_, suite)), Some(members)) = (tls, members.as_object_mut()) {
        members.insert("CipherSuite".to_owned(), Value::from(suite.as_str()));
    }
    members
}

fn resource(bucket: &str, owner: Option<&AccountId>) -> Resource {
    Resource {
        account_id: owner.map(ToString::to_string),
        kind: Some("AWS::S3::Bucket".to_owned()),
        arn: Some(crate::access::bucket_arn(bucket)),
        arn_prefix: None,
    }
}
