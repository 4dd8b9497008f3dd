use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// An authenticator app, which shares no code with the implementation, so that a fault there shows.
#[derive(Debug)]
pub struct Authenticator {
    /// The seed in base32, as people type it.
    pub typed: String,
}

impl Authenticator {
    /// The app after it was given the `Base32StringSeed` of an answer, which is in base64.
    pub fn of(base32_string_seed: &str) -> Self {
        let letters = STANDARD.decode(base32_string_seed).expect("base64");
        Self { typed: String::from_utf8(letters).expect("base32") }
    }

    /// The code of a step of 30 seconds.
    ///
    /// Source: RFC 6238, and RFC 4226, section 5.3.
    pub fn code(&self, step: u64) -> String {
        let mac = keys::hmac_sha1(&self.seed(), &step.to_be_bytes());
        let at = usize::from(mac[19] & 15);
        let chosen = mac[at..at + 4].try_into().expect("four bytes");
        let number = u32::from_be_bytes(chosen) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    fn seed(&self) -> Vec<u8> {
        let digit = |letter: &u8| match letter {
            b'A'..=b'Z' => u64::from(letter - b'A'),
            b'2'..=b'7' => u64::from(letter - b'2') + 26,
            other => panic!("{other} is no letter of base32"),
        };
        let group = |group: &[u8]| {
            assert_eq!(group.len(), 8, "base32 without padding");
            let number = group.iter().fold(0, |number, letter| (number << 5) | digit(letter));
            number.to_be_bytes()[3..].to_vec()
        };
        self.typed.as_bytes().chunks(8).flat_map(group).collect()
    }
}
