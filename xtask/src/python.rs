//! The Python that `./check` makes, with the clients.

use crate::failure::Failure;
use crate::project::Project;
use crate::run::Run;

/// Where it is.
const PROGRAM: &str = ".venv/bin/python";

/// The Python installation of `./check`.
pub(crate) fn python(project: &Project) -> Result<Run, Failure> {
    expect(project)?;
    Ok(Run::program(project, project.path(PROGRAM)))
}

pub(crate) fn expect(project: &Project) -> Result<(), Failure> {
    if project.has(PROGRAM) {
        return Ok(());
    }
    Err(format!("`{PROGRAM}` is missing: `./check` installs it").into())
}
