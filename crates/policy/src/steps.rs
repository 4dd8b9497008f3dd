use std::cell::Cell;

/// The work that decisions may still perform, in steps of some nanoseconds.
///
/// Policies and requests are untrusted input, and together determine how much there is to compare.
/// Once the steps are exhausted nothing more is compared: the remaining outcomes are unknown, so no
/// Allow applies by them and every Deny does.
///
/// A typical policy takes a few thousand steps.
#[derive(Debug)]
pub struct Steps {
    left: Cell<u64>,
    exhausted: Cell<bool>,
}

impl Steps {
    /// The maximum for one decision: about ten milliseconds.
    ///
    /// Assumed: AWS has a limit as well and does not publish it.
    pub const DECISION_MAX: u64 = 4_000_000;

    /// A budget of this many steps.
    pub const fn new(steps: u64) -> Self {
        Self { left: Cell::new(steps), exhausted: Cell::new(false) }
    }

    /// How many are left.
    pub fn left(&self) -> u64 {
        self.left.get()
    }

    /// Whether something was left out because there were too few.
    pub fn are_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    /// Uses up `steps`; `false`, from then on always, if there are fewer.
    pub(crate) fn take(&self, steps: u64) -> bool {
        if self.exhausted.get() {
            return false;
        }
        match self.left.get().checked_sub(steps) {
            Some(left) => self.left.set(left),
            None => self.exhausted.set(true),
        }
        !self.exhausted.get()
    }

    /// [`take`](Self::take)s the cost of reading `bytes` once.
    pub(crate) fn take_bytes(&self, bytes: usize) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.take((bytes / BYTES_PER_STEP).saturating_add(1))
    }
}

/// Bytes that are compared or copied in one step.
const BYTES_PER_STEP: u64 = 16;

impl Default for Steps {
    /// Those of one decision.
    fn default() -> Self {
        Self::new(Self::DECISION_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Once exhausted, the budget stays exhausted, even for smaller amounts.
    #[test]
    fn steps_run_out_for_good() {
        let steps = Steps::new(10);
        assert!(steps.take(9) && !steps.are_exhausted());
        assert!(!steps.take(2) && steps.are_exhausted());
        assert!(!steps.take(1));
        assert!(Steps::new(2).take_bytes(31) && !Steps::new(2).take_bytes(32));
    }
}
