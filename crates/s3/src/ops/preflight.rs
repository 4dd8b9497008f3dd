//! `PreflightRequest`: what a browser asks before it sends a request of another origin's page. It
//! asks under that request's address, without its credentials.
//!
//! Source: S3 API Reference, "OPTIONS object". CloudTrail User Guide: an event of the bucket.

use gateway::{Access, Ctx, Fault, Scope, Spec};
use store::Tx;
use types::Region;

use crate::SERVICE;
use crate::api::ServiceApi;
use crate::cors;
use crate::error::S3Result;
use crate::request::Request;
use crate::response::Response;

/// Asks about a bucket.
#[derive(Debug)]
pub(crate) struct PreflightOfBucket;

/// Asks about an object.
#[derive(Debug)]
pub(crate) struct PreflightOfObject;

/// Not brief: anybody may ask, and a request is held against every rule of the bucket.
const fn spec(scope: Scope) -> Spec {
    Spec::rest(&SERVICE, "PreflightRequest", true, "OPTIONS", scope, &[]).unsigned()
}

impl ServiceApi for PreflightOfBucket {
    const SPEC: Spec = spec(Scope::Bucket);

    fn needs(_: &Ctx<'_>, _: &Request) -> S3Result<Vec<Access>> {
        Ok(Vec::new())
    }

    fn home(tx: &Tx<'_>, bucket: &str) -> Result<Option<Region>, Fault> {
        crate::bucket_location(tx, bucket)
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Response> {
        cors::preflight(ctx, request)
    }
}

impl ServiceApi for PreflightOfObject {
    const SPEC: Spec = spec(Scope::Object);

    fn needs(_: &Ctx<'_>, _: &Request) -> S3Result<Vec<Access>> {
        Ok(Vec::new())
    }

    fn home(tx: &Tx<'_>, bucket: &str) -> Result<Option<Region>, Fault> {
        crate::bucket_location(tx, bucket)
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Response> {
        cors::preflight(ctx, request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What strangers may ask for takes no thread that serves sockets.
    #[test]
    fn strangers_take_no_socket_thread() {
        for spec in [PreflightOfBucket::SPEC, PreflightOfObject::SPEC] {
            assert!(!spec.brief && spec.anonymous, "{spec:?}");
        }
    }
}
