use std::error::Error;

/// Any failure: its user reads the text.
pub(crate) type Failure = Box<dyn Error>;
