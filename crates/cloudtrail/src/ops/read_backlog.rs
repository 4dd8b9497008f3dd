//! `ReadBacklog`: the pending deliveries of all accounts, for the health of the server.
//!
//! AWS has no such operation, so this one has no row; our own service's `DescribeServer` judges the
//! result.

use gateway::{Access, Ctx, EventParts, Failure, Fault, NoWire, Plain, Spec};

use crate::TrailError;
use crate::deliver::{Backlog, backlog};

/// The operation, for our own service: it leaves no event.
#[derive(Debug)]
pub struct ReadBacklog;

impl Plain for ReadBacklog {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ReadBacklog");
    type Input = ();
    type Output = Backlog;
    type Error = TrailError;
    type Codec = NoWire;

    fn access(_: &mut Ctx<'_>, (): &()) -> Result<Vec<Access>, Failure<TrailError>> {
        Ok(Vec::new())
    }

    fn run(ctx: &mut Ctx<'_>, (): &()) -> Result<Backlog, Failure<TrailError>> {
        Ok(backlog(ctx.tx())?)
    }

    fn annotate(
        _: &Ctx<'_>,
        (): &(),
        _: Option<&Backlog>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        event.silent = true;
        Ok(())
    }
}
