use std::fmt;
use std::panic::Location;

/// The line of the source that made an error: for diagnostics, and for `docs/errors.md`, which is
/// made of what the tests receive. No client sees it.
///
/// Two places are always equal, because errors that a client cannot distinguish are.
#[derive(Debug, Clone, Copy)]
pub struct MadeAt(&'static Location<'static>);

impl MadeAt {
    /// The line that calls this, or that calls a `track_caller` function which does.
    #[track_caller]
    pub fn here() -> Self {
        Self(Location::caller())
    }
}

impl PartialEq for MadeAt {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for MadeAt {}

/// `crates/wire/src/json.rs:31`
impl fmt::Display for MadeAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.file(), self.0.line())
    }
}

#[cfg(test)]
mod tests {
    use crate::WireError;

    /// The line is that of the caller of the constructor, and no part of what is compared.
    #[test]
    fn an_error_carries_the_line_that_made_it() {
        let line = line!() + 1;
        let error = WireError::new(400, "InvalidURI", "Couldn't parse the specified URI.");
        let other = WireError::new(400, "InvalidURI", "Couldn't parse the specified URI.");
        assert!(error.made_at.to_string().ends_with(&format!("src/made_at.rs:{line}")));
        assert_ne!(error.made_at.to_string(), other.made_at.to_string());
        assert_eq!(error, other);
    }
}
