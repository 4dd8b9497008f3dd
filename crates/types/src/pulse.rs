use std::ops::ControlFlow;

/// A callback for long-running work between its steps: each call shows that the work makes
/// progress, and it breaks when the process stops. The work then leaves the rest for its next
/// start.
pub type Pulse<'a> = &'a dyn Fn() -> ControlFlow<()>;

/// A [`Pulse`] that never breaks.
pub fn steady() -> ControlFlow<()> {
    ControlFlow::Continue(())
}
