//! How flags and variables are read where the usual way would take nonsense, or not say what is
//! meant.

use std::net::SocketAddr;

/// An address to listen on.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "an IP address and a port are meant, such as `127.0.0.1:4566`, `0.0.0.0:4566` or \
         `[::1]:4566`; names are not looked up"
            .to_owned()
    })
}

/// On or off. An empty variable is off.
pub(crate) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("`1`, `true`, `yes` or `on` is meant, or `0`, `false`, `no` or `off`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is neither on nor off is neither.
    #[test]
    fn switches_are_on_or_off() {
        for (text, want) in [
            ("1", Some(true)),
            ("TRUE", Some(true)),
            ("on", Some(true)),
            ("", Some(false)),
            ("0", Some(false)),
            ("no", Some(false)),
            ("maybe", None),
            ("2", None),
        ] {
            assert_eq!(switch(text).ok(), want, "{text}");
        }
    }

    /// An address is an IP address with a port, and the refusal says so.
    #[test]
    fn addresses_are_numbers() {
        assert!(address("[::1]:4566").is_ok());
        for text in ["localhost:4566", "4566", "127.0.0.1"] {
            assert!(address(text).unwrap_err().contains("127.0.0.1:4566"), "{text}");
        }
    }
}
