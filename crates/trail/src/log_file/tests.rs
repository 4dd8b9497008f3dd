use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_iso(text).unwrap()
}

/// One line, no spaces, and the times of the earliest and the latest event, unsorted or not.
#[test]
fn a_file_is_one_line_of_records() {
    let records = [
        r#"{"eventTime":"2026-01-02T03:04:05Z"}"#,
        r#"{"eventTime":"2026-01-02T03:04:04Z"}"#,
        r#"{"eventTime":"2026-01-02T03:04:06Z","n":0.10}"#,
        "{}",
    ];
    let file = write(records.into_iter()).unwrap();
    let plain = gzip::decompress(&file.gz, 1_000).unwrap();
    assert_eq!(plain, format!(r#"{{"Records":[{}]}}"#, records.join(",")).as_bytes());
    assert_eq!(file.plain_sha256_hex, types::hex(&keys::sha256(&plain)));
    assert_eq!((file.records, file.plain_bytes), (4, plain.len() as u64));
    assert_eq!(file.oldest, Some(at("2026-01-02T03:04:04Z")));
    assert_eq!(file.newest, Some(at("2026-01-02T03:04:06Z")));
    assert_eq!(file, write(records.into_iter()).unwrap());
    assert_eq!(
        read(&file.gz, 1_000).unwrap()[2].to_string(),
        r#"{"eventTime":"2026-01-02T03:04:06Z","n":0.1}"#
    );
    assert_eq!(write(std::iter::empty::<&str>()).unwrap().oldest, None);
}

/// An unreadable file is not created.
#[test]
fn a_record_that_is_not_json_is_rejected() {
    for bad in ["", "{", "{}{}", "{},{}", "[]}", "7"] {
        assert!(write([bad].into_iter()).is_err(), "{bad}");
    }
}

/// Observed: names of real files, whose events occurred in the five minutes before.
#[test]
fn names_have_the_end_of_the_slot() {
    let account = AccountId::parse("111122223333").unwrap();
    for (now, interval_ms, want) in [
        (
            "2023-07-10T11:40:00.001Z",
            SLOT_MS,
            "2023/07/10/111122223333_CloudTrail_us-east-1_20230710T1145Z",
        ),
        (
            "2023-07-10T11:45:00Z",
            SLOT_MS,
            "2023/07/10/111122223333_CloudTrail_us-east-1_20230710T1145Z",
        ),
        (
            "2023-12-31T23:55:01Z",
            SLOT_MS,
            "2024/01/01/111122223333_CloudTrail_us-east-1_20240101T0000Z",
        ),
        (
            "2023-07-10T11:41:02Z",
            2_000,
            "2023/07/10/111122223333_CloudTrail_us-east-1_20230710T1142Z",
        ),
    ] {
        let end = slot_end(at(now), interval_ms);
        let key = object_key(Some("p/q"), &account, "us-east-1", end, "7xgocspSowgK0Gto");
        let folder = "p/q/AWSLogs/111122223333/CloudTrail/us-east-1";
        assert_eq!(key, format!("{folder}/{want}_7xgocspSowgK0Gto.json.gz"));
        assert_eq!(slot_of(&key), Some(end));
    }
    let key = object_key(None, &account, "us-east-1", Timestamp::from_ms(0), "u");
    assert!(key.starts_with("AWSLogs/111122223333/"), "{key}");
}

/// Anything but a log file is rejected, however it is compressed.
#[test]
fn other_bytes_are_refused() {
    let gz = |text: &str| gzip::compress(text.as_bytes()).unwrap();
    for text in ["", "{}", "[]", r#"{"Records":{}}"#, r#"{"Records":[]"#, &"[".repeat(10_000)] {
        assert_eq!(read(&gz(text), 1_000_000), Err(ReadError::Format), "{text:.9}");
    }
    let file = write(["{}"].into_iter()).unwrap();
    assert_eq!(read(&file.gz, 3), Err(ReadError::Gzip(GzipError::TooLarge)));
    assert_eq!(read(b"", 3), Err(ReadError::Gzip(GzipError::Truncated)));
}

proptest! {
    #[test]
    fn reading_never_panics(bytes: Vec<u8>, at: usize, bit in 0_u8..8) {
        let _ = read(&bytes, 10_000);
        let _ = read(&gzip::compress(&bytes).unwrap(), 10_000);
        let mut file = write([r#"{"eventTime":"2026-01-02T03:04:05Z"}"#].into_iter()).unwrap().gz;
        let length = file.len();
        file[at % length] ^= 1 << bit;
        let _ = read(&file, 10_000);
    }

    #[test]
    fn slots_of_any_key_never_panic(key: String) {
        let _ = slot_of(&key);
        let _ = slot_of(&format!("_{key}_x.json.gz"));
    }
}
