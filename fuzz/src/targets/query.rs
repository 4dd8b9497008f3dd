//! The Query protocol.

use serde_json::{Value, json};
use wire::{query, uri};

use super::{assert_bounded, assert_xml, texts};
use crate::{Target, Way};

pub(super) const TARGET: Target = Target {
    words: &[
        "&",
        "=",
        ".member.",
        ".entry.",
        ".1",
        ".0",
        ".01",
        ".18446744073709551616",
        "Tags",
        ".Key",
        ".Value",
        ".key",
        ".value",
        ".Name",
        "Action=",
        "%2E",
        "+",
        "....",
    ],
    bytes_max: 2_048,
    cost: 2,
    run,
    ..Target::new("query", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "Action=TagUser&Version=2010-05-08&Tags.member.2.Key=b&Tags.member.1.Key=team&\
         Tags.member.1.Value=a+b%20c",
        "Attributes.entry.1.key=a&Attributes.entry.1.value=1&Attributes.entry.2.key=b&\
         Attributes.entry.2.value=2",
        "a=1&a.b=2&a=3&a.member.1=4&a.member.1.c=5&&=x&y",
        "Tags=&A.B.C.D.E.F.G.H.I.J.K.L.M.N.O.P.Q.R.S.T.U.V.W.X.Y.Z=1",
    ])
}

fn run(input: &[u8]) -> Way {
    let pairs = match query::parse(input) {
        Ok(pairs) => pairs,
        Err(error) => {
            super::signature::assert_readable(&error);
            return Way(0).then(&error.code);
        }
    };
    let encoded = pairs.iter().map(|(name, value)| uri::encode(name) + "=" + &uri::encode(value));
    let again = query::parse(encoded.collect::<Vec<_>>().join("&").as_bytes());
    assert_eq!(again.as_ref(), Ok(&pairs), "encoded and read again");
    let tree = match query::tree(&pairs) {
        Ok(tree) => tree,
        Err(error) => {
            super::signature::assert_readable(&error);
            return Way(0).then(&error.code);
        }
    };
    assert!(tree.is_object(), "the tree is an object");
    assert_bounded("tree", tree.to_string().len(), input.len(), 16);
    let mut scalars = Vec::new();
    collect(&tree, &mut scalars);
    let answer = json!({ "Items": scalars, "Map": { "entry": scalars } });
    let answer = query::render("Op", "urn:n", &answer, "id");
    assert_xml(&answer);
    Way(1).size(pairs.len()).size(scalars.len()).then(tree.to_string().contains('['))
}

fn collect<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, out)),
        Value::Object(members) => members.values().for_each(|member| collect(member, out)),
        Value::String(text) => out.push(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => panic!("all scalars are strings"),
    }
}
