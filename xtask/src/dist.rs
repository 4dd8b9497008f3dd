//! Release artifacts: a Debian package and a tar archive, with completions and man pages.
//!
//! Everything is created in `TARGET/dist`, from a program that is built here; the version is that
//! of the workspace, plus the commit where HEAD is not that version's tag.

mod checks;
mod deb;
#[cfg(test)]
mod installed;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::project::Project;
use crate::run::Run;
use crate::{cargo, out};

/// Which program is packaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The release build.
    Release,
    /// The tests' own, to try the packaging with.
    Dev,
}

/// A file of the installation: where it is from, where it goes, and its mode.
type Piece = (&'static str, &'static str, u32);

/// Files that are copied unchanged. The first folder is `usr` or `etc`, as in the file system.
const PIECES: &[Piece] = &[
    ("contrib/shoseki.toml", "etc/shoseki/shoseki.toml", 0o600),
    ("contrib/shoseki.service", "usr/lib/systemd/system/shoseki.service", 0o644),
    ("contrib/alerts.yaml", "usr/share/doc/shoseki/examples/alerts.yaml", 0o644),
    ("contrib/dashboard.json", "usr/share/doc/shoseki/examples/dashboard.json", 0o644),
    ("README.md", "usr/share/doc/shoseki/README.md", 0o644),
    ("README.ja.md", "usr/share/doc/shoseki/README.ja.md", 0o644),
    ("SECURITY.md", "usr/share/doc/shoseki/SECURITY.md", 0o644),
    ("NOTICE", "usr/share/doc/shoseki/NOTICE", 0o644),
    ("docs/configuration.md", "usr/share/doc/shoseki/docs/configuration.md", 0o644),
    ("docs/operate.md", "usr/share/doc/shoseki/docs/operate.md", 0o644),
    ("docs/operations.md", "usr/share/doc/shoseki/docs/operations.md", 0o644),
    ("docs/security.md", "usr/share/doc/shoseki/docs/security.md", 0o644),
];

/// The directories in which shells search completions.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/shoseki"),
    ("zsh", "usr/share/zsh/vendor-completions/_shoseki"),
    ("fish", "usr/share/fish/vendor_completions.d/shoseki.fish"),
];

/// Creates all artifacts.
pub(crate) fn dist(project: &Project, profile: Profile) -> Result<(), Failure> {
    let made = make(project, profile)?;
    out::note(&format!("created in `{}`:", made.folder.display()));
    for file in &made.files {
        out::note(&format!("  {file}"));
    }
    Ok(())
}

/// Creates all artifacts and checks them with Debian's tools.
pub(crate) fn check(project: &Project, profile: Profile) -> Result<(), Failure> {
    checks::check(project, &make(project, profile)?)
}

/// The created artifacts.
#[derive(Debug)]
struct Made {
    folder: PathBuf,
    /// The directory tree of both the package and the archive.
    stage: PathBuf,
    files: Vec<String>,
}

fn make(project: &Project, profile: Profile) -> Result<Made, Failure> {
    let version = version(project)?;
    let folder = cargo::target(project).join("dist");
    let stage = folder.join("stage");
    remove(&folder)?;
    fs::create_dir_all(&stage)?;
    let program = build(project, profile, &version)?;
    let own = stage.join("usr/bin/shoseki");
    copy(&program, &own, 0o755)?;
    // Symbols are useless without the sources of this very build.
    Run::program(project, "strip").words([&own]).go()?;
    for (from, to, mode) in PIECES {
        copy(&project.path(from), &stage.join(to), *mode)?;
    }
    for (shell, place) in COMPLETIONS {
        let script = output_of(Command::new(&own).args(["completions", shell]))?;
        write(&stage.join(place), script.as_bytes(), 0o644)?;
    }
    let pages = stage.join("usr/share/man/man1");
    // Files that the command creates are private, but the pages must be readable.
    fs::create_dir_all(&pages)?;
    Run::program(project, &own).words(["man", "--all"]).words([&pages]).go()?;
    let mut files = vec![archive(project, &folder, &stage, &version)?];
    files.push(deb::package(project, &folder, &stage, &version)?);
    let sums = output_of(Command::new("sha256sum").args(&files).current_dir(&folder))?;
    write(&folder.join("SHA256SUMS"), sums.as_bytes(), 0o644)?;
    files.push("SHA256SUMS".to_owned());
    Ok(Made { folder, stage, files })
}

/// The workspace's version; between two versions with day and commit, sorted before the next one.
pub(crate) fn version(project: &Project) -> Result<String, Failure> {
    let manifest: toml::Table = project.read("Cargo.toml")?.parse()?;
    let version = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("package")?.get("version")?.as_str())
        .ok_or("the workspace has no version")?;
    let git =
        |words: &[&str]| output_of(Command::new("git").args(words).current_dir(project.root()));
    let tag = format!("v{version}");
    let is_tagged = git(&["tag", "--points-at", "HEAD"])?.lines().any(|line| line == tag);
    let is_clean = git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    if is_tagged && is_clean {
        return Ok(version.to_owned());
    }
    let commit = git(&["show", "--no-patch", "--format=%cd.g%h", "--date=format:%Y%m%d", "HEAD"])?;
    let changed = if is_clean { "" } else { ".changed" };
    Ok(format!("{version}~{}{changed}", commit.trim()))
}

fn build(project: &Project, profile: Profile, version: &str) -> Result<PathBuf, Failure> {
    let cargo = Run::cargo(project).words(["build", "--locked", "-p", "shoseki"]);
    if profile == Profile::Dev {
        // The program as the tests have built it: nothing is built twice.
        cargo.go()?;
        return Ok(cargo::target(project).join("debug/shoseki"));
    }
    let revision =
        output_of(Command::new("git").args(["rev-parse", "HEAD"]).current_dir(project.root()))?;
    let variables = [("SHOSEKI_VERSION", version), ("SHOSEKI_REVISION", revision.trim())];
    cargo.words(["--release"]).variables(&variables).go()?;
    Ok(cargo::target(project).join("release/shoseki"))
}

/// A tar archive of the same files, for systems without Debian packages.
fn archive(
    project: &Project,
    folder: &Path,
    stage: &Path,
    version: &str,
) -> Result<String, Failure> {
    let name = format!("shoseki-{version}-{}.tar.gz", std::env::consts::ARCH);
    let root = format!("s,^\\.,shoseki-{version},");
    Run::program(project, "tar")
        .words(["--create", "--gzip", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .words(["--transform", &root, "--file"])
        .words([folder.join(&name)])
        .words(["--directory"])
        .words([stage])
        .words(["."])
        .go()?;
    Ok(name)
}

fn remove(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, mode: u32) -> Result<(), Failure> {
    let bytes = fs::read(from).map_err(|error| format!("`{}`: {error}", from.display()))?;
    write(to, &bytes, mode)
}

/// Writes a file with its parent directories, and sets its mode.
fn write(to: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;

    let above = to.parent().ok_or("a file without a directory")?;
    fs::create_dir_all(above)?;
    fs::write(to, bytes).map_err(|error| format!("`{}`: {error}", to.display()))?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(mode))?)
}

/// The output of a program. Fails if the program fails.
fn output_of(command: &mut Command) -> Result<String, Failure> {
    let line = format!("{command:?}");
    let done = command.output().map_err(|error| format!("{line}: {error}"))?;
    if !done.status.success() {
        let why = String::from_utf8_lossy(&done.stderr);
        return Err(format!("{line} failed: {}: {why}", done.status).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All packaged files exist, and the root keys of the image and the package have the format
    /// that the server reads.
    #[test]
    fn what_is_packaged_is_there() {
        let project = Project::here().unwrap();
        for (from, to, _) in PIECES {
            assert!(project.has(from), "{from}");
            assert!(to.starts_with("usr/") || to.starts_with("etc/"), "{to}");
        }
        let postinst = project.read("contrib/deb/postinst").unwrap();
        let form = project.read("crates/keys/src/sealer/file.rs").unwrap();
        assert!(
            form.contains("\"shoseki-root-key-v1 \"")
                && postinst.contains("'shoseki-root-key-v1 %s\\n'")
        );
    }
}
