use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use gateway::{
    Access, Answer, BodyLimit, BodySink, Codec, Ctx, Decoding, EventParts, Fault, Needed,
    Operation, Reply, Service, Spec, WireError,
};
use serde_json::Value;
use store::Tx;
use types::Region;

use crate::access::{self, Needs};
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::model::{Bucket, Version};
use crate::request::Request;
use crate::response::Response;
use crate::{checksum, encryption, event};

/// The specifics of one S3 operation on a bucket or an object; [`Call`] adds what all share.
pub trait Api: Sized + 'static {
    /// Its row.
    const SPEC: Spec;
    /// The action that the policies must allow.
    const ACTION: &'static str;
    /// Whether every region responds for every bucket.
    const ANY_REGION: bool = false;
    /// The form of its event.
    const EVENT: Shape = Shape::PATH;
    /// Whether it chooses how an object is encrypted.
    const CHOOSES_ENCRYPTION: bool = false;
    /// The result of [`prepare`](Self::prepare).
    type Work: Send + 'static;

    /// The permissions that the call needs; by default [`Self::ACTION`] on what the path names.
    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(access::of_path(ctx, bucket, request, Self::ACTION))
    }

    /// Work before the transaction.
    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Self::Work>;

    /// The receiver of the body.
    fn sink(work: &mut Self::Work) -> Option<&mut dyn BodySink> {
        let _ = work;
        None
    }

    /// The operation itself.
    fn run(
        ctx: &mut Ctx<'_>,
        request: &Request,
        seen: &Seen,
        work: &mut Self::Work,
    ) -> S3Result<Response>;
}

/// An [`Api`] without work before its transaction.
pub trait PlainApi: Sized + 'static {
    /// Its row.
    const SPEC: Spec;
    /// The action that the policies must allow.
    const ACTION: &'static str;
    /// As in [`Api`].
    const ANY_REGION: bool = false;
    /// As in [`Api`].
    const EVENT: Shape = Shape::PATH;

    /// As in [`Api`].
    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(access::of_path(ctx, bucket, request, Self::ACTION))
    }

    /// The operation itself.
    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response>;
}

impl<P: PlainApi> Api for P {
    const SPEC: Spec = P::SPEC;
    const ACTION: &'static str = P::ACTION;
    const ANY_REGION: bool = P::ANY_REGION;
    const EVENT: Shape = P::EVENT;
    type Work = ();

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        P::needs(ctx, request, bucket)
    }

    fn prepare(_: &mut Ctx<'_>, _: &Request, _: &Bucket) -> S3Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, seen: &Seen, (): &mut ()) -> S3Result<Response> {
        P::run(ctx, request, &seen.bucket)
    }
}

/// What the call found; within `run`, from the transaction.
#[derive(Debug)]
pub struct Seen {
    /// The bucket of the path.
    pub(crate) bucket: Arc<Bucket>,
    /// The requested version, if its permissions were checked in this same snapshot.
    pub(crate) version: Option<Version>,
}

/// What a call passes to its transaction.
#[derive(Debug)]
pub struct Prepared<W> {
    seen: Seen,
    work: W,
}

/// An S3 operation on a bucket or an object, in the pipeline's form.
pub struct Call<A>(PhantomData<A>);

impl<A> fmt::Debug for Call<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call")
    }
}

impl<A: Api> Operation for Call<A> {
    const SPEC: Spec = A::SPEC;
    type Input = Request;
    type Output = Response;
    type Error = S3Error;
    type Codec = RestXml;
    type Seen = Seen;
    type Work = Prepared<A::Work>;

    fn access(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Needed<Seen>> {
        let bucket = access::checked_bucket(ctx, request, A::ANY_REGION)?;
        let Needs { rights, version } = A::needs(ctx, request, &bucket)?;
        let version = version.filter(|_| ctx.tx().is_snapshot());
        Ok((rights, Seen { bucket, version }))
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, seen: Seen) -> S3Result<Self::Work> {
        if !A::CHOOSES_ENCRYPTION {
            encryption::refuse_choice(request)?;
        }
        check_request(&A::SPEC, request)?;
        let work = A::prepare(ctx, request, &seen.bucket)?;
        Ok(Prepared { seen, work })
    }

    fn sink(prepared: &mut Self::Work) -> Option<&mut dyn BodySink> {
        A::sink(&mut prepared.work)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        request: &Request,
        Prepared { seen, work }: &mut Self::Work,
    ) -> S3Result<Response> {
        if ctx.tx().is_snapshot() {
            return A::run(ctx, request, seen, work);
        }
        let bucket = access::same_bucket(ctx, &seen.bucket)?;
        A::run(ctx, request, &Seen { bucket, version: None }, work)
    }

    fn home(tx: &Tx<'_>, bucket: &str) -> Result<Option<Region>, Fault> {
        crate::bucket::bucket_location(tx, bucket)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        request: &Request,
        prepared: Option<&Self::Work>,
        response: Option<&Response>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        let bucket = prepared.map(|prepared| &*prepared.seen.bucket);
        event::fill(ctx, (&A::SPEC, A::EVENT), request, bucket, response, event)
    }
}

/// An S3 operation that does not require a bucket.
pub(crate) trait ServiceApi: Sized + 'static {
    /// Its row.
    const SPEC: Spec;
    /// As in [`Api`].
    const EVENT: Shape = Shape::PATH;

    /// The rights that the call needs.
    fn needs(ctx: &Ctx<'_>, request: &Request) -> S3Result<Vec<Access>>;

    /// As in [`Operation`].
    fn home(tx: &Tx<'_>, bucket: &str) -> Result<Option<Region>, Fault> {
        let _ = (tx, bucket);
        Ok(None)
    }

    /// The operation itself.
    fn run(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Response>;
}

/// A [`ServiceApi`] in the pipeline's form.
pub(crate) struct ServiceCall<A>(PhantomData<A>);

impl<A: ServiceApi> Operation for ServiceCall<A> {
    const SPEC: Spec = A::SPEC;
    type Input = Request;
    type Output = Response;
    type Error = S3Error;
    type Codec = RestXml;
    type Seen = ();
    type Work = ();

    fn access(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Needed<()>> {
        Ok((A::needs(ctx, request)?, ()))
    }

    fn home(tx: &Tx<'_>, bucket: &str) -> Result<Option<Region>, Fault> {
        A::home(tx, bucket)
    }

    fn prepare(_: &mut Ctx<'_>, request: &Request, (): ()) -> S3Result<()> {
        encryption::refuse_choice(request)?;
        check_request(&A::SPEC, request)
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, (): &mut ()) -> S3Result<Response> {
        A::run(ctx, request)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        request: &Request,
        _: Option<&()>,
        response: Option<&Response>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        event::fill(ctx, (&A::SPEC, A::EVENT), request, None, response, event)
    }
}

/// The requirements of every authorized request.
fn check_request(spec: &Spec, request: &Request) -> S3Result<()> {
    if spec.body.is_streamed() && request.lacks_length {
        return Err(S3Error::MissingContentLength.into());
    }
    // A body that streams is proven by its upload.
    if matches!(spec.body, BodyLimit::Buffered(_)) {
        checksum::check_document(request)?;
    }
    Ok(())
}

/// REST-XML: everything of interest is in [`Request`] and [`Response`] already.
#[derive(Debug)]
pub struct RestXml;

impl Codec<Request, Response> for RestXml {
    fn decode(decoding: &Decoding<'_>) -> Result<Request, WireError> {
        Request::decode(decoding)
    }

    fn encode(response: Response, reply: &Reply<'_>) -> Result<Answer, Fault> {
        Ok(response.into_answer(reply))
    }

    fn parameters(request: &Request, _: &Service) -> Result<Value, Fault> {
        Ok(event::parameters(request))
    }

    fn elements(response: &Response, _: &Service) -> Result<Value, Fault> {
        Ok(event::elements(response))
    }
}
