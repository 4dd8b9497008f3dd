//! AWS's wire protocols as plain functions: bytes and heads in, values out, and back.
//!
//! Contents: request signing (verification and creation), the three protocols of our services (JSON
//! 1.1, Query and REST-XML) with their error bodies, a small XML reader and writer, AWS's variant
//! of percent-encoding, and the formats of request IDs.
//!
//! Non-goals: sockets, routing, credentials, policies. Nothing waits, reads a clock or
//! draws a random number; `now` and random bytes are arguments. Untrusted input results in a value
//! or an error with AWS's code and message, never in a panic, and every size is limited before
//! memory is allocated for it.
//!
//! Reading order: [`Head`] is a request's head exactly as received, because signatures are computed
//! over raw bytes. [`sigv4::presented`] parses the claimed signature,
//! [`sigv4::Signed::check_scope`], [`sigv4::verify_head`] and [`sigv4::verify_body`] verify it,
//! [`sigv4::ChunkDecoder`] verifies a streamed body chunk by chunk. [`sigv2`] is the older signature of S3, with the same steps.
//! [`FormReader`] parses browser forms, whose signature is a [`sigv4::PostSignature`]. [`sign`]
//! creates signatures, for our own clients. [`json`], [`query`] and [`xml`] read and write bodies;
//! [`WireError`] and [`render_error`] format errors for all three protocols.
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
mod made_at;
mod request_id;

pub mod json;
pub mod query;
pub mod sign;
pub mod sigv2;
pub mod sigv4;
pub mod uri;
pub mod xml;

pub use error::{Protocol, Shapes, WireError, render_compatible_error, render_error};
pub use form::{FORM_FIELDS_BYTES_MAX, FormError, FormReader};
pub use head::Head;
pub use host::{is_foreign_name, virtual_host};
pub use made_at::MadeAt;
pub use request_id::{request_id_uuid, s3_host_id, s3_request_id};
pub use sigv4::Family;
