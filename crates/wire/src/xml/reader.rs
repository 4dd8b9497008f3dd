use std::fmt;
use std::str;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::Element;
use crate::WireError;

/// The maximum number of attributes of one element: the parser compares each with all before it.
/// S3's documents need two.
const ATTRIBUTES_MAX: usize = 64;

/// How much of a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The whole document, in bytes.
    pub bytes_max: usize,
    /// How deep elements are nested; the root is 1.
    pub depth_max: usize,
    /// Elements and attributes together.
    pub elements_max: usize,
}

impl Limits {
    /// For the bodies of S3.
    ///
    /// Source: S3 API Reference: at most 1000 keys of 1024 bytes in `DeleteObjects`, which can be
    /// escaped to six times their length, and 10 000 parts with two checksums each in
    /// `CompleteMultipartUpload`. The 32 levels are our own limit; the documents have nine at most.
    pub const S3: Self = Self { bytes_max: 8 << 20, depth_max: 32, elements_max: 100_000 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::S3
    }
}

/// Why a document is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XmlError {
    /// It is not well-formed, or not UTF-8.
    Malformed,
    /// It has a document type: entities may hide there, and AWS's documents have none.
    DocumentType,
    /// It refers to an entity other than the five of XML.
    UnknownEntity,
    /// It exceeds [`Limits::bytes_max`].
    TooLong,
    /// It exceeds [`Limits::depth_max`].
    TooDeep,
    /// It exceeds [`Limits::elements_max`].
    TooManyElements,
}

impl XmlError {
    /// The error that S3 returns: `MalformedXML`.
    ///
    /// Observed: the text, without a full stop. Source: `MaxMessageLengthExceeded` in S3's list of
    /// error codes.
    #[track_caller]
    pub fn wire(self) -> WireError {
        match self {
            Self::TooLong => {
                WireError::new(400, "MaxMessageLengthExceeded", "Your request was too big.")
            }
            Self::Malformed
            | Self::DocumentType
            | Self::UnknownEntity
            | Self::TooDeep
            | Self::TooManyElements => WireError::new(
                400,
                "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our \
                 published schema",
            ),
        }
    }
}

impl From<XmlError> for WireError {
    #[track_caller]
    fn from(error: XmlError) -> Self {
        error.wire()
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed XML",
            Self::DocumentType => "XML with a document type",
            Self::UnknownEntity => "XML with an unknown entity",
            Self::TooLong => "XML that is too long",
            Self::TooDeep => "XML that is nested too deep",
            Self::TooManyElements => "XML with too many elements",
        })
    }
}

impl std::error::Error for XmlError {}

/// Reads a whole document.
pub fn parse(document: &[u8], limits: Limits) -> Result<Element, XmlError> {
    if document.len() > limits.bytes_max {
        return Err(XmlError::TooLong);
    }
    let text = str::from_utf8(document).map_err(|_| XmlError::Malformed)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.chars().any(|letter| !is_xml_char(letter)) {
        return Err(XmlError::Malformed);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut build = Build { limits, left: limits.elements_max, open: Vec::new(), root: None };
    let mut first = true;
    loop {
        match reader.read_event().map_err(|_| XmlError::Malformed)? {
            Event::Start(start) => build.start(&start)?,
            Event::Empty(start) => {
                build.start(&start)?;
                build.end()?;
            }
            Event::End(_) => build.end()?,
            Event::Text(text) => {
                build.text(&text.xml10_content().map_err(|_| XmlError::Malformed)?)?;
            }
            Event::CData(text) => {
                if build.open.is_empty() {
                    return Err(XmlError::Malformed);
                }
                build.text(&text.xml10_content().map_err(|_| XmlError::Malformed)?)?;
            }
            Event::GeneralRef(reference) => build.reference(&reference)?,
            Event::Comment(_) => {}
            Event::Decl(declaration) if first => {
                let utf8 = |name: &[u8]| name.eq_ignore_ascii_case(b"utf-8");
                match declaration.encoding() {
                    None => {}
                    Some(Ok(name)) if utf8(&name) => {}
                    Some(_) => return Err(XmlError::Malformed),
                }
            }
            Event::Decl(_) | Event::PI(_) => return Err(XmlError::Malformed),
            Event::DocType(_) => return Err(XmlError::DocumentType),
            Event::Eof => return build.finish(),
        }
        first = false;
    }
}

/// The tree as far as it has been read.
struct Build {
    limits: Limits,
    /// The number of elements and attributes still allowed.
    left: usize,
    open: Vec<Element>,
    root: Option<Element>,
}

impl Build {
    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(XmlError::Malformed);
        }
        if self.open.len() >= self.limits.depth_max {
            return Err(XmlError::TooDeep);
        }
        self.count()?;
        let name = name(start.name().as_ref())?;
        let local = name.split_once(':').map_or(name.as_str(), |(_, local)| local);
        let mut element = Element { name: local.to_owned(), ..Element::default() };
        for attribute in start.attributes() {
            self.count()?;
            if element.attributes.len() >= ATTRIBUTES_MAX {
                return Err(XmlError::TooManyElements);
            }
            let attribute = attribute.map_err(|_| XmlError::Malformed)?;
            if attribute.value.contains(&b'<') {
                return Err(XmlError::Malformed);
            }
            let value = attribute.unescape_value().map_err(|_| XmlError::Malformed)?;
            element.attributes.push((self::name(attribute.key.as_ref())?, value.into_owned()));
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) -> Result<(), XmlError> {
        let mut element = self.open.pop().ok_or(XmlError::Malformed)?;
        if !element.children.is_empty() && element.text.trim().is_empty() {
            element.text.clear();
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim_ascii().is_empty() => {}
            None => return Err(XmlError::Malformed),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), XmlError> {
        let element = self.open.last_mut().ok_or(XmlError::Malformed)?;
        if let Some(letter) = reference.resolve_char_ref().map_err(|_| XmlError::Malformed)? {
            if letter == '\0' {
                return Err(XmlError::Malformed);
            }
            element.text.push(letter);
            return Ok(());
        }
        element.text.push(match reference.as_ref() {
            b"lt" => '<',
            b"gt" => '>',
            b"amp" => '&',
            b"apos" => '\'',
            b"quot" => '"',
            _ => return Err(XmlError::UnknownEntity),
        });
        Ok(())
    }

    fn count(&mut self) -> Result<(), XmlError> {
        self.left = self.left.checked_sub(1).ok_or(XmlError::TooManyElements)?;
        Ok(())
    }

    fn finish(self) -> Result<Element, XmlError> {
        if !self.open.is_empty() {
            return Err(XmlError::Malformed);
        }
        self.root.ok_or(XmlError::Malformed)
    }
}

/// A name, with a prefix or without. Letters beyond ASCII are let through unexamined.
fn name(raw: &[u8]) -> Result<String, XmlError> {
    let text = str::from_utf8(raw).map_err(|_| XmlError::Malformed)?;
    let start = |letter: char| letter.is_ascii_alphabetic() || letter == '_' || !letter.is_ascii();
    let follows =
        |letter: char| start(letter) || letter.is_ascii_digit() || matches!(letter, '-' | '.');
    let well_formed = |part: &str| part.starts_with(start) && part.chars().all(follows);
    let whole = match text.split_once(':') {
        Some((prefix, local)) => well_formed(prefix) && well_formed(local),
        None => well_formed(text),
    };
    if whole { Ok(text.to_owned()) } else { Err(XmlError::Malformed) }
}

/// Source: XML 1.0, `Char`. References to other control characters are accepted: our own responses
/// contain object keys in this form, and clients send them back.
fn is_xml_char(letter: char) -> bool {
    !matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::XmlWriter;
    use proptest::prelude::*;

    fn read(document: &str) -> Result<Element, XmlError> {
        parse(document.as_bytes(), Limits::S3)
    }

    /// Element names lose their prefix, attribute names keep it, white space between elements is
    /// ignored.
    #[test]
    fn documents_are_read() {
        let root = read(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- c --><s:A xmlns=\"http://ns/\" \
             xsi:type='T&amp;'>\n <B>1</B>\n <B> 2&#x20;</B>\n <C/><!-- c --></s:A>\n",
        )
        .unwrap();
        assert_eq!((root.name.as_str(), root.xmlns()), ("A", Some("http://ns/")));
        assert_eq!(root.attribute("xsi:type"), Some("T&"));
        assert_eq!(root.text, "");
        let texts: Vec<&str> = root.children("B").map(|b| b.text.as_str()).collect();
        assert_eq!(texts, ["1", " 2 "]);
        assert_eq!(
            (root.text_of("B"), root.text_of("C"), root.text_of("D")),
            (Some("1"), Some(""), None)
        );
    }

    /// References, CDATA and line ends are converted to the text that they represent.
    #[test]
    fn texts_are_decoded() {
        let text = |document: &str| read(document).map(|root| root.text);
        assert_eq!(
            text("<a>&lt;&gt;&amp;&apos;&quot;&#65;&#x1F600;&#13;</a>").as_deref(),
            Ok("<>&'\"A😀\r")
        );
        assert_eq!(text("<a>x<![CDATA[<b>&amp;]]>y</a>").as_deref(), Ok("x<b>&amp;y"));
        assert_eq!(text("<a>1\r\n2\r3</a>").as_deref(), Ok("1\n2\n3"));
        assert_eq!(text("<a>&#x1;</a>").as_deref(), Ok("\u{1}"));
    }

    /// Everything that is not one plain well-formed document.
    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            " ",
            "x",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a",
            "<a b></a>",
            "<a b=1/>",
            "<a b='1' b='2'/>",
            "<a b='<'/>",
            "<1/>",
            "<a><?pi?></a>",
            "<a/><?xml version='1.0'?>",
            "<?xml version='1.0' encoding='latin1'?><a/>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a>& b</a>",
            "<a>\u{1}</a>",
            "<a:b:c/>",
            "<a><!-- -- --></a>",
            "<![CDATA[x]]><a/>",
            "&#32;<a/>",
        ] {
            assert_eq!(read(bad), Err(XmlError::Malformed), "{bad:?}");
        }
        assert_eq!(parse(b"<a>\xff</a>", Limits::S3), Err(XmlError::Malformed));
        let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        assert_eq!(read(entity), Err(XmlError::DocumentType));
        assert_eq!(read("<a>&b;</a>"), Err(XmlError::UnknownEntity));
        assert_eq!(XmlError::Malformed.wire().code, "MalformedXML");
    }

    /// One element with very many attributes costs no more than one with few.
    #[test]
    fn attributes_are_limited() {
        let element = |count: usize| {
            let attributes: Vec<_> = (0..count).map(|n| format!("a{n}=''")).collect();
            format!("<a {}/>", attributes.join(" "))
        };
        assert_eq!(read(&element(64)).map(|root| root.attributes.len()), Ok(64));
        assert_eq!(read(&element(65)), Err(XmlError::TooManyElements));
    }

    /// Each limit at its edge.
    #[test]
    fn limits_hold() {
        let limits = Limits { bytes_max: 40, depth_max: 3, elements_max: 4 };
        let check = |document: &str, want: Option<XmlError>| {
            assert_eq!(parse(document.as_bytes(), limits).err(), want, "{document}");
        };
        check("<a><b><c/></b></a>", None);
        check("<a><b><c><d/></c></b></a>", Some(XmlError::TooDeep));
        check("<a><b/><c/><d/></a>", None);
        check("<a><b/><c/><d/><e/></a>", Some(XmlError::TooManyElements));
        check("<a b='' c='' d='' e=''/>", Some(XmlError::TooManyElements));
        check(&format!("<a>{}</a>", "x".repeat(33)), None);
        check(&format!("<a>{}</a>", "x".repeat(34)), Some(XmlError::TooLong));
    }

    proptest! {
        /// Any text that is written is read back.
        #[test]
        fn written_texts_are_read(text in "[^\0]*", value in "[ -~]*") {
            let mut xml = XmlWriter::document();
            xml.root("A", &value);
            xml.text("B", &text);
            let root = read(&xml.finish()).unwrap();
            prop_assert_eq!(root.text_of("B"), Some(text.as_str()));
            prop_assert_eq!(root.xmlns(), Some(value.as_str()));
        }

        /// Any bytes are read or refused.
        #[test]
        fn reading_never_panics(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            markup in "[<>/a-c!?&#;x'\"= \\[\\]-]{0,80}",
        ) {
            let _ = (parse(&bytes, Limits::S3), read(&markup));
        }
    }
}
