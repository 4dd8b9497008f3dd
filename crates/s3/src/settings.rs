//! Bucket settings: one mechanism for reading, writing and removing any of them.
//!
//! A [`Setting`] defines the meaning of its documents. [`Get`], [`Put`] and [`Delete`] are the
//! operations derived from it; `settings/echo.rs` has those that are only stored and returned,
//! `settings/identified.rs` those of which a bucket has many.

pub(crate) mod echo;
pub(crate) mod encryption;
pub(crate) mod identified;
pub(crate) mod notification;
pub(crate) mod object_lock;
pub(crate) mod ownership;
pub(crate) mod public_access;
pub(crate) mod tagging;
pub(crate) mod versioning;

use std::marker::PhantomData;

use gateway::{Ctx, Failure, Scope, Spec};
use wire::xml::XmlError;

use crate::SERVICE;
use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::model::Bucket;
use crate::request::Request;
use crate::response::Response;
use crate::xml::{self, Element, Xml};

/// One setting of a bucket.
pub(crate) trait Setting: 'static {
    /// The row of the reading operation.
    const GET: Spec;
    /// The row of the writing operation.
    const PUT: Spec;
    /// The actions of reading and of writing.
    const ACTIONS: (&'static str, &'static str);
    /// The root of its document.
    const ROOT: &'static str;
    /// The status of a successful write.
    const PUT_STATUS: u16 = 200;
    /// Whether a write must prove its document.
    const NEEDS_DIGEST: bool = false;
    /// Bytes that its document may have as it is sent, if fewer than any body of a request.
    const DOCUMENT_BYTES_MAX: Option<usize> = None;

    /// Its document.
    fn show(settings: &Settings) -> Result<Xml, Failure<S3Error>>;
    /// Applies a document.
    fn set(
        ctx: &mut Ctx<'_>,
        settings: &mut Settings,
        document: &Element,
    ) -> Result<(), Failure<S3Error>>;
    /// Applies headers beside the document.
    fn apply_headers(settings: &mut Settings, request: &Request) -> Result<(), Failure<S3Error>> {
        let _ = (settings, request);
        Ok(())
    }
    /// Headers of the read response.
    fn headers(settings: &Settings, request: &Request) -> Vec<(String, String)> {
        let _ = (settings, request);
        Vec::new()
    }
}

/// A setting that can be removed.
pub(crate) trait Removable: Setting {
    /// The row of the removing operation.
    const DELETE: Spec;
    /// Its action.
    const DELETE_ACTION: &'static str;

    /// Removes it; nothing happens if it is not set.
    fn clear(settings: &mut Settings);
}

/// The whole bucket, as it is handed to a [`Setting`].
#[derive(Debug)]
pub(crate) struct Settings(pub(crate) Bucket);

/// Reads a setting.
#[derive(Debug)]
pub(crate) struct Get<S>(PhantomData<S>);
/// Writes a setting.
#[derive(Debug)]
pub(crate) struct Put<S>(PhantomData<S>);
/// Removes a setting.
#[derive(Debug)]
pub(crate) struct Delete<S>(PhantomData<S>);

impl<S: Setting> PlainApi for Get<S> {
    const SPEC: Spec = S::GET;
    const ACTION: &'static str = S::ACTIONS.0;

    fn run(_: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let settings = Settings(bucket.clone());
        let headers = S::headers(&settings, request);
        Ok(Response::xml(S::show(&settings)?).with_all(headers))
    }
}

impl<S: Setting> PlainApi for Put<S> {
    const SPEC: Spec = S::PUT;
    const ACTION: &'static str = S::ACTIONS.1;

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        if S::NEEDS_DIGEST {
            crate::checksum::demand_digest(request)?;
        }
        let mut settings = Settings(bucket.clone());
        // Source: S3 API Reference, "List of error codes".
        if request.lacks_document() {
            return Err(S3Error::MissingBody.into());
        }
        if S::DOCUMENT_BYTES_MAX.is_some_and(|max| request.document_length() > max) {
            return Err(XmlError::TooLong.wire().into());
        }
        let document = xml::read(request.document()?, S::ROOT)?;
        S::set(ctx, &mut settings, &document)?;
        S::apply_headers(&mut settings, request)?;
        settings.0.check_documents()?;
        settings.0.save(ctx)?;
        let headers = S::headers(&settings, request);
        Ok(Response::empty(S::PUT_STATUS).with_all(headers))
    }
}

impl<S: Removable> PlainApi for Delete<S> {
    const SPEC: Spec = S::DELETE;
    const ACTION: &'static str = S::DELETE_ACTION;

    fn run(ctx: &mut Ctx<'_>, _: &Request, bucket: &Bucket) -> S3Result<Response> {
        let mut settings = Settings(bucket.clone());
        S::clear(&mut settings);
        settings.0.save(ctx)?;
        Ok(Response::no_content())
    }
}

/// The row of an operation that reads a setting.
pub(crate) const fn reads(name: &'static str, query: &'static [&'static str]) -> Spec {
    Spec::reads(&SERVICE, name).rest("GET", Scope::Bucket, query)
}

/// The row of an operation that writes a setting.
pub(crate) const fn writes(name: &'static str, query: &'static [&'static str]) -> Spec {
    Spec::writes(&SERVICE, name).rest("PUT", Scope::Bucket, query)
}

/// The row of an operation that removes a setting.
pub(crate) const fn removes(name: &'static str, query: &'static [&'static str]) -> Spec {
    Spec::writes(&SERVICE, name).rest("DELETE", Scope::Bucket, query)
}

/// A truth in a document.
pub(crate) fn truth(element: &Element, name: &str) -> S3Result<Option<bool>> {
    match element.text_of(name).map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(S3Error::MalformedXml.into()),
    }
}

/// The only child of this name; errors when there are none or several.
pub(crate) fn only<'e>(element: &'e Element, name: &'e str) -> S3Result<&'e Element> {
    let mut children = element.children(name);
    match (children.next(), children.next()) {
        (Some(child), None) => Ok(child),
        (Some(_), Some(_)) | (None, _) => Err(S3Error::MalformedXml.into()),
    }
}
