//! Checks that no compiler performs.

mod cycles;
mod defaults;
mod edges;
mod layers;
mod lengths;
mod public;
mod tables;
mod texts;
pub(crate) mod words;

use crate::failure::Failure;
use crate::project::Project;
use crate::{assumptions, errors, out, records, sources};

/// Runs all checks and fails with all complaints.
pub(crate) fn tidy(project: &Project) -> Result<(), Failure> {
    let mut complaints = Vec::new();
    lengths::check(project, &mut complaints)?;
    layers::check(project, &mut complaints)?;
    texts::check(project, &mut complaints)?;
    words::check(project, &mut complaints)?;
    let crates = sources::crates(project)?;
    cycles::check(project, &crates, &mut complaints)?;
    edges::check(&crates, &mut complaints);
    public::check(project, &crates, &mut complaints)?;
    tables::check(&crates, &mut complaints);
    defaults::check(project, &crates, &mut complaints)?;
    records::check(project, &mut complaints)?;
    errors::check_shared(project, &mut complaints)?;
    let page = project.read(assumptions::PAGE).unwrap_or_default();
    if page != assumptions::page(project)? {
        complaints.push(format!("`{}` is stale: cargo xtask golden", assumptions::PAGE));
    }
    if complaints.is_empty() {
        out::note("tidy");
        return Ok(());
    }
    for complaint in &complaints {
        out::complain(complaint);
    }
    Err(format!("{} things are not tidy", complaints.len()).into())
}
