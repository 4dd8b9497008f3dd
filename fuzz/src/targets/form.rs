//! `multipart/form-data` with one file, however it is cut.

use wire::{FormError, FormReader};

use super::signature::assert_readable;
use super::texts;
use crate::{Target, Way};

/// The input: the form's `Content-Type`, a line feed, and the form.
pub(super) const TARGET: Target = Target {
    words: &[
        "multipart/form-data; boundary=b",
        "\r\n",
        "--b",
        "--b--\r\n",
        "Content-Disposition: form-data; name=\"key\"\r\n\r\n",
        "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\a\"\r\n\r\n",
        "; filename*=utf-8''%E2%82%AC",
        "${filename}",
        "boundary=\"",
        "\\\"",
    ],
    cost: 2,
    run,
    ..Target::new("form", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\
         \r\nu/${filename}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; \
         filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nthe\r\n--file\r\n--b--\r\n",
        "multipart/form-data; boundary=\"b\"\n--b\r\nContent-Disposition: form-data; \
         name=file; filename*=utf-8''%E2%82%AC\r\n\r\n\r\n--b--",
        "multipart/form-data; boundary=b\n--b--\r\n",
    ])
}

fn run(input: &[u8]) -> Way {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (kind, form) = input.split_at(end);
    let kind = String::from_utf8_lossy(kind);
    let form = form.get(1..).unwrap_or_default();
    let whole = read(&kind, form, form.len());
    for cut in [1, 7, 64] {
        assert_eq!(read(&kind, form, cut), whole, "cuts do not matter");
    }
    match whole {
        Ok((fields, file)) => Way(1).size(fields.len()).size(file.len()),
        Err(error) => {
            assert_readable(&error.wire());
            Way(2).kind(&error)
        }
    }
}

type Read = (Vec<(String, String)>, Vec<u8>);

fn read(kind: &str, form: &[u8], cut: usize) -> Result<Read, FormError> {
    let mut reader = FormReader::of(Some(kind))?;
    let mut pieces = form.chunks(cut.max(1));
    loop {
        let Some(piece) = pieces.next() else { return Err(reader.without_file()) };
        if reader.read_fields(piece)? {
            break;
        }
    }
    let (fields, mut file) = (reader.fields(), Vec::new());
    for piece in std::iter::once(&b""[..]).chain(pieces) {
        let taken = reader.push::<FormError>(piece, &mut |bytes| {
            file.extend_from_slice(bytes);
            Ok(())
        });
        taken?;
    }
    reader.finish()?;
    Ok((fields, file))
}
