use std::ops::ControlFlow;

/// What work that may take long calls between its steps: the call is a sign of life, and it breaks
/// when the process stops. Such work leaves the rest for its next start then.
pub type Pulse<'a> = &'a dyn Fn() -> ControlFlow<()>;

/// A [`Pulse`] that never breaks.
pub fn steady() -> ControlFlow<()> {
    ControlFlow::Continue(())
}
