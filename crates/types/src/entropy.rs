mod system;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The source of random bytes: the operating system, or a test's seed.
#[derive(Debug, Clone)]
pub struct Entropy(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<u64>>, Supply),
}

/// There are no random bytes; no secret may be created then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntropyError(Cause);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The operating system returned none.
    System(getrandom::Error),
    /// A test's [`Supply`] is used up.
    UsedUp,
}

impl fmt::Display for EntropyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Cause::System(cause) => write!(f, "no random bytes: {cause}"),
            Cause::UsedUp => f.write_str("no random bytes: the supply is used up"),
        }
    }
}

impl std::error::Error for EntropyError {}

/// How often a seeded [`Entropy`] returns bytes before it fails, to test a failure of the operating
/// system.
#[derive(Debug, Clone)]
pub struct Supply(Arc<AtomicU64>);

impl Default for Supply {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(u64::MAX)))
    }
}

impl Supply {
    /// Allows `fills` more calls of [`Entropy::fill`]; later ones fail.
    pub fn allow(&self, fills: u64) {
        self.0.store(fills, Ordering::SeqCst);
    }

    fn spend(&self) -> Result<(), EntropyError> {
        let spent = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| match left {
            u64::MAX => Some(left),
            _ => left.checked_sub(1),
        });
        spent.map(|_| ()).map_err(|_| EntropyError(Cause::UsedUp))
    }
}

impl Entropy {
    /// The operating system's generator, fit for keys.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same bytes for the same seed, for simulations. Never fit for keys.
    pub fn seeded(seed: u64) -> Self {
        Self::supplied(seed, Supply::default())
    }

    /// The same, until `supply` is used up.
    pub fn supplied(seed: u64, supply: Supply) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(seed)), supply))
    }

    /// Fills `out` with random bytes.
    ///
    /// Errors when the operating system returns none; no secret may be created then.
    pub fn fill(&self, out: &mut [u8]) -> Result<(), EntropyError> {
        match &self.0 {
            Source::System => system::fill(out).map_err(|cause| EntropyError(Cause::System(cause))),
            Source::Seeded(state, supply) => {
                supply.spend()?;
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in out.chunks_mut(8) {
                    let word = split_mix_64(&mut state).to_le_bytes();
                    for (byte, value) in chunk.iter_mut().zip(word) {
                        *byte = value;
                    }
                }
                Ok(())
            }
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], EntropyError> {
        let mut out = [0; N];
        self.fill(&mut out)?;
        Ok(out)
    }
}

/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators".
fn split_mix_64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
