//! Dates in their four forms.

use types::Timestamp;

use super::texts;
use crate::{Target, Way};

pub(super) const TARGET: Target = Target {
    words: &[
        "T",
        "Z",
        "+23:59",
        "-14:00",
        ".999999999",
        "GMT",
        "+0000",
        "Feb",
        "29",
        "1970",
        "9999",
        "0000",
        "60",
        "24",
        "18446744073709551615",
    ],
    bytes_max: 128,
    run,
    ..Target::new("times", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "2023-07-10T11:57:47Z",
        "2023-07-10T11:57:47.123+09:00",
        "2024-02-29",
        "20230710T115747Z",
        "Mon, 10 Jul 2023 11:57:47 GMT",
        "1700000000.5",
        "9999-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00Z",
        "00010101T000000Z",
    ])
}

/// A parser and a formatter, and their precision in milliseconds.
type Form = (fn(&str) -> Option<Timestamp>, fn(Timestamp) -> String, u64);

const FORMS: [Form; 5] = [
    (Timestamp::parse_iso, Timestamp::iso_ms, 1),
    (Timestamp::parse_iso, Timestamp::iso, 1000),
    (Timestamp::parse_basic, Timestamp::basic, 1000),
    (Timestamp::parse_http_date, Timestamp::http_date, 1000),
    (seconds, |time| time.as_secs_f64().to_string(), 1000),
];

fn seconds(text: &str) -> Option<Timestamp> {
    Some(Timestamp::from_secs_f64(text.parse().ok()?))
}

fn run(input: &[u8]) -> Way {
    let text = String::from_utf8_lossy(input);
    let mut way = Way(0);
    for (at, (parse, print, exact_ms)) in FORMS.into_iter().enumerate() {
        let Some(time) = parse(&text) else { continue };
        way = way.then(at).then(time.utc().year > 9999);
        let printed = print(time);
        // A number of seconds may be anything; the others are calendar dates until 9999.
        if at < 4 {
            let again = parse(&printed);
            let exact = time.floor_to(exact_ms);
            assert_eq!(again, Some(exact), "`{text}` is printed as `{printed}`");
        }
        // Every instant can be formatted.
        let texts = [time.java_text(), time.java_text_iam(), time.basic_date(), time.to_string()];
        assert!(texts.iter().all(|text| !text.is_empty()), "{texts:?}");
    }
    if let Some(ms) = input.first_chunk() {
        let time = Timestamp::from_ms(u64::from_le_bytes(*ms));
        let texts = [time.iso(), time.iso_ms(), time.basic(), time.http_date(), time.java_text()];
        assert!(texts.iter().all(|text| text.len() < 64), "{texts:?}");
        let _ = (time.ceil_to(3_600_000), time.plus_ms(u64::MAX), time.minus_ms(u64::MAX));
    }
    way
}
