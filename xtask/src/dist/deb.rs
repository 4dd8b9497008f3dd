//! A package for Debian and its derivatives, built with `dpkg-deb`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{copy, output_of, remove, write};
use crate::failure::Failure;
use crate::project::Project;
use crate::run::Run;

/// The maintainer scripts of the package.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

/// Builds the package from the contents of `stage`; returns its name.
pub(super) fn package(
    project: &Project,
    folder: &Path,
    stage: &Path,
    version: &str,
) -> Result<String, Failure> {
    let root = folder.join("deb");
    remove(&root)?;
    Run::program(project, "cp").words(["--archive"]).words([stage, &root]).go()?;
    let architecture = output_of(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    let maintainer = output_of(
        Command::new("git")
            .args(["show", "--no-patch", "--format=%cn <%ce>", "HEAD"])
            .current_dir(project.root()),
    )?;
    document(project, &root, version, maintainer.trim())?;
    let control = root.join("DEBIAN");
    let size = output_of(Command::new("du").args(["--summarize", "--block-size=1K"]).arg(&root))?;
    let size = size.split_whitespace().next().unwrap_or("0");
    let text = project
        .read("contrib/deb/control")?
        .replace("@VERSION@", version)
        .replace("@ARCHITECTURE@", architecture)
        .replace("@MAINTAINER@", maintainer.trim())
        .replace("@SIZE@", size)
        .replace("@DEPENDS@", &depends(&root.join("usr/bin/shoseki"))?);
    write(&control.join("control"), text.as_bytes(), 0o644)?;
    write(&control.join("conffiles"), b"/etc/shoseki/shoseki.toml\n", 0o644)?;
    for script in SCRIPTS {
        let from = project.path(&format!("contrib/deb/{script}"));
        copy(&from, &control.join(script), 0o755)?;
    }
    sums(&root)?;
    let name = format!("shoseki_{version}_{architecture}.deb");
    Run::program(project, "dpkg-deb")
        .words(["--root-owner-group", "--build"])
        .words([&root, &folder.join(&name)])
        .go()?;
    Ok(name)
}

/// The files that Debian requires beside a program: its licence, its changes, compressed pages.
fn document(
    project: &Project,
    root: &Path,
    version: &str,
    maintainer: &str,
) -> Result<(), Failure> {
    let overrides = root.join("usr/share/lintian/overrides/shoseki");
    copy(&project.path("contrib/deb/lintian-overrides"), &overrides, 0o644)?;
    let documents = root.join("usr/share/doc/shoseki");
    copy(&project.path("contrib/deb/copyright"), &documents.join("copyright"), 0o644)?;
    copy(&project.path("CHANGELOG.md"), &documents.join("changelog"), 0o644)?;
    let day = output_of(
        Command::new("git")
            .args(["show", "--no-patch", "--format=%cD", "HEAD"])
            .current_dir(project.root()),
    )?;
    let entry = format!(
        "shoseki ({version}) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- \
         {maintainer}  {}\n",
        day.trim()
    );
    write(&documents.join("changelog.Debian"), entry.as_bytes(), 0o644)?;
    let pages = fs::read_dir(root.join("usr/share/man/man1"))?;
    let mut large = vec![documents.join("changelog"), documents.join("changelog.Debian")];
    for page in pages {
        large.push(page?.path());
    }
    Run::program(project, "gzip").words(["--best", "--no-name"]).words(&large).go()
}

/// The C library of the oldest system that the program runs on, according to its newest versioned
/// symbol.
fn depends(program: &Path) -> Result<String, Failure> {
    let bytes = fs::read(program)?;
    let newest = glibc(&bytes).ok_or("the program has no versioned symbol of the C library")?;
    Ok(format!("libc6 (>= 2.{newest}), libgcc-s1"))
}

/// The newest `GLIBC_2.N` among the bytes.
fn glibc(bytes: &[u8]) -> Option<u32> {
    const MARK: &[u8] = b"GLIBC_2.";
    let after = bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    let number = |at: usize| {
        let rest = bytes.get(at.checked_add(MARK.len())?..)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).take(3);
        String::from_utf8(digits.copied().collect()).ok()?.parse().ok()
    };
    after.filter_map(|(at, _)| number(at)).max()
}

/// The checksums that `debsums` compares.
fn sums(root: &Path) -> Result<(), Failure> {
    let listed = output_of(
        Command::new("sh")
            .args(["-c", "find usr -type f | LC_ALL=C sort | xargs -d '\\n' md5sum"])
            .current_dir(root),
    )?;
    write(&root.join("DEBIAN/md5sums"), listed.as_bytes(), 0o644)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The newest symbol counts, not the last one.
    #[test]
    fn the_newest_symbol_counts() {
        assert_eq!(glibc(b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.17\0"), Some(34));
        assert_eq!(glibc(b"GLIBC_2."), None);
        assert_eq!(glibc(b"nothing"), None);
    }
}
