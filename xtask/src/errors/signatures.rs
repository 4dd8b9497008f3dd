//! Where signatures are rejected: `wire` words a rejection, other functions decide it.

use std::collections::BTreeSet;

use super::sources::{Place, Sources};
use crate::functions::has_word;

/// The files that turn rejections into codes.
const WORDING: &str = "crates/wire/src/sigv4/error/";
/// The enum of rejections.
const REJECTIONS: &str = "SignatureError::";
/// The kinds of rejections that have one code in each protocol.
const KINDS: &str = "Self::";
/// Rejections of more kinds than these are listed with their wording alone.
const VARIANTS_MAX: usize = 2;

/// Whether a file turns rejections into codes.
pub(super) fn is_worded_in(file: &str) -> bool {
    file.starts_with(WORDING)
}

/// The functions that decide a rejection of this code; none if many do.
pub(super) fn deciders(code: &str, sources: &Sources) -> Vec<Place> {
    let variants = variants(code, sources);
    if variants.len() > VARIANTS_MAX {
        return Vec::new();
    }
    let decides = |file: &str, body: &str| {
        !is_worded_in(file) && variants.iter().any(|variant| has_word(body, variant))
    };
    sources.places(&decides)
}

/// The rejections that get this code.
fn variants(code: &str, sources: &Sources) -> BTreeSet<String> {
    let quoted = format!("\"{code}\"");
    let wording = sources.files().filter(|(file, _)| is_worded_in(file));
    let texts: Vec<&str> = wording.map(|(_, text)| text).collect();
    let mut words = BTreeSet::from([quoted.clone()]);
    for text in &texts {
        words.extend(arms(text, KINDS, &words).iter().map(|kind| format!("Kind::{kind}")));
    }
    let makes = |file: &str, body: &str| is_worded_in(file) && body.contains(&quoted);
    let functions = sources.places(&makes).into_iter().flat_map(|place| place.functions);
    // A method with all codes of its kind, and the `match` of all rejections, are left out.
    let has_one_code = |name: &String| !name.contains("::") && name != "wire";
    words.extend(functions.filter(has_one_code).map(|name| format!("{name}(")));
    let all = texts.iter().flat_map(|text| arms(text, REJECTIONS, &words));
    all.map(|variant| format!("{REJECTIONS}{variant}")).collect()
}

/// The variants of an enum whose arm in a `match` has one of the words.
fn arms(text: &str, prefix: &str, words: &BTreeSet<String>) -> BTreeSet<String> {
    let (mut found, mut alternatives) = (BTreeSet::new(), Vec::new());
    for segment in text.split(prefix).skip(1) {
        let end = segment.find(|c: char| !c.is_alphanumeric()).unwrap_or(segment.len());
        alternatives.extend(segment.get(..end));
        let Some((_, arm)) = segment.split_once("=>") else { continue };
        let arm = arm.split("\n}").next().unwrap_or_default();
        if words.iter().any(|word| arm.contains(word)) {
            found.extend(alternatives.iter().map(|variant| (*variant).to_owned()));
        }
        alternatives.clear();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arm of a rejection has its code, a function with it, or its kind.
    #[test]
    fn a_code_leads_to_the_function_that_decides() {
        let sources = Sources::with(&[
            (
                "crates/wire/src/sigv4/error/plain.rs",
                "impl Kind {\n    fn named(self) {\n        match self {\n            Self::Unknown if \
                 json => (400, \"UnrecognizedClientException\"),\n            Self::Old => \
                 (403, \"ExpiredToken\"),\n        }\n    }\n}\nfn worded() {\n    match error {\n        \
                 SignatureError::UnknownKey => (Kind::Unknown, a),\n        \
                 SignatureError::Old => (Kind::Old, b),\n    }\n}\n",
            ),
            (
                "crates/wire/src/sigv4/error/s3.rs",
                "fn wire() {\n    match error {\n        SignatureError::Body => other(a),\n        \
                 SignatureError::Early | SignatureError::Late => {\n            skewed(a)\n        \
                 }\n    }\n}\nfn other() {\n    \"XAmz\"\n}\nfn skewed() {\n    \"Skewed\"\n}\n",
            ),
            ("crates/wire/src/sigv4.rs", "fn check() {\n    Err(SignatureError::Body)\n}\n"),
            ("crates/wire/src/verify.rs", "fn time() {\n    SignatureError::Late\n}\n"),
            ("crates/iam/src/principals.rs", "fn find() {\n    SignatureError::UnknownKey\n}\n"),
        ]);
        for (code, want) in [
            ("XAmz", "crates/wire/src/sigv4.rs check"),
            ("Skewed", "crates/wire/src/verify.rs time"),
            ("UnrecognizedClientException", "crates/iam/src/principals.rs find"),
        ] {
            let found = deciders(code, &sources);
            let found: Vec<_> = found
                .iter()
                .map(|place| format!("{} {}", place.file, place.functions.join(",")))
                .collect();
            assert_eq!(found, [want], "{code}");
        }
    }
}
