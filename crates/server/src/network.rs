//! Addresses in groups: networks that are configured, and the blocks that share one allowance.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use serde::Deserialize;

/// Bits of an IPv6 address that name one subscriber.
///
/// Source: RFC 6177: a site gets at least a /64, so its hosts can use any address in it.
const SUBSCRIBER_BITS: u32 = 64;

/// A network such as `10.0.0.0/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Parses an address, or an address, a slash and the number of significant leading bits. Errors
    /// with the reason: the other bits must be zero, and a network of all addresses is invalid.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("`{text}` is not an address or a network such as `10.0.0.0/8`");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        if address.to_canonical() != address {
            return Err(format!("`{text}`: write an IPv4 address in dotted form"));
        }
        let width = width(address);
        let bits = match bits {
            None => width,
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= width).ok_or_else(invalid)?,
        };
        if bits == 0 {
            return Err(format!("`{text}` contains all addresses"));
        }
        if value(address).checked_shl(bits).unwrap_or(0) != 0 {
            return Err(format!("`{text}` has bits set after the first {bits}: check for a typo"));
        }
        Ok(Self { address, bits })
    }

    /// Whether the address, which is not an IPv4-mapped IPv6 address, is in the network.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let differ = value(address) ^ value(self.address);
        width(address) == width(self.address) && differ.leading_zeros() >= self.bits
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The bits of the address, the first one leftmost.
fn value(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// One subscriber's addresses: an IPv4 address, or the first 64 bits of an IPv6 address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Block(IpAddr);

impl Block {
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let kept = u128::MAX << (128 - SUBSCRIBER_BITS);
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & kept))
            }
        })
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = if self.0.is_ipv4() { 32 } else { SUBSCRIBER_BITS };
        write!(f, "{}/{bits}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(network: &str, address: &str, want: bool) {
        let network = Network::parse(network).unwrap();
        assert_eq!(network.contains(address.parse().unwrap()), want, "{network:?} {address}");
    }

    #[test]
    fn networks_contain_their_addresses() {
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("192.0.2.7", "192.0.2.7", true);
        check("192.0.2.7/32", "192.0.2.6", false);
        check("128.0.0.0/1", "255.0.0.1", true);
        check("2001:db8::/32", "2001:db8:ffff::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("::1", "::1", true);
        check("::1", "127.0.0.1", false);
        check("a00::/8", "10.0.0.1", false);
    }

    /// A mistyped network would trust other addresses, or none.
    #[test]
    fn nonsense_is_no_network() {
        for text in [
            "",
            "proxy",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/",
            "0.0.0.0/0",
            "::/0",
            "::ffff:10.0.0.1",
            "2001:db8::1/64",
            "10.0.0.0/8 ",
        ] {
            assert!(Network::parse(text).is_err(), "{text}");
        }
    }

    /// A subscriber cannot be many by choosing among its addresses.
    #[test]
    fn blocks_are_those_of_subscribers() {
        let block = |text: &str| Block::of(text.parse().unwrap());
        assert_eq!(block("2001:db8::1"), block("2001:db8::ffff:1"));
        assert_ne!(block("2001:db8::1"), block("2001:db8:0:1::1"));
        assert_ne!(block("192.0.2.1"), block("192.0.2.2"));
        assert_eq!(block("192.0.2.1"), block("::ffff:192.0.2.1"));
        assert_eq!(format!("{:?}", block("2001:db8::1")), "2001:db8::/64");
    }
}
