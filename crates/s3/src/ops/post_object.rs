//! `PostObject`: the upload of a browser's form, which a signed policy describes.
//!
//! Source: S3 API Reference, "POST Object" and "Browser-based uploads using POST".

use gateway::{BodyLimit, BodySink, Ctx, Failure, Scope, Spec};
use wire::sigv4::PostPolicy;

use super::put_object::PutObject;
use crate::SERVICE;
use crate::access::Needs;
use crate::api::{Api, Seen};
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::form::{self, field};
use crate::model::Bucket;
use crate::request::Request;
use crate::response::Response;
use crate::upload::{UPLOAD_BYTES_MAX, Upload};
use crate::writing;
use crate::xml::Xml;

/// Stores the file of a form as an object.
#[derive(Debug)]
pub(crate) struct PostObject;

impl Api for PostObject {
    const SPEC: Spec = Spec::writes(&SERVICE, "PostObject")
        .rest("POST", Scope::Bucket, &[])
        .data()
        .body(BodyLimit::Form(UPLOAD_BYTES_MAX));
    const EVENT: Shape = Shape::BYTES;
    const CHOOSES_ENCRYPTION: bool = true;
    const ACTION: &'static str = PutObject::ACTION;
    type Work = Upload;

    /// Assumed: S3 checks the form against its policy before it checks the signer's rights.
    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        if request.key.is_empty() {
            let text = "Bucket POST must contain a field named 'key'.  If it is specified, please \
                        check the order of the fields.";
            return Err(S3Error::argument(text, "key", "").into());
        }
        if let Some(policy) = policy(request)? {
            let checked = policy.check(&request.form, &request.bucket, ctx.now());
            checked.map_err(|error| Failure::Wire(error.wire()))?;
        }
        Ok(writing::needs(ctx, bucket, request).into())
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Upload> {
        form::check_tagging(&request.form)?;
        let mut upload = PutObject::prepare(ctx, request, bucket)?;
        if let Some(policy) = policy(request)? {
            upload.expect_length(policy);
        }
        Ok(upload)
    }

    fn sink(upload: &mut Upload) -> Option<&mut dyn BodySink> {
        Some(upload)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        request: &Request,
        seen: &Seen,
        upload: &mut Upload,
    ) -> S3Result<Response> {
        let stored = PutObject::run(ctx, request, seen, upload)?;
        let location = request.location(ctx, &wire::uri::encode_path(&request.key));
        Ok(respond(request, stored, location))
    }
}

/// The policy of a form; one without is anonymous, and the bucket's policy decides.
fn policy(request: &Request) -> S3Result<Option<PostPolicy>> {
    let Some(text) = field(&request.form, "policy") else { return Ok(None) };
    PostPolicy::parse(text).map(Some).map_err(|error| Failure::Wire(error.wire()))
}

/// The response that the form requests.
///
/// Source: S3 API Reference, "Creating an HTML form": `success_action_redirect` outweighs
/// `success_action_status`; a value that cannot be used counts as none; 204 without one.
fn respond(request: &Request, stored: Response, location: String) -> Response {
    let field_of = |name| field(&request.form, name).unwrap_or_default();
    let etag = stored.header("etag").unwrap_or_default().to_owned();
    let redirect = [field_of("success_action_redirect"), field_of("redirect")];
    if let Some(url) = redirect.into_iter().find(|url| is_web_address(url)) {
        let sign = if url.contains('?') { '&' } else { '?' };
        let [bucket, key, etag] =
            [&request.bucket, &request.key, &etag].map(|text| wire::uri::encode(text));
        let location = format!("{url}{sign}bucket={bucket}&key={key}&etag={etag}");
        return Response::empty(303).with_all(stored.headers).with("location", location);
    }
    let answer = match field_of("success_action_status") {
        "200" => Response::ok(),
        "201" => {
            let mut xml = Xml::bare("PostResponse");
            xml.text("Location", &location).text("Bucket", &request.bucket);
            xml.text("Key", &request.key).text("ETag", &etag);
            Response { status: 201, ..Response::xml(xml) }
        }
        _ => Response::no_content(),
    };
    answer.with_all(stored.headers).with("location", location)
}

fn is_web_address(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, rest)| {
        matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") && !rest.is_empty()
    })
}
