//! A QR code of one size, for the addresses that authenticator apps scan.
//!
//! One version is enough, so its numbers are constants: version 10 (57 modules a side), level L,
//! byte mode, mask 0. Every reader accepts every mask.
//!
//! Source: ISO/IEC 18004, tables for version 10-L.

/// Modules along a side.
pub(crate) const SIDE: usize = 57;
/// Bytes of text at most.
pub(crate) const TEXT_BYTES_MAX: usize = 271;
const DATA_BYTES: usize = 274;
/// Data bytes of each block, and check bytes behind each.
const BLOCKS: [usize; 4] = [68, 68, 69, 69];
const CHECK_BYTES: usize = 18;
/// Rows and columns of the centres of alignment patterns.
const ALIGNMENT: [usize; 3] = [6, 28, 50];
/// Level L and mask 0, with their check bits.
const FORMAT: u32 = 0x77c4;
/// Version 10, with its check bits.
const VERSION: u32 = 0x0a4d3;

/// The modules of a text, row by row; dark ones are true. `None` if the text is too long.
pub(crate) fn modules(text: &str) -> Option<Vec<Vec<bool>>> {
    let data = data(text.as_bytes())?;
    let mut grid = Grid::new();
    grid.draw_patterns();
    grid.draw_data(&interleaved(&data));
    let row = |row: Vec<Option<bool>>| row.into_iter().map(|cell| cell == Some(true)).collect();
    Some(grid.0.into_iter().map(row).collect())
}

/// Mode, length, text, and padding.
fn data(text: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(text.len()).ok().filter(|_| text.len() <= TEXT_BYTES_MAX)?;
    // The mode takes four bits, so everything is shifted by half a byte.
    let nibbles = [0x4].into_iter().chain(
        length
            .to_be_bytes()
            .into_iter()
            .chain(text.iter().copied())
            .flat_map(|byte| [byte >> 4, byte & 0x0f])
            .chain([0]),
    );
    let nibbles: Vec<u8> = nibbles.collect();
    let byte = |pair: &[u8]| pair.iter().fold(0, |byte, nibble| (byte << 4) | nibble);
    let mut bytes: Vec<u8> = nibbles.chunks(2).map(byte).collect();
    let padding = [0xec, 0x11].into_iter().cycle().take(DATA_BYTES.saturating_sub(bytes.len()));
    bytes.extend(padding);
    Some(bytes)
}

/// The bytes of all blocks in turn, then their check bytes in turn.
fn interleaved(data: &[u8]) -> Vec<u8> {
    let (mut rest, mut blocks) = (data, Vec::new());
    for length in BLOCKS {
        let (block, more) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        blocks.push((block, check_bytes(block)));
        rest = more;
    }
    let longest = BLOCKS.into_iter().max().unwrap_or_default();
    let data = (0..longest).flat_map(|at| blocks.iter().filter_map(move |(b, _)| b.get(at)));
    let checks = (0..CHECK_BYTES).flat_map(|at| blocks.iter().filter_map(move |(_, c)| c.get(at)));
    data.chain(checks).copied().collect()
}

/// The remainder of a block by the generator polynomial, in the field of 256 elements.
fn check_bytes(block: &[u8]) -> Vec<u8> {
    let generator = generator();
    let mut remainder = vec![0; CHECK_BYTES];
    for byte in block {
        let factor = byte ^ remainder.first().copied().unwrap_or_default();
        remainder.rotate_left(1);
        if let Some(last) = remainder.last_mut() {
            *last = 0;
        }
        for (to, coefficient) in remainder.iter_mut().zip(&generator) {
            *to ^= times(*coefficient, factor);
        }
    }
    remainder
}

/// (x - 1)(x - 2)(x - 4)…, highest power first, without the leading one.
fn generator() -> Vec<u8> {
    let mut product = vec![0_u8; CHECK_BYTES];
    if let Some(last) = product.last_mut() {
        *last = 1;
    }
    let mut root = 1;
    for _ in 0..CHECK_BYTES {
        let shifted: Vec<u8> = product.iter().skip(1).copied().chain([0]).collect();
        for (to, next) in product.iter_mut().zip(shifted) {
            *to = times(*to, root) ^ next;
        }
        root = times(root, 2);
    }
    product
}

/// Multiplication modulo x^8 + x^4 + x^3 + x^2 + 1.
fn times(a: u8, b: u8) -> u8 {
    let mut product = 0_u8;
    for bit in (0..8).rev() {
        let carry = if product & 0x80 == 0 { 0 } else { 0x1d };
        product = (product << 1) ^ carry;
        if (b >> bit) & 1 == 1 {
            product ^= a;
        }
    }
    product
}

/// The modules drawn so far; `None` is still free.
struct Grid(Vec<Vec<Option<bool>>>);

impl Grid {
    fn new() -> Self {
        Self(vec![vec![None; SIDE]; SIDE])
    }

    fn set(&mut self, row: usize, column: usize, dark: bool) {
        if let Some(cell) = self.0.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = Some(dark);
        }
    }

    fn is_free(&self, row: usize, column: usize) -> bool {
        self.0.get(row).and_then(|row| row.get(column)) == Some(&None)
    }

    fn draw_patterns(&mut self) {
        for (row, column) in [(0, 0), (0, SIDE - 7), (SIDE - 7, 0)] {
            self.draw_finder(row, column);
        }
        for row in ALIGNMENT {
            for column in ALIGNMENT {
                if self.is_free(row, column) {
                    self.draw_alignment(row, column);
                }
            }
        }
        for at in 8..SIDE - 8 {
            self.set(6, at, at % 2 == 0);
            self.set(at, 6, at % 2 == 0);
        }
        self.draw_version();
        self.draw_format();
    }

    /// A corner's square with its light border.
    fn draw_finder(&mut self, top: usize, left: usize) {
        for row in 0..9_usize {
            for column in 0..9_usize {
                let ring = row.abs_diff(4).max(column.abs_diff(4));
                let (Some(row), Some(column)) =
                    ((top + row).checked_sub(1), (left + column).checked_sub(1))
                else {
                    continue;
                };
                self.set(row, column, ring != 2 && ring != 4);
            }
        }
    }

    fn draw_alignment(&mut self, row: usize, column: usize) {
        for down in 0..5_usize {
            for across in 0..5_usize {
                let ring = down.abs_diff(2).max(across.abs_diff(2));
                self.set(row + down - 2, column + across - 2, ring != 1);
            }
        }
    }

    fn draw_version(&mut self) {
        for at in 0..18_usize {
            let dark = (VERSION >> at) & 1 == 1;
            let (near, far) = (at / 3, SIDE - 11 + at % 3);
            self.set(near, far, dark);
            self.set(far, near, dark);
        }
    }

    fn draw_format(&mut self) {
        for at in 0..15_usize {
            let dark = (FORMAT >> at) & 1 == 1;
            let row = match at {
                0..=5 => at,
                6 | 7 => at + 1,
                _ => SIDE - 15 + at,
            };
            self.set(row, 8, dark);
            let column = match at {
                0..=7 => SIDE - 1 - at,
                8 => 7,
                _ => 14 - at,
            };
            self.set(8, column, dark);
        }
        self.set(SIDE - 8, 8, true);
    }

    /// Bit by bit in columns of two from the right, upwards and downwards in turn.
    fn draw_data(&mut self, bytes: &[u8]) {
        let mut bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| (byte >> at) & 1));
        let mut upwards = true;
        // The column of the timing pattern is skipped.
        for right in (8..SIDE).rev().step_by(2).chain([5, 3, 1]) {
            for step in 0..SIDE {
                let row = if upwards { SIDE - 1 - step } else { step };
                for column in [right, right - 1] {
                    if self.is_free(row, column) {
                        let dark = bits.next() == Some(1);
                        let mask = (row + column) % 2 == 0;
                        self.set(row, column, dark != mask);
                    }
                }
            }
            upwards = !upwards;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "otpauth://totp/shoseki:alice@111122223333?secret=GEZDGNBV&issuer=shoseki";

    /// The picture of another encoder for the same text, version, level and mask: `qrcode` 8.2 of
    /// Python.
    #[test]
    fn modules_are_those_of_another_encoder() {
        let modules = modules(TEXT).unwrap();
        let bits: String =
            modules.iter().flatten().map(|dark| if *dark { '1' } else { '0' }).collect();
        assert_eq!(
            types::hex(&keys::sha256(bits.as_bytes())),
            "dcdada44bd3a9041c4fb712f4e0fd9cd44b55ff6a4fb813431d64434b2b830b5"
        );
    }

    #[test]
    fn every_module_is_drawn() {
        let mut grid = Grid::new();
        grid.draw_patterns();
        let free = grid.0.iter().flatten().filter(|cell| cell.is_none()).count();
        assert_eq!(free, 346 * 8);
    }

    #[test]
    fn a_text_that_is_too_long_has_no_picture() {
        assert!(modules(&"x".repeat(TEXT_BYTES_MAX)).is_some());
        assert!(modules(&"x".repeat(TEXT_BYTES_MAX + 1)).is_none());
    }
}
