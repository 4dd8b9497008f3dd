//! The small part of XML that AWS's protocols use: no document types, no entities but the five,
//! no processing.
//!
//! Bodies are parsed into an [`Element`], within [`Limits`]; responses are written by an
//! [`XmlWriter`].
//!
//! ```
//! use wire::xml::{Limits, parse};
//! let root = parse(b"<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", Limits::S3)?;
//! assert_eq!(root.child("TagSet").and_then(|set| set.child("Tag")?.text_of("Key")), Some("a"));
//! # Ok::<(), wire::xml::XmlError>(())
//! ```

mod element;
mod reader;
mod to_json;
mod writer;

pub use element::Element;
pub use reader::{Limits, XmlError, parse};
pub use to_json::to_json;
pub use writer::XmlWriter;
