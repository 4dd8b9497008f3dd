use std::error::Error;

/// Any failure: this is a development tool, whose users read the text.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;
