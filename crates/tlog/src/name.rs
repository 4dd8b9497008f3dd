/// Bytes of a key's name at most: it is part of every checkpoint.
const NAME_BYTES_MAX: usize = 255;

/// Whether a key, and a log, may have this name: not empty, without spaces, control characters and
/// `+`.
pub fn is_key_name(name: &str) -> bool {
    let fits = |one: char| !one.is_whitespace() && !one.is_control() && one != '+';
    !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.chars().all(fits)
}
