//! Percent-encoding.

use wire::uri::{decode, decode_lossy, encode, encode_path};

use super::texts;
use crate::{Target, Way};

pub(super) const TARGET: Target = Target {
    words: &["%", "%2", "%2F", "%2f", "%C3%A9", "%F4%90%80%80", "%00", "+", "%25"],
    bytes_max: 1_024,
    cost: 2,
    run,
    ..Target::new("uri", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&["/b/%E3%81%82%2Fx", "a+b c~-._", "%%41%4", "\u{3042}\u{1F600}"])
}

fn run(input: &[u8]) -> Way {
    let text = String::from_utf8_lossy(input);
    for encoded in [encode(&text), encode_path(&text)] {
        assert_eq!(decode(&encoded).as_deref(), Some(&*text), "{encoded}");
        assert_eq!(decode_lossy(&encoded), text, "{encoded}");
        assert!(encoded.len() <= text.len() * 3, "at most three bytes for one");
        assert!(encoded.is_ascii(), "{encoded}");
    }
    let decoded = decode(&text);
    if let Some(decoded) = &decoded {
        assert_eq!(*decoded, decode_lossy(&text), "strict and lossy agree");
        assert_eq!(decode(&encode(decoded)).as_ref(), Some(decoded), "once more");
    }
    Way(0).then(decoded.is_some()).then(text.contains('%')).size(text.len())
}
