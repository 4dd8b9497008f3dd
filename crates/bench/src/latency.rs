use std::time::Duration;

/// Latencies of many requests.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    sorted_us: Vec<u32>,
}

impl Latencies {
    /// In microseconds, in any order.
    pub(crate) fn new(mut us: Vec<u32>) -> Self {
        us.sort_unstable();
        Self { sorted_us: us }
    }

    /// The number of latencies.
    pub(crate) fn count(&self) -> usize {
        self.sorted_us.len()
    }

    /// The latency in microseconds that `per_mille` of a thousand requests do not exceed.
    ///
    /// The nearest rank: always a latency that occurred. Zero without requests.
    pub(crate) fn at(&self, per_mille: usize) -> u32 {
        let rank = (self.sorted_us.len() * per_mille).div_ceil(1_000);
        self.sorted_us.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// A latency in whole microseconds, capped at an hour.
pub(crate) fn whole_us(latency: Duration) -> u32 {
    u32::try_from(latency.as_micros()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nearest rank, independent of the order of arrival.
    #[test]
    fn percentiles_are_latencies_that_occurred() {
        let hundred = Latencies::new((1..=100).rev().collect());
        for (per_mille, want) in [(500, 50), (990, 99), (999, 100), (1_000, 100), (1, 1), (0, 1)] {
            assert_eq!(hundred.at(per_mille), want, "{per_mille}");
        }
        assert_eq!(Latencies::new(vec![7]).at(500), 7);
        assert_eq!(Latencies::default().at(990), 0);
    }
}
