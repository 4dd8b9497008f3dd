//! Log files from an untrusted bucket.

use trail::gzip::{compress, decompress};
use trail::log_file::{read, write};
use trail::verify::log_verdict;

use super::records::RECORDS;
use crate::{Target, Way};

const PLAIN_BYTES_MAX: u64 = 100_000;

/// The input is the file; if its first byte is `{`, it is compressed first.
pub(super) const TARGET: Target = Target {
    words: &["{\"Records\":[", "]}", "null", "\x1f", "\u{8}", "{}"],
    bytes_max: 8_192,
    cost: 2,
    run,
    ..Target::new("log_file", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    let file = write(RECORDS.iter()).expect("a log file");
    let mut seeds = vec![file.gz, br#"{"Records":[{"eventID":"1"},{}]}"#.to_vec()];
    seeds.push(compress(&vec![b' '; 200_000]).expect("gzip"));
    seeds.push(compress(b"").expect("gzip"));
    seeds
}

fn run(input: &[u8]) -> Way {
    let packed = (input.first() == Some(&b'{')).then(|| compress(input).expect("gzip"));
    let gz = packed.as_deref().unwrap_or(input);
    let way = match decompress(gz, PLAIN_BYTES_MAX) {
        Ok(plain) => {
            let bytes = u64::try_from(plain.len()).unwrap_or(u64::MAX);
            assert!(bytes <= PLAIN_BYTES_MAX, "{bytes} bytes are above the limit");
            assert!(packed.is_none() || plain == input, "packed and unpacked");
            let right = log_verdict(gz, &types::hex(&keys::sha256(&plain)));
            assert!(right == trail::verify::Verdict::Valid, "{right:?}");
            Way(0).size(plain.len())
        }
        Err(error) => Way(1).kind(&error),
    };
    let wrong = log_verdict(gz, &"0".repeat(64));
    assert!(wrong != trail::verify::Verdict::Valid, "a wrong hash is accepted");
    match read(gz, PLAIN_BYTES_MAX) {
        Ok(records) => way.size(records.len()),
        Err(error) => way.kind(&error),
    }
}
