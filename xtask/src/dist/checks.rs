//! Checks the artifacts with Debian's tools. A missing tool is reported and skipped.

use super::{Made, output_of, write};
use crate::failure::Failure;
use crate::out;
use crate::project::Project;
use crate::run::Run;

/// Lintian's tags for packages that are built without a maintainer's address.
const NOT_OURS: [&str; 2] = ["bogus-mail-host", "bogus-mail-host-in-debian-changelog"];

pub(super) fn check(project: &Project, made: &Made) -> Result<(), Failure> {
    let has = |tool: &str| {
        let is_there = Run::program(project, tool).words(["--version"]).succeeds();
        if !is_there {
            out::note(&format!("{tool} is missing: what it checks is NOT checked"));
        }
        is_there
    };
    if has("promtool") {
        Run::program(project, "promtool").words(["check", "rules", "contrib/alerts.yaml"]).go()?;
    }
    if has("systemd-analyze") {
        unit(project, made)?;
    }
    if has("lintian") {
        let packages = made.files.iter().filter(|file| is_deb(file));
        Run::program(project, "lintian")
            .words(["--fail-on=error,warning", "--suppress-tags", &NOT_OURS.join(",")])
            .words(["--allow-root"])
            .words(packages.map(|file| made.folder.join(file)))
            .go()?;
    }
    Run::program(project, "sh")
        .words(["-c", "cd \"$0\" && sha256sum --quiet --check SHA256SUMS"])
        .words([&made.folder])
        .go()?;
    let dashboard = project.read("contrib/dashboard.json")?;
    if !dashboard.trim_start().starts_with('{') {
        return Err("`contrib/dashboard.json` is not JSON".into());
    }
    Ok(())
}

fn is_deb(file: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|extension| extension == "deb")
}

/// The unit, with the program's current path; man pages are not installed here.
fn unit(project: &Project, made: &Made) -> Result<(), Failure> {
    let program = made.stage.join("usr/bin/shoseki");
    let unit = project.read("contrib/shoseki.service")?;
    let unit = unit.replace("/usr/bin/shoseki", &program.to_string_lossy());
    let file = made.folder.join("unit").join("shoseki.service");
    write(&file, unit.as_bytes(), 0o644)?;
    let complaints = output_of(
        std::process::Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file),
    )?;
    if complaints.trim().is_empty() { Ok(()) } else { Err(complaints.into()) }
}
