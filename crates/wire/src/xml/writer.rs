use std::fmt::Write;

/// Writes XML without white space between elements.
///
/// Names come from our own code and are written unchanged; texts and attribute values are untrusted
/// and are escaped.
#[derive(Debug, Default)]
pub struct XmlWriter {
    out: String,
    open: Vec<String>,
    /// Whether the last start tag still lacks its `>`.
    pending: bool,
}

impl XmlWriter {
    /// A document with the XML declaration, as S3 returns it.
    pub fn document() -> Self {
        let out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        Self { out, ..Self::default() }
    }

    /// A document without a declaration, as the Query services return it.
    pub fn fragment() -> Self {
        Self::default()
    }

    /// Opens an element in a namespace; everything in it inherits that.
    pub fn root(&mut self, name: &str, namespace: &str) {
        self.open(name);
        self.attribute("xmlns", namespace);
    }

    /// Opens an element.
    pub fn open(&mut self, name: &str) {
        self.settle();
        self.out.push('<');
        self.out.push_str(name);
        self.open.push(name.to_owned());
        self.pending = true;
    }

    /// Adds an attribute to the element that was just opened; later calls have no effect.
    pub fn attribute(&mut self, name: &str, value: &str) {
        if self.pending {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            escape_into(&mut self.out, value);
            self.out.push('"');
        }
    }

    /// Writes text into the open element.
    pub fn content(&mut self, text: &str) {
        if !text.is_empty() {
            self.settle();
            escape_into(&mut self.out, text);
        }
    }

    /// Writes an element with a text; without one it is `<Name/>`.
    pub fn text(&mut self, name: &str, text: &str) {
        self.open(name);
        self.content(text);
        self.close();
    }

    /// Writes an element with a text if there is one.
    pub fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// Closes the innermost open element, if there is one.
    pub fn close(&mut self) {
        let Some(name) = self.open.pop() else { return };
        if std::mem::take(&mut self.pending) {
            self.out.push_str("/>");
            return;
        }
        self.out.push_str("</");
        self.out.push_str(&name);
        self.out.push('>');
    }

    /// Closes all open elements and returns the text.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }

    fn settle(&mut self) {
        if std::mem::take(&mut self.pending) {
            self.out.push('>');
        }
    }
}

/// Control characters become references. XML 1.0 allows only three of them even so, but AWS
/// writes all of them like this, and dropping them would change object keys silently.
///
/// Source: S3 User Guide, "Naming Amazon S3 objects", XML related object key constraints.
fn escape_into(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            '\r' => out.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' | '\0'..='\u{1f}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "&#x{:x};", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements nest, empty ones are short, and open ones are closed.
    #[test]
    fn elements_nest_and_close() {
        let mut xml = XmlWriter::document();
        xml.root("A", "http://ns/\"");
        xml.open("Grantee");
        xml.attribute("xsi:type", "Group");
        xml.text("URI", "a&b<c>\"d\"\r\n\u{1}é");
        xml.attribute("late", "x");
        xml.close();
        xml.text("Empty", "");
        xml.optional("Gone", None);
        xml.optional("Here", Some("1"));
        assert_eq!(
            xml.finish(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A xmlns=\"http://ns/&quot;\">\
             <Grantee xsi:type=\"Group\"><URI>a&amp;b&lt;c&gt;&quot;d&quot;&#13;\n&#x1;é</URI>\
             </Grantee><Empty/><Here>1</Here></A>"
        );
    }

    /// Closing too often does no harm.
    #[test]
    fn closing_nothing_does_nothing() {
        let mut xml = XmlWriter::fragment();
        xml.close();
        assert_eq!(xml.finish(), "");
    }
}
