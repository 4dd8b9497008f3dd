//! Concatenates byte strings so that no two lists give the same bytes.

use crate::KeyError;

/// `u32` count, then `u32` length and bytes of each part.
pub(crate) fn length_prefixed(parts: &[&[u8]]) -> Result<Vec<u8>, KeyError> {
    let mut out = count(parts.len())?.to_vec();
    for part in parts {
        push(&mut out, part)?;
    }
    Ok(out)
}

/// A length or a count as four bytes, the most significant first.
pub(crate) fn count(len: usize) -> Result<[u8; 4], KeyError> {
    u32::try_from(len).map(u32::to_be_bytes).map_err(|_| KeyError::TooLong)
}

/// Appends `u32` length and bytes of `part`.
pub(crate) fn push(out: &mut Vec<u8>, part: &[u8]) -> Result<(), KeyError> {
    out.extend_from_slice(&count(part.len())?);
    out.extend_from_slice(part);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        let lists: [&[&[u8]]; 6] =
            [&[], &[b""], &[b"", b""], &[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"]];
        for (i, one) in lists.iter().enumerate() {
            for (j, two) in lists.iter().enumerate() {
                let same = length_prefixed(one) == length_prefixed(two);
                assert_eq!(same, i == j, "{one:?} {two:?}");
            }
        }
    }

    #[test]
    fn the_encoding_never_changes() {
        let bytes = length_prefixed(&[b"ab", b""]).unwrap();
        assert_eq!(bytes, b"\0\0\0\x02\0\0\0\x02ab\0\0\0\0");
    }
}
