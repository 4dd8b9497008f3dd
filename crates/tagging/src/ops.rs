//! The operations and their rows.

mod get_resources;
mod keys_and_values;
mod tag_resources;

use gateway::{Row, row};

use get_resources::GetResources;
use keys_and_values::{GetTagKeys, GetTagValues};
use tag_resources::{TagResources, UntagResources};

/// The rows of the table of operations.
pub const ROWS: &[Row] = &[
    row::<GetResources>(),
    row::<GetTagKeys>(),
    row::<GetTagValues>(),
    row::<TagResources>(),
    row::<UntagResources>(),
];
