use std::fmt;
use std::marker::PhantomData;

use gateway::{
    Access, Answer, BodyLimit, BodySink, Codec, Ctx, Decoding, EventParts, Failure, Operation,
    Reply, Spec, WireError,
};
use serde_json::Value;
use store::{StoreError, Tx};
use types::Region;

use crate::error::{S3Error, S3Result};
use crate::request::Request;
use crate::response::Response;
use crate::{access, event};

/// What one S3 operation has of its own; [`Call`] adds what all share.
pub trait Api: Sized + 'static {
    /// Its row.
    const SPEC: Spec;
    /// The action that the policies must allow.
    const ACTION: &'static str;

    /// The rights that the call needs; by default [`Self::ACTION`] on what the path names.
    fn needs(ctx: &mut Ctx<'_>, request: &Request) -> Result<Vec<Access>, Failure<S3Error>> {
        access::of_path(ctx, request, Self::ACTION)
    }

    /// Work before the transaction.
    fn prepare(ctx: &mut Ctx<'_>, request: &mut Request) -> Result<(), Failure<S3Error>> {
        let _ = (ctx, request);
        Ok(())
    }

    /// The operation itself.
    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> Result<Response, Failure<S3Error>>;
}

/// An S3 operation as the pipeline takes it.
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

    fn access(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        A::needs(ctx, request)
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<()> {
        crate::encryption::refuse_choice(request, A::SPEC.name)?;
        // A body that streams is proven by its upload.
        if matches!(A::SPEC.body, BodyLimit::Buffered(_)) {
            crate::checksum::check_document(request)?;
        }
        A::prepare(ctx, request)
    }

    fn home(tx: &Tx<'_>, bucket: &str) -> Result<Option<Region>, StoreError> {
        crate::bucket_location(tx, bucket)
    }

    fn sink(request: &mut Request) -> Option<&mut dyn BodySink> {
        request.sink()
    }

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        if !A::SPEC.read_only {
            access::expect_same_bucket(ctx, request)?;
        }
        A::run(ctx, request)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        request: &Request,
        response: Option<&Response>,
        event: &mut EventParts,
    ) {
        event::fill(ctx, &A::SPEC, request, response, event);
    }
}

/// REST-XML: everything of interest is in [`Request`] and [`Response`] already.
#[derive(Debug)]
pub struct RestXml;

impl Codec<Request, Response> for RestXml {
    fn decode(decoding: &Decoding<'_>) -> Result<Request, WireError> {
        Request::decode(decoding)
    }

    fn encode(response: Response, reply: &Reply<'_>) -> Answer {
        response.into_answer(reply)
    }

    fn parameters(request: &Request) -> Value {
        event::parameters(request)
    }

    fn elements(response: &Response) -> Value {
        event::elements(response)
    }
}
