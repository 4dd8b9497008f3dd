//! Bounds that errors name as well as the operations that keep them.

/// Source: S3 User Guide, "Naming Amazon S3 objects".
pub(crate) const KEY_BYTES_MAX: usize = 1_024;
/// Source: S3 User Guide, "User-defined object metadata": 2 KB.
pub(crate) const METADATA_BYTES_MAX: usize = 2_048;
/// Source: S3 User Guide, "Multipart upload limits".
pub(crate) const PART_BYTES_MIN: u64 = 5 << 20;
/// Source: S3 User Guide, "Multipart upload limits".
pub(crate) const PARTS_MAX: u32 = 10_000;
/// Source: S3 User Guide, "Bucket policies": 20 KB.
pub(crate) const POLICY_BYTES_MAX: usize = 20 * 1024;
