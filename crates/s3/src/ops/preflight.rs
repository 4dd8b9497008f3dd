//! `PreflightRequest`: the request that a browser sends before a request of another origin's page,
//! to that request's URL, without its credentials.
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

/// A preflight for a bucket.
#[derive(Debug)]
pub(crate) struct PreflightOfBucket;

/// A preflight for an object.
#[derive(Debug)]
pub(crate) struct PreflightOfObject;

/// Not brief: anyone may send it, and it is matched against every rule of the bucket.
const fn spec(scope: Scope) -> Spec {
    Spec::reads(&SERVICE, "PreflightRequest").rest("OPTIONS", scope, &[]).unsigned()
}

impl ServiceApi for PreflightOfBucket {
    const SPEC: Spec = spec(Scope::Bucket);

    fn needs(_: &Ctx<'_>, _: &Request) -> S3Result<Vec<Access>> {
        Ok(Vec::new())
    }

    fn home(tx: &Tx<'_>, bucket: &str) -> Result<Option<Region>, Fault> {
        crate::bucket::bucket_location(tx, bucket)
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
        crate::bucket::bucket_location(tx, bucket)
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Response> {
        cors::preflight(ctx, request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests of unauthenticated clients use no socket thread.
    #[test]
    fn unauthenticated_clients_take_no_socket_thread() {
        for spec in [PreflightOfBucket::SPEC, PreflightOfObject::SPEC] {
            assert!(!spec.effort.is_brief() && spec.anonymous, "{spec:?}");
        }
    }
}
