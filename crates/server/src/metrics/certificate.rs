//! The expiry of a certificate, the only part of it that is parsed here.
//!
//! Source: RFC 5280, section 4.1: a certificate is a sequence whose first member is a sequence of
//! version, serial number, algorithm, issuer and validity; validity is two times.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use types::Timestamp;

const SEQUENCE: u8 = 0x30;
/// The explicit version, which old certificates lack.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// When the first certificate of a PEM file expires. `None` if that cannot be parsed: the server
/// that uses it reports the error.
pub(crate) fn expiry(pem: &Path) -> Option<Timestamp> {
    not_after(&CertificateDer::from_pem_file(pem).ok()?)
}

fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = member(der, SEQUENCE)?;
    let (mut rest, _) = member(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = any(rest)?.2;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        rest = any(rest)?.2;
    }
    let (validity, _) = member(rest, SEQUENCE)?;
    let (_, _, end) = any(validity)?;
    let (kind, text, _) = any(end)?;
    let text = std::str::from_utf8(text).ok()?;
    // Source: RFC 5280, section 4.1.2.5: two digits of a year are 1950 to 2049.
    let text = match kind {
        UTC_TIME => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| text.get(from..to);
    let (day, time) = ((part(0, 4)?, part(4, 6)?, part(6, 8)?), (part(8, 10)?, part(10, 12)?));
    let second = part(12, 14)?;
    Timestamp::parse_iso(&format!("{}-{}-{}T{}:{}:{second}Z", day.0, day.1, day.2, time.0, time.1))
}

/// The content of the element at the beginning, if it is of this kind, and what follows it.
fn member(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any(der)?;
    (found == kind).then_some((content, rest))
}

/// Kind and content of the element at the beginning, and what follows it.
fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (bytes, rest) = rest.split_at_checked(count).filter(|_| (1..=4).contains(&count))?;
        (bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*kind, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expiry is parsed in both time formats; malformed data has none.
    #[test]
    fn certificates_have_an_expiry() {
        for (year, want) in [(2031, "2031-05-06T00:00:00Z"), (2077, "2077-05-06T00:00:00Z")] {
            let mut made = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
            made.not_after = rcgen::date_time_ymd(year, 5, 6);
            let made = made.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), made.pem()).unwrap();
            assert_eq!(expiry(file.path()).unwrap().iso(), want);
            let der = made.der();
            for length in 0..der.len() {
                not_after(&der[..length]);
            }
        }
        assert_eq!(not_after(b""), None);
        assert_eq!(not_after(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
