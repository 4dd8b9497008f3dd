//! `PreflightRequest`: what a browser asks before it sends a request of another origin's page. It
//! asks under that request's address, without its credentials.
//!
//! Source: S3 API Reference, "OPTIONS object". CloudTrail User Guide: an event of the bucket.

use gateway::{Access, Ctx, Scope, Spec};

use crate::SERVICE;
use crate::api::Api;
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

const fn spec(scope: Scope) -> Spec {
    Spec::rest(&SERVICE, "PreflightRequest", true, "OPTIONS", scope, &[]).unsigned().brief()
}

impl Api for PreflightOfBucket {
    const SPEC: Spec = spec(Scope::Bucket);
    const ACTION: &'static str = "";

    fn needs(_: &mut Ctx<'_>, _: &Request) -> S3Result<Vec<Access>> {
        Ok(Vec::new())
    }

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        cors::preflight(ctx, request)
    }
}

impl Api for PreflightOfObject {
    const SPEC: Spec = spec(Scope::Object);
    const ACTION: &'static str = "";

    fn needs(_: &mut Ctx<'_>, _: &Request) -> S3Result<Vec<Access>> {
        Ok(Vec::new())
    }

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        cors::preflight(ctx, request)
    }
}
