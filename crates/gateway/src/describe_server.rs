//! `DescribeServer` of our own service: which server this is, for whoever may call it at all.
//!
//! Health tells the same, but only on the server's machine; the console shows it everywhere.

use serde::{Deserialize, Serialize};

use crate::{Access, ApiError, Ctx, Failure, Json, Plain, SHOSEKI, Spec, WireError};

/// The operation.
#[derive(Debug)]
pub(crate) struct DescribeServer;

/// What the caller sends: nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DescribeServerInput {}

/// What the caller gets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeServerOutput {
    version: &'static str,
    /// The region of requests that name none.
    region: String,
}

/// Nothing fails.
#[derive(Debug)]
pub(crate) enum Never {}

impl ApiError for Never {
    fn wire(&self) -> WireError {
        match *self {}
    }
}

impl Plain for DescribeServer {
    const SPEC: Spec = Spec::named(&SHOSEKI, "DescribeServer", true);
    type Input = DescribeServerInput;
    type Output = DescribeServerOutput;
    type Error = Never;
    type Codec = Json;

    fn access(_: &mut Ctx<'_>, _: &DescribeServerInput) -> Result<Vec<Access>, Failure<Never>> {
        Ok(Vec::new())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        _: &DescribeServerInput,
    ) -> Result<DescribeServerOutput, Failure<Never>> {
        let region = ctx.gateway().settings().region.to_string();
        Ok(DescribeServerOutput { version: env!("CARGO_PKG_VERSION"), region })
    }
}
