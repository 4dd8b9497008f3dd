//! Bodies of S3.

use wire::xml::{Element, Limits, XmlWriter, parse, to_json};

use super::{assert_bounded, texts};
use crate::{Target, Way};

pub(super) const TARGET: Target = Target {
    words: &[
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&amp;",
        "&lt;",
        "&#0;",
        "&#x10FFFF;",
        "&#13;",
        "&b;",
        "xmlns=\"",
        "xmlns:xsi=\"u\"",
        "xsi:type=\"",
        "<a>",
        "</a>",
        "<a/>",
        "<Tag><Key>k</Key><Value>v</Value></Tag>",
    ],
    run,
    ..Target::new("xml", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Delete xmlns=\"http://s3.amazonaws.com/doc/\
         2006-03-01/\"><Object><Key>a &amp; b</Key></Object><Object><Key>c</Key></Object>\
         <Quiet>true</Quiet></Delete>",
        "<Tagging><TagSet><Tag><Key>k</Key><Value/></Tag></TagSet></Tagging>",
        "<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList><Grant><Grantee \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"><URI>u</URI>\
         </Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>",
        "<a b='1'> <![CDATA[x]]> &#x41; <!-- c --> 12 </a>",
        "<a>&#13;\t</a>",
    ])
}

fn run(input: &[u8]) -> Way {
    let small = Limits { bytes_max: 512, depth_max: 4, elements_max: 8 };
    let _ = parse(input, small);
    let root = match parse(input, Limits::S3) {
        Ok(root) => root,
        Err(error) => {
            super::signature::assert_readable(&error.wire());
            return Way(1).kind(&error);
        }
    };
    let json = to_json(&root).to_string();
    // Every byte may become an escape of six.
    assert_bounded("XML as JSON", json.len(), input.len(), 12);
    check_texts(&root);
    Way(2).size(root.children.len()).size(root.attributes.len()).size(root.text.len())
}

/// What we read, we can write so that it is read the same.
fn check_texts(element: &Element) {
    let mut xml = XmlWriter::document();
    xml.root("r", "urn:n");
    xml.attribute("a", &element.text);
    xml.text("t", &element.text);
    let written = xml.finish();
    let read = parse(written.as_bytes(), Limits::S3);
    let read = read.unwrap_or_else(|error| panic!("{error:?}: {written}"));
    assert_eq!(read.text_of("t"), Some(element.text.as_str()), "{written}");
    assert_eq!(read.attribute("a"), Some(element.text.as_str()), "{written}");
    element.children.iter().for_each(check_texts);
}
