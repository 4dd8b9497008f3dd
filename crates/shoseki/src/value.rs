//! Parsers for flags and variables where clap's defaults accept invalid values or return unclear
//! errors.

use std::net::SocketAddr;

/// An address to listen on.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "expected an IP address and a port, such as `127.0.0.1:4566`, `0.0.0.0:4566` or \
         `[::1]:4566`; host names are not resolved"
            .to_owned()
    })
}

/// The address of a server: an IP address or a host name, and a port, as in URLs. A server that
/// listens on all addresses is reached on this machine.
pub(crate) fn authority(text: &str) -> Result<String, String> {
    if let Ok(mut address) = text.parse::<SocketAddr>() {
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        return Ok(address.to_string());
    }
    let invalid = || {
        "expected an IP address or host name, and a port, such as `127.0.0.1:4566`, `[::1]:4566` or \
         `audit.example.com:4566`"
            .to_owned()
    };
    let (name, port) = text.rsplit_once(':').ok_or_else(invalid)?;
    let is_label = |label: &str| {
        let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.chars().all(is_inner) && !label.starts_with('-')
    };
    // Only digits and dots: a mistyped IP address.
    let is_name = name.contains(|c: char| c.is_ascii_alphabetic()) && name.split('.').all(is_label);
    if !is_name || !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(invalid());
    }
    Ok(text.to_owned())
}

/// On or off. An empty variable is off.
pub(crate) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("expected `1`, `true`, `yes` or `on`, or `0`, `false`, `no` or `off`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any other value is an error.
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

    /// A server may be given by name, and one that listens on all addresses is local.
    #[test]
    fn servers_have_addresses_or_names() {
        for (text, want) in [
            ("127.0.0.1:4566", Some("127.0.0.1:4566")),
            ("0.0.0.0:4567", Some("127.0.0.1:4567")),
            ("[::]:4567", Some("127.0.0.1:4567")),
            ("[::1]:4566", Some("[::1]:4566")),
            ("localhost:4566", Some("localhost:4566")),
            ("audit.example.com:443", Some("audit.example.com:443")),
            ("audit.example.com", None),
            ("audit.example.com:0", None),
            ("audit..com:1", None),
            ("300.0.0.1:4566", None),
            ("a b:1", None),
            ("http://a:1", None),
            ("user@a:1", None),
            ("'$(x)':1", None),
        ] {
            assert_eq!(authority(text).ok().as_deref(), want, "{text}");
        }
    }

    /// An address is an IP address with a port; the error for anything else names this form.
    #[test]
    fn addresses_are_numbers() {
        assert!(address("[::1]:4566").is_ok());
        for text in ["localhost:4566", "4566", "127.0.0.1"] {
            assert!(address(text).unwrap_err().contains("127.0.0.1:4566"), "{text}");
        }
    }
}
