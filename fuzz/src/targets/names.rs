//! Small texts that become types at the edge.

use policy::Context;
use store::{BodyId, key, key_parts};
use trail::names::{TrailName, TrailRef, is_valid_prefix};
use trail::{EventType, log_file};
use types::{AccountId, Arn, Region, hex, hex_decode};

use super::texts;
use crate::{Target, Way};

pub(super) const TARGET: Target = Target {
    words: &[
        "arn:aws:",
        ":111122223333:",
        "cloudtrail",
        "trail/",
        "ap-northeast-1",
        "..",
        "xn--",
        "_CloudTrail_",
        ".json.gz",
        "20260301T0005Z",
    ],
    bytes_max: 512,
    run,
    ..Target::new("names", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "111122223333",
        "ap-northeast-1",
        "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/management-events",
        "arn:aws:s3:::b/k",
        "management-events.1_a",
        "AWSLogs/111122223333/CloudTrail/ap-northeast-1/2026/03/01/111122223333_CloudTrail_\
         ap-northeast-1_20260301T0005Z_abcdefghijklmnop.json.gz",
        "00ff7a",
        "my-bucket.a1",
    ])
}

fn run(input: &[u8]) -> Way {
    let text = String::from_utf8_lossy(input);
    let account = AccountId::parse(&text);
    let region = Region::parse(&text);
    let arn = Arn::parse(&text);
    for kept in [
        account.as_ref().map(AccountId::as_str),
        region.as_ref().map(Region::as_str),
        arn.as_ref().map(Arn::as_str),
        TrailName::parse(&text).as_ref().ok().map(TrailName::as_str),
        EventType::parse(&text).map(EventType::as_str),
    ] {
        assert!(kept.is_none_or(|kept| kept == text), "{kept:?}");
    }
    if let Some(arn) = &arn {
        let parts =
            ["arn", arn.partition(), arn.service(), arn.region(), arn.account(), arn.resource()];
        assert_eq!(parts.join(":"), text, "an ARN is its parts");
    }
    if let Some(bytes) = hex_decode(&text) {
        assert_eq!(hex(&bytes), text.to_lowercase(), "digits and back");
    }
    let parts: Vec<&[u8]> = input.split(|byte| *byte == b'/').collect();
    assert_eq!(key_parts(&key(&parts)), parts, "the parts of a key");
    let _ = key_parts(input);
    let mut context = Context::new();
    context.set(&text, "v");
    assert!(context.get(&text).is_some(), "a key that was set");
    Way(0)
        .then((account.is_some(), region.is_some(), arn.is_some(), TrailRef::parse(&text).is_ok()))
        .then((
            types::is_bucket_name(&text),
            is_valid_prefix(&text),
            BodyId::parse(&text).is_some(),
        ))
        .then((TrailName::parse(&text).is_ok(), log_file::slot_of(&text).is_some()))
}
