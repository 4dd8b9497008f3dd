//! Writes that the copy does not have yet.

use rpds::RedBlackTreeMapSync;

/// Rows by their keys, `None` for those that were deleted. Clones share what they have in common.
pub(crate) type Recent = RedBlackTreeMapSync<Vec<u8>, Option<Vec<u8>>>;
