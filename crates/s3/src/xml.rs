//! S3's documents: read within limits, written in S3's namespace.

use gateway::{Failure, Fault};
use types::Timestamp;
pub(crate) use wire::xml::Element;
use wire::xml::{Limits, XmlWriter, parse};

use crate::error::{S3Error, S3Result};

pub(crate) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A document being written; calls chain.
#[derive(Debug)]
pub(crate) struct Xml(XmlWriter);

impl Xml {
    /// A document whose root is in S3's namespace.
    pub(crate) fn result(root: &str) -> Self {
        let mut writer = XmlWriter::document();
        writer.root(root, NAMESPACE);
        Self(writer)
    }

    /// A document without a namespace.
    pub(crate) fn bare(root: &str) -> Self {
        let mut writer = XmlWriter::document();
        writer.open(root);
        Self(writer)
    }

    pub(crate) fn open(&mut self, name: &str) -> &mut Self {
        self.0.open(name);
        self
    }

    pub(crate) fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.0.open(name);
        for (name, value) in attributes {
            self.0.attribute(name, value);
        }
        self
    }

    pub(crate) fn text(&mut self, name: &str, text: impl AsRef<str>) -> &mut Self {
        self.0.text(name, text.as_ref());
        self
    }

    pub(crate) fn number(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        self.0.text(name, &value.to_string());
        self
    }

    pub(crate) fn some(&mut self, name: &str, text: Option<impl AsRef<str>>) -> &mut Self {
        if let Some(text) = text {
            self.0.text(name, text.as_ref());
        }
        self
    }

    pub(crate) fn content(&mut self, text: &str) -> &mut Self {
        self.0.content(text);
        self
    }

    pub(crate) fn close(&mut self) -> &mut Self {
        self.0.close();
        self
    }

    pub(crate) fn finish(self) -> String {
        self.0.finish()
    }
}

/// A time in a document.
///
/// Observed: whole seconds, with three zeros behind them.
pub(crate) fn body_time(time: Timestamp) -> String {
    Timestamp::from_secs(time.as_secs()).iso_ms()
}

/// Reads a document whose root must have this name.
pub(crate) fn read(body: &[u8], root: &str) -> S3Result<Element> {
    let element = parse(body, Limits::S3).map_err(|error| Failure::from(error.wire()))?;
    if element.name == root { Ok(element) } else { Err(S3Error::MalformedXml.into()) }
}

/// A document as it is stored and returned: elements only, in S3's namespace.
pub(crate) fn canonical(root: &Element) -> String {
    let mut xml = Xml::result(&root.name);
    write_inner(&mut xml, root);
    xml.finish()
}

/// A stored document, to be written again; an empty one if it is malformed.
pub(crate) fn rewritten(stored: &str, root: &str) -> Result<Xml, Fault> {
    let mut xml = Xml::result(root);
    write_stored(&mut xml, stored)?;
    Ok(xml)
}

/// Writes the contents of a stored document.
pub(crate) fn write_stored(xml: &mut Xml, stored: &str) -> Result<(), Fault> {
    let element = parse(stored.as_bytes(), Limits::S3)
        .map_err(|_| Fault::damaged("a configuration of a bucket"))?;
    write_inner(xml, &element);
    Ok(())
}

// INVARIANT: recursion is as deep as the reader's limits let a document be.
fn write_inner(xml: &mut Xml, element: &Element) {
    xml.content(&element.text);
    for child in &element.children {
        let attributes: Vec<(&str, &str)> = child
            .attributes
            .iter()
            .filter(|(name, _)| name != "xmlns")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        xml.open_with(&child.name, &attributes);
        write_inner(xml, child);
        xml.close();
    }
}

/// A document as an event shows it; `None` if it is none.
pub(crate) fn to_json(body: &[u8]) -> Option<serde_json::Value> {
    Some(wire::xml::to_json(&parse(body, Limits::S3).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_kept_in_canonical_form() {
        let body = b"<A xmlns=\"x\">\n <B><C>1 &amp; 2</C></B>\n <D/></A>";
        assert_eq!(
            canonical(&read(body, "A").unwrap()),
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A xmlns=\"{NAMESPACE}\"><B><C>1 \
                 &amp; 2</C></B><D/></A>"
            )
        );
        assert!(read(body, "Other").is_err());
        assert!(read(b"<A>", "A").is_err());
    }
}
