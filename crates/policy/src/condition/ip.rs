//! `IpAddress` and `NotIpAddress`: CIDR blocks or bare addresses; the two families never meet.
//!
//! Source: IAM User Guide, "IP address condition operators".

use std::net::IpAddr;

/// A CIDR block; a bare address is the block of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) address: IpAddr,
    pub(crate) prefix: u32,
}

impl Network {
    /// `None` unless `text` is an address or `ADDRESS/PREFIX`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => width,
        };
        (prefix <= width).then_some(Self { address, prefix })
    }

    /// Whether the address is in the block; `None` if it is not an address.
    pub(crate) fn contains(&self, value: &str) -> Option<bool> {
        let value = value.parse::<IpAddr>().ok()?;
        Some(match (self.address, value) {
            (IpAddr::V4(block), IpAddr::V4(value)) => {
                same_prefix(block.to_bits().into(), value.to_bits().into(), self.prefix, 32)
            }
            (IpAddr::V6(block), IpAddr::V6(value)) => {
                same_prefix(block.to_bits(), value.to_bits(), self.prefix, 128)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        })
    }
}

fn same_prefix(a: u128, b: u128, prefix: u32, width: u32) -> bool {
    // A shift by the whole width, for the prefix 0, leaves nothing to compare.
    let shift = width.saturating_sub(prefix);
    (a ^ b).checked_shr(shift).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(block: &str, value: &str, want: bool) {
        let contains = Network::parse(block).and_then(|network| network.contains(value));
        assert_eq!(contains.unwrap_or(false), want, "{block} {value}");
    }

    /// Blocks, bare addresses, both families.
    #[test]
    fn contains_addresses() {
        check("203.0.113.0/24", "203.0.113.255", true);
        check("203.0.113.0/24", "203.0.114.0", false);
        check("203.0.113.7/24", "203.0.113.9", true);
        check("203.0.113.7", "203.0.113.7", true);
        check("0.0.0.0/0", "198.51.100.1", true);
        check("0.0.0.0/0", "::1", false);
        check("::/0", "203.0.113.7", false);
        check("2001:db8::/32", "2001:db8:1::1", true);
        check("203.0.113.0/33", "203.0.113.0", false);
        check("203.0.113.0/", "203.0.113.0", false);
        check("203.0.113.0/+8", "203.0.113.0", false);
        check("203.0.113.0/24", "nonsense", false);
    }
}
