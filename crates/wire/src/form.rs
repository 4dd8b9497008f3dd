//! `multipart/form-data` as browsers send it to S3: fields first, then one file that streams.
//!
//! Source: RFC 7578; S3 API Reference, "Creating an HTML form (using AWS Signature Version 4)".

use crate::{WireError, uri};

/// Bytes before the file's content at most.
///
/// Source: S3 API Reference, "Error responses", `MaxPostPreDataLengthExceededError`; "Creating an
/// HTML form": 20 KB.
pub const FORM_FIELDS_BYTES_MAX: usize = 20_000;
/// Source: RFC 2046: a boundary has 1 to 70 characters.
const BOUNDARY_BYTES_MAX: usize = 70;
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Why a form cannot be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormError {
    /// It is no form of this kind.
    OtherType,
    /// It is not well-formed.
    Malformed,
    /// Too many bytes come before the file.
    TooLong,
    /// No file follows the fields.
    NoFile,
}

impl FormError {
    /// The error that S3 returns.
    ///
    /// Observed: `OtherType`. Source: S3 API Reference, "Error responses", for the rest.
    pub fn wire(self) -> WireError {
        match self {
            Self::OtherType => WireError::new(
                412,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
            )
            .with("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"),
            Self::Malformed => WireError::new(
                400,
                "MalformedPOSTRequest",
                "The body of your POST request is not well-formed multipart/form-data.",
            ),
            Self::TooLong => WireError::new(
                400,
                "MaxPostPreDataLengthExceeded",
                "Your POST request fields preceding the upload file were too large.",
            )
            .with("MaxPostPreDataLengthBytes", FORM_FIELDS_BYTES_MAX.to_string()),
            Self::NoFile => WireError::new(
                400,
                "InvalidArgument",
                "POST requires exactly one file upload per request.",
            )
            .with("ArgumentName", "file")
            .with("ArgumentValue", "0"),
        }
    }
}

impl From<FormError> for WireError {
    fn from(error: FormError) -> Self {
        error.wire()
    }
}

/// Parses a form as it arrives: call [`read_fields`](Self::read_fields) until it returns that the
/// file begins, then [`push`](Self::push) for the file's bytes.
///
/// Bytes after the file are ignored.
#[derive(Debug)]
pub struct FormReader {
    /// `\r\n--` and the boundary.
    delimiter: Vec<u8>,
    buffer: Vec<u8>,
    /// The number of bytes at the start of the buffer that were already searched in vain: a sender
    /// may send one byte at a time.
    searched: usize,
    /// The number of bytes before the file.
    passed: usize,
    stage: Stage,
    fields: Vec<(String, String)>,
    filename: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// Before a delimiter that no part ends at.
    Preamble,
    /// After a delimiter.
    Head,
    /// In the value of a field.
    Field(String),
    File,
    End,
}

impl FormReader {
    /// A reader of the form that a `Content-Type` announces.
    pub fn of(content_type: Option<&str>) -> Result<Self, FormError> {
        let (kind, rest) = content_type.unwrap_or_default().split_once(';').unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
            return Err(FormError::OtherType);
        }
        let boundary = parameter(rest, "boundary").ok_or(FormError::Malformed)?;
        if boundary.is_empty() || boundary.len() > BOUNDARY_BYTES_MAX {
            return Err(FormError::Malformed);
        }
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        // The first delimiter may be the first of all bytes.
        let (buffer, fields) = (b"\r\n".to_vec(), Vec::new());
        let stage = Stage::Preamble;
        Ok(Self { delimiter, buffer, searched: 0, passed: 0, stage, fields, filename: None })
    }

    /// Accepts received bytes; returns true once the file has begun.
    pub fn read_fields(&mut self, data: &[u8]) -> Result<bool, FormError> {
        self.buffer.extend_from_slice(data);
        let read = loop {
            match self.step() {
                // Bytes beyond the limit are not even searched.
                Ok(true) if self.passed <= FORM_FIELDS_BYTES_MAX => {}
                Ok(_) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let has_file = self.stage == Stage::File;
        let waiting = if has_file { 0 } else { self.buffer.len() };
        if self.passed.saturating_add(waiting) > FORM_FIELDS_BYTES_MAX {
            return Err(FormError::TooLong);
        }
        read.map(|()| has_file)
    }

    /// The form ended without a file: returns the error.
    pub fn without_file(&self) -> FormError {
        if self.stage == Stage::End { FormError::NoFile } else { FormError::Malformed }
    }

    /// The fields before the file in order, with `${filename}` filled in if the file has a name.
    ///
    /// Source: S3 API Reference, "Creating an HTML form": every field supports the variable.
    /// Observed: without a file name it is kept literally.
    pub fn fields(&self) -> Vec<(String, String)> {
        let fill = |value: &String| match &self.filename {
            Some(name) => value.replace("${filename}", name),
            None => value.clone(),
        };
        self.fields.iter().map(|(name, value)| (name.clone(), fill(value))).collect()
    }

    /// Accepts received bytes and passes on those of the file.
    pub fn push<E>(
        &mut self,
        data: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.stage != Stage::File {
            return Ok(());
        }
        self.buffer.extend_from_slice(data);
        let (file, rest) = if let Some(at) = find_from(0, &self.buffer, &self.delimiter) {
            self.stage = Stage::End;
            (self.buffer.get(..at).unwrap_or_default(), Vec::new())
        } else {
            // A delimiter may have arrived only partly.
            let at = beyond(&self.buffer, self.delimiter.len());
            let (file, rest) = self.buffer.split_at_checked(at).unwrap_or_default();
            (file, rest.to_vec())
        };
        let taken = if file.is_empty() { Ok(()) } else { out(file) };
        self.buffer = rest;
        taken
    }

    /// The form ended: errors if the file is not terminated.
    pub fn finish(self) -> Result<(), FormError> {
        if self.stage == Stage::End { Ok(()) } else { Err(FormError::Malformed) }
    }

    /// Takes the next item from the buffer; false if it is incomplete.
    fn step(&mut self) -> Result<bool, FormError> {
        match self.stage.clone() {
            Stage::File | Stage::End => Ok(false),
            Stage::Preamble => {
                if self.take_through_delimiter().is_none() {
                    return Ok(false);
                }
                self.stage = Stage::Head;
                Ok(true)
            }
            Stage::Field(name) => {
                let Some(value) = self.take_through_delimiter() else { return Ok(false) };
                let value = String::from_utf8_lossy(&value).into_owned();
                self.fields.push((name, value));
                self.stage = Stage::Head;
                Ok(true)
            }
            Stage::Head => self.head(),
        }
    }

    fn take_through_delimiter(&mut self) -> Option<Vec<u8>> {
        let length = self.delimiter.len();
        let at = find_from(self.searched, &self.buffer, &self.delimiter);
        self.searched = beyond(&self.buffer, length);
        Some(self.take(at?, length))
    }

    /// Takes `len` bytes and drops the following `skipped` bytes.
    fn take(&mut self, len: usize, skipped: usize) -> Vec<u8> {
        let end = len.saturating_add(skipped).min(self.buffer.len());
        self.passed = self.passed.saturating_add(end);
        self.searched = 0;
        let mut taken: Vec<u8> = self.buffer.drain(..end).collect();
        taken.truncate(len);
        taken
    }

    fn head(&mut self) -> Result<bool, FormError> {
        if self.buffer.starts_with(b"--") {
            self.stage = Stage::End;
            return Ok(false);
        }
        let end = find_from(self.searched, &self.buffer, HEAD_END);
        self.searched = beyond(&self.buffer, HEAD_END.len());
        let Some(end) = end else { return Ok(false) };
        let head = self.take(end, HEAD_END.len());
        let head = String::from_utf8(head).map_err(|_| FormError::Malformed)?;
        let disposition = head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
        });
        let (kind, rest) = disposition.and_then(|text| text.split_once(';')).unwrap_or_default();
        let name = parameter(rest, "name");
        let (true, Some(name)) = (kind.trim().eq_ignore_ascii_case("form-data"), name) else {
            return Err(FormError::Malformed);
        };
        if !name.eq_ignore_ascii_case("file") {
            self.stage = Stage::Field(name);
            return Ok(true);
        }
        self.filename = extended(rest).or_else(|| parameter(rest, "filename")).map(base_name);
        self.stage = Stage::File;
        Ok(false)
    }
}

/// Source: S3 API Reference, "Creating an HTML form": of a path, what follows the last separator.
fn base_name(path: String) -> String {
    path.rsplit(['/', '\\']).next().map(str::to_owned).unwrap_or(path)
}

/// `filename*=utf-8''NAME`, as RFC 5987 has it.
fn extended(parameters: &str) -> Option<String> {
    let value = parameter(parameters, "filename*")?;
    let (charset, rest) = value.split_once('\'')?;
    let (_, name) = rest.split_once('\'')?;
    charset.eq_ignore_ascii_case("utf-8").then(|| uri::decode(name)).flatten()
}

/// The value of a parameter in `; name=value; other="quoted \" value"`.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    let mut rest = text;
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_start_matches([';', ' ', '\t']).trim_end();
        let after = after.trim_start();
        let (value, left) = if let Some(quoted) = after.strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let (value, left) = after.split_once(';').unwrap_or((after, ""));
            (value.trim().to_owned(), left)
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = left;
    }
}

/// A quoted value, after its opening quote, and the rest of the line.
///
/// Only a quote is escaped by a backslash: browsers send those of Windows paths as they are.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str())),
            '\\' if letters.as_str().starts_with('"') => {
                value.extend(letters.next());
            }
            letter => value.push(letter),
        }
    }
}

/// Where, once the buffer has grown, something of `length` that is not in it may begin.
fn beyond(buffer: &[u8], length: usize) -> usize {
    buffer.len().saturating_sub(length.saturating_sub(1))
}

fn find_from(start: usize, haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle.first()?;
    let mut from = start;
    loop {
        let rest = haystack.get(from..)?;
        let at = from.saturating_add(rest.iter().position(|byte| byte == first)?);
        if haystack.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KIND: &str = "multipart/form-data; boundary=\"xYz\"";

    fn form(parts: &[(&str, &str)]) -> String {
        let part = |(head, body): &(&str, &str)| {
            format!("--xYz\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
        };
        parts.iter().map(part).collect::<String>() + "--xYz--\r\n"
    }

    type Read = (Vec<(String, String)>, Vec<u8>);

    fn read(body: &[u8], piece: usize) -> Result<Read, FormError> {
        let mut reader = FormReader::of(Some(KIND))?;
        let mut pieces = body.chunks(piece.max(1));
        loop {
            let Some(piece) = pieces.next() else { return Err(reader.without_file()) };
            if reader.read_fields(piece)? {
                break;
            }
        }
        let fields = reader.fields();
        let mut file = Vec::new();
        for piece in std::iter::once(&b""[..]).chain(pieces) {
            reader.push::<FormError>(piece, &mut |bytes| {
                file.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        reader.finish()?;
        Ok((fields, file))
    }

    /// The fields and the file of a form, or why there are none.
    type Want<'w> = Result<(&'w [(&'w str, &'w str)], &'w str), FormError>;

    fn check(parts: &[(&str, &str)], want: Want<'_>) {
        let want = want.map(|(fields, file)| {
            let own = |(n, v): &(&str, &str)| ((*n).to_owned(), (*v).to_owned());
            (fields.iter().map(own).collect::<Vec<_>>(), file.as_bytes().to_vec())
        });
        assert_eq!(read(form(parts).as_bytes(), usize::MAX), want, "{parts:?}");
    }

    #[test]
    fn fields_come_before_the_file_and_nothing_after_it_counts() {
        check(
            &[
                ("name=\"key\"", "a"),
                ("name=acl", "private"),
                ("name=\"file\"", "1"),
                ("name=x", "2"),
            ],
            Ok((&[("key", "a"), ("acl", "private")], "1")),
        );
        check(&[("name=\"File\"; filename=\"x\"", "\r\n--xY\r\n")], Ok((&[], "\r\n--xY\r\n")));
        check(&[("name=\"key\"", "a")], Err(FormError::NoFile));
        check(&[("filename=\"key\"", "a")], Err(FormError::Malformed));
        check(&[("name=\"key", "a")], Err(FormError::Malformed));
        let long = "x".repeat(FORM_FIELDS_BYTES_MAX);
        check(&[("name=\"key\"", &long)], Err(FormError::TooLong));
        assert_eq!(read(b"--xYz\r\n", 9), Err(FormError::Malformed));
        let cut = form(&[("name=\"file\"", "1")]);
        assert_eq!(read(&cut.as_bytes()[..cut.len() - 12], 99), Err(FormError::Malformed));
    }

    /// The file name is substituted in every field that contains the variable; without one nothing
    /// is.
    #[test]
    fn the_filename_is_filled_in() {
        let of = |disposition: &str, want: &str| {
            check(
                &[("name=\"key\"", "u/${filename}"), (disposition, "")],
                Ok((&[("key", want)], "")),
            );
        };
        of("name=\"file\"; filename=\"a b.txt\"", "u/a b.txt");
        of("name=\"file\"; filename=\"C:\\dir\\a.txt\"", "u/a.txt");
        of("name=\"file\"; filename=\"/photos/a\\\"b.txt\"", "u/a\"b.txt");
        of("name=\"file\"; filename=\"\"", "u/");
        of("name=\"file\"; filename*=utf-8''%E2%82%AC.txt", "u/€.txt");
        of("name=\"file\"", "u/${filename}");
    }

    #[test]
    fn other_bodies_are_no_forms() {
        for (kind, want) in [
            (None, FormError::OtherType),
            (Some("application/json"), FormError::OtherType),
            (Some("multipart/mixed; boundary=x"), FormError::OtherType),
            (Some("multipart/form-data; charset=x"), FormError::Malformed),
        ] {
            assert_eq!(FormReader::of(kind).unwrap_err(), want, "{kind:?}");
        }
        assert!(FormReader::of(Some("Multipart/Form-Data; charset=x; Boundary=x")).is_ok());
    }

    /// Bytes that arrive one at a time are not searched repeatedly, and bytes beyond the limit are
    /// not searched at all.
    #[test]
    fn nothing_is_read_twice() {
        let mut reader = FormReader::of(Some(KIND)).unwrap();
        let head = b"--xYz\r\nContent-Disposition: form-data; name=a\r\n\r\n";
        assert_eq!(reader.read_fields(head), Ok(false));
        for length in 1..100 {
            assert_eq!(reader.read_fields(b"x"), Ok(false));
            assert_eq!(reader.searched, beyond(&reader.buffer, b"\r\n--xYz".len()), "{length}");
        }
        let many = form(&vec![("name=a", "1"); 10_000]);
        let mut reader = FormReader::of(Some(KIND)).unwrap();
        assert_eq!(reader.read_fields(many.as_bytes()), Err(FormError::TooLong));
        assert!(reader.passed < FORM_FIELDS_BYTES_MAX + 100, "{}", reader.passed);
    }

    proptest! {
        /// However a form is cut, it reads the same.
        #[test]
        fn cuts_do_not_matter(
            file in prop::collection::vec(prop::sample::select(b"\r\n-xYz".to_vec()), 0..60),
            piece in 1_usize..70,
        ) {
            let body = [
                form(&[("name=\"key\"", "v")]).trim_end_matches("--xYz--\r\n").as_bytes(),
                b"--xYz\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n",
                &file,
                b"\r\n--xYz--\r\n",
            ].concat();
            prop_assert_eq!(read(&body, piece), read(&body, usize::MAX));
        }

        /// Any input is either a form or an error.
        #[test]
        fn nonsense_never_panics(
            body in prop::collection::vec(
                prop::sample::select(b"--xYz\r\n:;=\"\\' form-data;name=file*Content-Disposition".to_vec()),
                0..300,
            ),
            piece in 1_usize..40,
            kind in "[ -~]{0,40}",
        ) {
            let _ = read(&body, piece);
            let _ = FormReader::of(Some(&format!("multipart/form-data;{kind}")));
        }
    }
}
