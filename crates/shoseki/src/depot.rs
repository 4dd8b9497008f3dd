//! The flags that name the place of a backup.

use std::path::Path;

use backup::Place;
use clap::Args;
use server::OpenError;

use crate::exit::Trouble;

/// A folder or a bucket.
#[derive(Debug, Clone, Args)]
pub(crate) struct Depot {
    /// The place of the backup: a folder, or `s3://BUCKET/PREFIX`.
    #[arg(value_name = "PLACE")]
    at: String,
}

impl Depot {
    /// Opens the place; creates a missing folder if it `creates`.
    pub(crate) fn open(&self, creates: bool) -> Result<Place, Trouble> {
        Ok(Place::folder(Path::new(&self.at), creates).map_err(OpenError::from)?)
    }
}
