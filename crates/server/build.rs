//! Embeds the built console: a table of its files, in the two compressed forms that browsers accept.
#![expect(clippy::unwrap_used, reason = "a build that cannot read its own files has to stop")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let dist = root.join("../../console/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    let mut files = Vec::new();
    if dist.is_dir() {
        collect(&dist, &mut files);
    }
    files.sort();
    let mut table = String::from("pub(crate) const FILES: &[Asset] = &[\n");
    for (number, file) in files.iter().enumerate() {
        let name = file.strip_prefix(&dist).unwrap().to_str().unwrap().replace('\\', "/");
        let plain = fs::read(file).unwrap();
        let [br, gz] = [("br", brotli(&plain)), ("gz", gzip(&plain))].map(|(ending, packed)| {
            let path = out.join(format!("{number}.{ending}"));
            fs::write(&path, packed).unwrap();
            path.display().to_string()
        });
        writeln!(
            table,
            "    Asset {{ name: {name:?}, br: include_bytes!({br:?}), gz: include_bytes!({gz:?}) }},",
        )
        .unwrap();
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table).unwrap();
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let params = BrotliEncoderParams { quality: 9, ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &params).unwrap();
    packed
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            collect(&path, files);
        } else if !hidden {
            files.push(path);
        }
    }
}
