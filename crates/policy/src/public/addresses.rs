//! Whether address blocks are narrow enough to belong to known callers.

use std::net::IpAddr;

use crate::condition::Network;

/// What may be admitted of one version of the Internet Protocol.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// The bits of an address.
    width: u32,
    /// The shortest prefix of a block.
    ///
    /// Source: S3 User Guide, "Blocking public access to your Amazon S3 storage", The meaning of
    /// "public": broader values than /8, or /32 of version 6, are public.
    prefix_min: u32,
}

const VERSION_4: Bounds = Bounds { width: 32, prefix_min: 8 };
const VERSION_6: Bounds = Bounds { width: 128, prefix_min: 32 };

/// How many of the widest blocks all values together may cover: a sixteenth of all IPv4 addresses.
///
/// Assumed: the number. AWS speaks of single values; but half of all addresses can be written in
/// blocks that are narrow each.
const BLOCKS_MAX: u128 = 16;

/// The first and the last address of a block.
type Range = (u128, u128);

/// Whether all values are blocks, and narrow ones, each of them and all together: adjacent blocks
/// are treated as the block that they form.
pub(super) fn are_narrow(values: &[String]) -> bool {
    let networks: Option<Vec<Network>> = values.iter().map(|value| Network::parse(value)).collect();
    let Some(networks) = networks else { return false };
    let (mut four, mut six) = (Vec::new(), Vec::new());
    for network in networks {
        match as_version_4(network) {
            (IpAddr::V4(address), prefix) => four.push((u128::from(address.to_bits()), prefix)),
            (IpAddr::V6(address), prefix) => six.push((address.to_bits(), prefix)),
        }
    }
    VERSION_4.admits(&four) && VERSION_6.admits(&six)
}

/// `::ffff:0:0/96` is version 4 written as version 6.
fn as_version_4(network: Network) -> (IpAddr, u32) {
    let Network { address, prefix } = network;
    match (address, prefix.checked_sub(96)) {
        (IpAddr::V6(long), Some(short)) => {
            long.to_ipv4_mapped().map_or((address, prefix), |mapped| (mapped.into(), short))
        }
        _ => (address, prefix),
    }
}

impl Bounds {
    fn admits(self, blocks: &[(u128, u32)]) -> bool {
        let Self { width, prefix_min } = self;
        // How many addresses the widest block has.
        let widest = 1_u128 << width.saturating_sub(prefix_min);
        let mut ranges: Vec<Range> = blocks.iter().map(|block| self.range(*block)).collect();
        ranges.sort_unstable();
        let merged = merge(&ranges);
        let sizes = merged.iter().map(|(first, last)| (last - first).saturating_add(1));
        let total = sizes.fold(0_u128, u128::saturating_add);
        blocks.iter().all(|(_, prefix)| *prefix >= prefix_min)
            && total <= widest.saturating_mul(BLOCKS_MAX)
            && !merged.iter().any(|range| holds_block(*range, widest.saturating_mul(2)))
    }

    fn range(self, (address, prefix): (u128, u32)) -> Range {
        let free = self.width.saturating_sub(prefix);
        let rest = 1_u128.checked_shl(free).map_or(u128::MAX, |size| size.wrapping_sub(1));
        (address & !rest, address | rest)
    }
}

/// Sorted ranges, with adjacent and overlapping ones merged.
fn merge(ranges: &[Range]) -> Vec<Range> {
    let mut merged: Vec<Range> = Vec::new();
    for &(first, last) in ranges {
        match merged.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// Whether a block of `size` addresses, a power of two, fits in the range.
fn holds_block((first, last): Range, size: u128) -> bool {
    let start = first.checked_next_multiple_of(size);
    start.and_then(|start| start.checked_add(size.saturating_sub(1))).is_some_and(|end| end <= last)
}
