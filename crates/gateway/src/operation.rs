use std::fmt;

use serde::Serialize;
use serde_json::Value;
use store::Tx;
use trail::Resource;
use types::{Arn, Region};

use crate::{
    Access, Answer, ApiError, Caller, Ctx, Failure, Fault, Gateway, Refused, Reply, Service, Spec,
    Tags, WireError,
};

/// One API operation. It performs no step of the pipeline: it provides what the steps need.
///
/// Order of a call: [`Codec::decode`], [`access`](Self::access) and the policy decision,
/// [`prepare`](Self::prepare), the body if [`sink`](Self::sink) accepts one, [`run`](Self::run),
/// [`annotate`](Self::annotate), the commit, [`Codec::encode`].
///
/// A client may wait to be invited to send the body of a call of S3. Then the steps up to
/// [`run`](Self::run) are tried once without it, on a snapshot: an input whose
/// [`body`](Decoding::body) has not arrived returns [`Fault::awaits_body`] where an operation reads
/// it, and leaves the condition keys that it may set [open](policy::Context::leave_open). What is
/// refused before that point is refused with every body, so the client is not invited.
///
/// The input never changes: a step hands its results on as [`Seen`](Self::Seen) and
/// [`Work`](Self::Work). An operation that hands on nothing is a [`Plain`] one.
pub trait Operation: Sized + 'static {
    /// Its row in the table of operations.
    const SPEC: Spec;
    /// The client's input.
    type Input: Send + 'static;
    /// The output.
    type Output: Send + 'static;
    /// How it fails.
    type Error: ApiError;
    /// How input and output are carried.
    type Codec: Codec<Self::Input, Self::Output>;
    /// What [`access`](Self::access) read from the snapshot and later steps need.
    type Seen: Send + 'static;
    /// The result of [`prepare`](Self::prepare): keys, hashes, a sink for a body.
    type Work: Send + 'static;

    /// The permissions that the call needs, in the order in which AWS checks them, and the state
    /// read to determine them.
    ///
    /// Runs on a snapshot. Errors that AWS reports before authorization (no such key, no such
    /// bucket) are returned from here.
    fn access(
        ctx: &mut Ctx<'_>,
        input: &Self::Input,
    ) -> Result<Needed<Self::Seen>, Failure<Self::Error>>;

    /// Work before the transaction: slow cryptography, data keys, files for bodies.
    ///
    /// Runs on a snapshot after the call was authorized. A nested call that has to write is
    /// performed on the writer, and this runs once more on a newer snapshot. Therefore an internal
    /// error of a nested call ([`Refused::code`](crate::Refused::code) is `None`) must be returned,
    /// and nested calls must come before long-running work.
    fn prepare(
        ctx: &mut Ctx<'_>,
        input: &Self::Input,
        seen: Self::Seen,
    ) -> Result<Self::Work, Failure<Self::Error>>;

    /// The region of the bucket of a request that names no region.
    fn home(tx: &Tx<'_>, bucket: &str) -> Result<Option<Region>, Fault> {
        let _ = (tx, bucket);
        Ok(None)
    }

    /// The ARN of the resource that `text` names in the call's account and region, in any state;
    /// `None` if there is none. For services that store the ARN of another service's resource.
    fn arn_of(ctx: &mut Ctx<'_>, text: &str) -> Result<Option<Arn>, Failure<Self::Error>> {
        let _ = (ctx, text);
        Ok(None)
    }

    /// The receiver of a streamed request's body.
    fn sink(work: &mut Self::Work) -> Option<&mut dyn BodySink> {
        let _ = work;
        None
    }

    /// The operation itself, within the transaction. A reading operation that turns out to need
    /// the writer runs a second time, with the same work.
    fn run(
        ctx: &mut Ctx<'_>,
        input: &Self::Input,
        work: &mut Self::Work,
    ) -> Result<Self::Output, Failure<Self::Error>>;

    /// What the event contains beyond the codec's rendering of input and output: resources,
    /// redactions, `additionalEventData`. `output` is `None` if the call failed, `work` if it
    /// failed before it ran.
    ///
    /// Errors if the state that the event describes cannot be read; nothing of the call is kept
    /// then. Of a call that a fault ended already, the event contains what was found before.
    fn annotate(
        ctx: &Ctx<'_>,
        input: &Self::Input,
        work: Option<&Self::Work>,
        output: Option<&Self::Output>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        let _ = (ctx, input, work, output, event);
        Ok(())
    }
}

/// The permissions that a call needs, and the state read to determine them.
pub type Needed<S> = (Vec<Access>, S);

/// An [`Operation`] without a prepare step: its steps share only the input.
pub trait Plain: Sized + 'static {
    /// As in [`Operation`].
    const SPEC: Spec;
    /// The client's input.
    type Input: Send + 'static;
    /// The output.
    type Output: Send + 'static;
    /// How it fails.
    type Error: ApiError;
    /// How input and output are carried.
    type Codec: Codec<Self::Input, Self::Output>;

    /// The rights that the call needs; see [`Operation::access`].
    fn access(ctx: &mut Ctx<'_>, input: &Self::Input) -> Result<Vec<Access>, Failure<Self::Error>>;

    /// The ARN of the resource that `text` names; see [`Operation::arn_of`].
    fn arn_of(ctx: &mut Ctx<'_>, text: &str) -> Result<Option<Arn>, Failure<Self::Error>> {
        let _ = (ctx, text);
        Ok(None)
    }

    /// The operation itself, within the transaction.
    fn run(ctx: &mut Ctx<'_>, input: &Self::Input) -> Result<Self::Output, Failure<Self::Error>>;

    /// What the event contains beyond input and output; see [`Operation::annotate`].
    fn annotate(
        ctx: &Ctx<'_>,
        input: &Self::Input,
        output: Option<&Self::Output>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        let _ = (ctx, input, output, event);
        Ok(())
    }
}

impl<P: Plain> Operation for P {
    const SPEC: Spec = P::SPEC;
    type Input = P::Input;
    type Output = P::Output;
    type Error = P::Error;
    type Codec = P::Codec;
    type Seen = ();
    type Work = ();

    fn access(ctx: &mut Ctx<'_>, input: &P::Input) -> Result<Needed<()>, Failure<P::Error>> {
        Ok((P::access(ctx, input)?, ()))
    }

    fn prepare(_: &mut Ctx<'_>, _: &P::Input, (): ()) -> Result<(), Failure<P::Error>> {
        Ok(())
    }

    fn arn_of(ctx: &mut Ctx<'_>, text: &str) -> Result<Option<Arn>, Failure<P::Error>> {
        P::arn_of(ctx, text)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &P::Input,
        (): &mut (),
    ) -> Result<P::Output, Failure<P::Error>> {
        P::run(ctx, input)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &P::Input,
        _: Option<&()>,
        output: Option<&P::Output>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        P::annotate(ctx, input, output, event)
    }
}

/// The parts of an event that depend on the operation.
#[derive(Debug, Default, Clone)]
pub struct EventParts {
    /// `requestParameters`.
    pub request_parameters: Value,
    /// `responseElements`.
    pub response_elements: Value,
    /// `additionalEventData`.
    pub additional: Option<Value>,
    /// `resources`.
    pub resources: Vec<Resource>,
    /// The size of the response body of a rejected call in bytes; set before `annotate` runs.
    pub refusal_bytes: Option<usize>,
    /// Another account that owns a resource and gets a copy of the event.
    pub owner: Option<types::AccountId>,
    /// Whether the call leaves no event at all. Only for helpers that AWS does not record.
    pub silent: bool,
}

/// How a protocol carries an input and an output, on the wire and in events.
pub trait Codec<I, O> {
    /// Parses the input; errors with AWS's error for a malformed one.
    fn decode(request: &Decoding<'_>) -> Result<I, WireError>;
    /// Renders the output. An output that cannot be rendered is a bug, and answered as one.
    fn encode(output: O, reply: &Reply<'_>) -> Result<Answer, Fault>;
    /// The input as `requestParameters`.
    fn parameters(input: &I, service: &Service) -> Result<Value, Fault>;
    /// The output as `responseElements`, for operations that are not read-only.
    fn elements(output: &O, service: &Service) -> Result<Value, Fault>;
}

/// An output for codecs of names and values: what the client receives, and what the event may
/// contain of it.
///
/// An output with a serializer is returned and recorded whole. An output that contains a secret has
/// none: it states both forms itself, and what it does not state is not recorded.
///
/// ```compile_fail,E0277
/// // A secret has no serializer, so nothing that holds one is recorded by mistake.
/// #[derive(serde::Serialize)]
/// struct NewPassword {
///     password: keys::SecretText,
/// }
/// ```
pub trait Answered {
    /// What the client gets.
    fn answer(&self) -> impl Serialize + '_;
    /// What the event shows, members as in the answer.
    fn recorded(&self) -> Result<Value, Fault>;
}

impl<T: Serialize> Answered for T {
    fn answer(&self) -> impl Serialize + '_ {
        self
    }

    fn recorded(&self) -> Result<Value, Fault> {
        shown(self)
    }
}

/// The tagged resources of a service, for the tagging API, which depends on no service.
///
/// The row of the operation that adds tags carries it ([`Row::with_tags`](crate::Row::with_tags)).
/// Reading leaves no event; a change is a call of the service's own operation.
pub trait TagPort: fmt::Debug + Sync {
    /// The tagged resources of the account in the region.
    fn tagged(&self, ctx: &Ctx<'_>) -> Result<Vec<(Arn, Tags)>, Fault>;

    /// Whether an ARN of the service belongs to the account and the region.
    fn is_here(&self, ctx: &Ctx<'_>, arn: &Arn) -> Result<bool, Fault> {
        Ok(arn.region() == ctx.region().as_str() && arn.account() == ctx.account().as_str())
    }

    /// Adds tags, as `caller`; they replace those with the same keys.
    fn tag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        arn: &Arn,
        tags: &[(String, String)],
    ) -> Result<(), Refused>;

    /// Removes the tags with these keys, as `caller`.
    fn untag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        arn: &Arn,
        tag_keys: &[String],
    ) -> Result<(), Refused>;
}

/// What an event contains for a value.
pub fn shown(value: &impl Serialize) -> Result<Value, Fault> {
    let shown = trail::elements(value);
    shown.map_err(|cause| Fault::bug("a record cannot be written").because(cause))
}

/// A request as a codec sees it.
#[derive(Debug)]
pub struct Decoding<'a> {
    /// The head as received.
    pub head: &'a wire::Head,
    /// The body; empty for streamed operations, `None` if it has not arrived.
    pub body: Option<&'a [u8]>,
    /// The parameters of a Query request as a tree, else null.
    pub parameters: &'a Value,
    /// The fields of a browser's form before its file.
    pub form: &'a [(String, String)],
    /// The bucket that the path or the host names.
    pub bucket: Option<&'a str>,
    /// The decoded object key.
    pub key: Option<&'a str>,
    /// The region of the call.
    pub region: &'a Region,
    /// Limits and switches.
    pub gateway: &'a Gateway,
}

impl<'a> Decoding<'a> {
    /// The bytes of the body that have arrived.
    pub fn arrived(&self) -> &'a [u8] {
        self.body.unwrap_or(&[])
    }
}

/// Takes the body of a streamed request, piece by piece.
pub trait BodySink: Send + fmt::Debug {
    /// Accepts the next piece. An error ends the request.
    fn push(&mut self, data: &[u8]) -> Result<(), Refused>;
    /// All pieces have arrived and their signature is valid. `trailers` are the trailing headers,
    /// with lower-case names. Makes the body durable.
    fn close(&mut self, trailers: &[(String, String)]) -> Result<(), Refused>;
}
