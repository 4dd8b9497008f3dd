//! Pictures of black and white squares.
//!
//! Source: PNG specification, third edition; RFC 1950 and RFC 1951, stored blocks.

/// Pixels along a module's side, and modules of white around all.
const SCALE: usize = 4;
const BORDER: usize = 4;

/// A picture of the modules, row by row; dark ones are true.
pub(crate) fn picture(modules: &[Vec<bool>]) -> Vec<u8> {
    let side = (modules.len() + 2 * BORDER) * SCALE;
    let width = u32::try_from(side).unwrap_or_default().to_be_bytes();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    // One bit a pixel, grey, no interlacing.
    let header = [&width[..], &width, &[1, 0, 0, 0, 0]].concat();
    push_chunk(&mut png, *b"IHDR", &header);
    push_chunk(&mut png, *b"IDAT", &stored(&pixels(modules, side)));
    push_chunk(&mut png, *b"IEND", &[]);
    png
}

/// Rows of bits after a byte that means "unfiltered"; white is one.
fn pixels(modules: &[Vec<bool>], side: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(side * (side / 8 + 2));
    for y in 0..side {
        bytes.push(0);
        let row = (y / SCALE).checked_sub(BORDER).and_then(|row| modules.get(row));
        let is_dark = |x: usize| {
            let module = (x / SCALE).checked_sub(BORDER);
            row.zip(module).and_then(|(row, module)| row.get(module)) == Some(&true)
        };
        for byte in 0..side.div_ceil(8) {
            let bit = |at: usize| u8::from(!is_dark(byte * 8 + at)) << (7 - at);
            bytes.push((0..8).map(bit).sum());
        }
    }
    bytes
}

fn push_chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    png.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
    let named = [&kind[..], data].concat();
    png.extend(&named);
    png.extend(crc32(&named).to_be_bytes());
}

/// A zlib stream that compresses nothing.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn crc32(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    (b << 16) | a
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers: the check value of CRC-32/ISO-HDLC, and RFC 1950's sum of `Wikipedia`.
    #[test]
    fn sums_are_right() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    /// One dark module in a white field.
    #[test]
    fn a_module_is_a_square() {
        let pixels = pixels(&[vec![true]], 36);
        let rows: Vec<&[u8]> = pixels.chunks(6).collect();
        assert_eq!(rows.len(), 36);
        for (y, row) in rows.iter().enumerate() {
            let middle = if (16..20).contains(&y) { 0x0f } else { 0xff };
            assert_eq!(row[..5], [0, 0xff, 0xff, middle, 0xff], "{y}");
        }
    }

    #[test]
    fn long_streams_have_several_blocks() {
        let stream = stored(&vec![7; 70_000]);
        assert_eq!(stream.len(), 2 + 5 + 65_535 + 5 + (70_000 - 65_535) + 4);
        assert_eq!((stream[2], stream[2 + 5 + 65_535]), (0, 1));
    }
}
