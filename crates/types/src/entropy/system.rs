//! The operating system's random bytes, fetched for many small requests at once: a system call for
//! each identifier costs more than all else that makes one.

use std::cell::RefCell;

use zeroize::Zeroize;

/// Bytes that one system call fetches. The kernel returns up to 256 without interruption.
const FETCHED: usize = 256;
/// Longer requests go to the operating system themselves.
const SMALL_MAX: usize = 64;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; FETCHED], left: 0 }) };
}

/// Bytes of which each is given away once, and wiped when it is.
///
/// A process that was copied by `fork` would give the same bytes away twice; this one never forks
/// without replacing its program.
struct Pool {
    bytes: [u8; FETCHED],
    /// How many at the start of `bytes` are still unused.
    left: usize,
}

impl Pool {
    fn take(&mut self, out: &mut [u8]) -> Result<(), getrandom::Error> {
        if self.left < out.len() {
            self.left = 0;
            getrandom::fill(&mut self.bytes)?;
            self.left = self.bytes.len();
        }
        let start = self.left.saturating_sub(out.len());
        if let Some(taken) = self.bytes.get_mut(start..self.left) {
            out.copy_from_slice(taken);
            taken.zeroize();
        }
        self.left = start;
        Ok(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// Fills `out`, from this thread's pool if it is short.
pub(super) fn fill(out: &mut [u8]) -> Result<(), getrandom::Error> {
    if out.len() > SMALL_MAX {
        return getrandom::fill(out);
    }
    // While the thread ends, its pool is gone.
    let taken = POOL.try_with(|pool| match pool.try_borrow_mut() {
        Ok(mut pool) => Some(pool.take(out)),
        Err(_) => None,
    });
    match taken {
        Ok(Some(taken)) => taken,
        Ok(None) | Err(_) => getrandom::fill(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No byte is given away twice, for any lengths, and each is wiped.
    #[test]
    fn bytes_are_given_once() {
        let mut pool = Pool { bytes: [0; FETCHED], left: 0 };
        let mut seen = std::collections::BTreeSet::new();
        for length in (1..=SMALL_MAX).chain([16; 100]) {
            let before = pool.left;
            let mut out = vec![0; length];
            pool.take(&mut out).unwrap();
            if before >= length {
                assert_eq!(pool.left, before - length);
            } else {
                assert_eq!(pool.left, FETCHED - length);
            }
            let given = pool.left + length;
            assert!(pool.bytes[pool.left..given].iter().all(|byte| *byte == 0), "wiped");
            assert!(length < 12 || seen.insert(out), "given before");
        }
    }

    /// Long requests are filled, too, and to the end.
    #[test]
    fn long_requests_are_filled() {
        let mut out = [0; 1000];
        fill(&mut out).unwrap();
        assert!(out.chunks(50).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
    }
}
