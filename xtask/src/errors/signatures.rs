//! Where signatures are rejected: `wire` words a rejection, other functions decide it.

use std::collections::BTreeSet;

use super::sources::{Place, Sources, has_word};

/// The files that turn rejections into codes.
const WORDING: &str = "sigv4/error/";
/// The enum of rejections.
const REJECTIONS: &str = "SignatureError::";
/// The kinds of rejections that have one code in each protocol.
const KINDS: &str = "Self::";
/// Rejections of more kinds than these are listed with their wording alone.
const VARIANTS_MAX: usize = 2;

/// The functions that decide a rejection of this code; none if many do.
pub(super) fn deciders(code: &str, wire: &Sources, all: &[&Sources]) -> Vec<Place> {
    let variants = variants(code, wire);
    if variants.len() > VARIANTS_MAX {
        return Vec::new();
    }
    let decides = |file: &str, body: &str| {
        !file.starts_with(WORDING) && variants.iter().any(|variant| has_word(body, variant))
    };
    all.iter().flat_map(|sources| sources.places(&decides)).collect()
}

/// The rejections that get this code.
fn variants(code: &str, wire: &Sources) -> BTreeSet<String> {
    let quoted = format!("\"{code}\"");
    let wording = wire.files().filter(|(file, _)| file.starts_with(WORDING));
    let texts: Vec<&str> = wording.map(|(_, text)| text).collect();
    let mut words = BTreeSet::from([quoted.clone()]);
    for text in &texts {
        words.extend(arms(text, KINDS, &words).iter().map(|kind| format!("Kind::{kind}")));
    }
    let makes = |file: &str, body: &str| file.starts_with(WORDING) && body.contains(&quoted);
    let functions = wire.places(&makes).into_iter().flat_map(|place| place.functions);
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
        let wire = Sources::with(&[
            (
                "sigv4/error/plain.rs",
                "impl Kind {\n    fn named(self) {\n        match self {\n            Self::Unknown if \
                 json => (400, \"UnrecognizedClientException\"),\n            Self::Old => \
                 (403, \"ExpiredToken\"),\n        }\n    }\n}\nfn worded() {\n    match error {\n        \
                 SignatureError::UnknownKey => (Kind::Unknown, a),\n        \
                 SignatureError::Old => (Kind::Old, b),\n    }\n}\n",
            ),
            (
                "sigv4/error/s3.rs",
                "fn wire() {\n    match error {\n        SignatureError::Body => other(a),\n        \
                 SignatureError::Early | SignatureError::Late => {\n            skewed(a)\n        \
                 }\n    }\n}\nfn other() {\n    \"XAmz\"\n}\nfn skewed() {\n    \"Skewed\"\n}\n",
            ),
            ("sigv4.rs", "fn check() {\n    Err(SignatureError::Body)\n}\n"),
            ("verify.rs", "fn time() {\n    SignatureError::Late\n}\n"),
        ]);
        let key =
            Sources::with(&[("principals.rs", "fn find() {\n    SignatureError::UnknownKey\n}\n")]);
        for (code, want) in [
            ("XAmz", "crates/kms/src/sigv4.rs check"),
            ("Skewed", "crates/kms/src/verify.rs time"),
            ("UnrecognizedClientException", "crates/kms/src/principals.rs find"),
        ] {
            let found = deciders(code, &wire, &[&wire, &key]);
            let found: Vec<_> = found
                .iter()
                .map(|place| format!("{} {}", place.file, place.functions.join(",")))
                .collect();
            assert_eq!(found, [want], "{code}");
        }
    }
}
