//! Checks that no compiler performs.

mod layers;
mod lengths;
mod texts;

use crate::project::Project;
use crate::{Failure, assumptions, out};

/// Runs all checks and fails with all complaints.
pub(crate) fn tidy(project: &Project) -> Result<(), Failure> {
    let mut complaints = Vec::new();
    lengths::check(project, &mut complaints)?;
    layers::check(project, &mut complaints)?;
    texts::check(project, &mut complaints)?;
    let page = project.read(assumptions::PAGE).unwrap_or_default();
    if page != assumptions::page(project)? {
        complaints.push(format!("`{}` is stale: cargo xtask golden", assumptions::PAGE));
    }
    if complaints.is_empty() {
        out::say("tidy");
        return Ok(());
    }
    for complaint in &complaints {
        out::complain(complaint);
    }
    Err(format!("{} things are not tidy", complaints.len()).into())
}
