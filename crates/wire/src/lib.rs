//! AWS's wire protocols as plain functions: bytes and heads in, values out, and back.
//!
//! What is here: request signing (verified and made), the three protocols that our services speak
//! (JSON 1.1, Query and REST-XML) with their error bodies, the small XML reader and writer, the
//! percent-encoding everybody else gets slightly wrong, and the forms of request ids.
//!
//! What is deliberately not here: sockets, routing, credentials' lookup, policies. Nothing waits,
//! reads a clock or draws a random number; `now` and random bytes are arguments. Whatever a
//! stranger sends is answered with a value or an error that knows AWS's code and wording, never
//! with a panic, and every size has a limit before anything is allocated for it.
//!
//! Reading order: [`Head`] is a request's head exactly as received, because signatures are made
//! over raw bytes. [`sigv4::presented`] reads what it claims, [`sigv4::Signed::check_scope`] and
//! [`sigv4::verify`] prove it, [`sigv4::ChunkDecoder`] proves a streamed body chunk by chunk.
//! [`sigv2`] is the older signature of S3, with the same steps.
//! [`FormReader`] reads the forms of browsers, whose signature is a [`sigv4::PostSignature`].
//! [`sign`] is the other side, for our own clients. [`json`], [`query`] and [`xml`] read and write
//! bodies; [`WireError`] and [`render_error`] say no in any of the three.
//!
//! ```
//! use wire::{Protocol, WireError, render_error};
//! let error = WireError::new(400, "NotFoundException", "Key 'x' does not exist");
//! let (headers, body) = render_error(Protocol::Json11, &error, "request-id", "");
//! assert_eq!(headers["content-type"], "application/x-amz-json-1.1");
//! assert_eq!(&body[..], br#"{"__type":"NotFoundException","message":"Key 'x' does not exist"}"#);
//! ```

mod error;
mod form;
mod head;
mod host;
mod request_id;

pub mod json;
pub mod query;
pub mod sign;
pub mod sigv2;
pub mod sigv4;
pub mod uri;
pub mod xml;

pub use error::{Protocol, WireError, render_error};
pub use form::{FORM_FIELDS_BYTES_MAX, FormError, FormReader};
pub use head::Head;
pub use host::{is_foreign_name, virtual_host};
pub use request_id::{request_id_uuid, s3_host_id, s3_request_id};
pub use sigv4::Family;
