use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use store::Snapshot;
use wire::Head;

use crate::{Call, Codec, Decoding, Gateway, Operation, WireError};

/// An authenticated request, as a row receives it.
pub(crate) struct Incoming {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) call: Arc<Call>,
    /// The view of the whole call, until it writes.
    pub(crate) view: Snapshot,
    pub(crate) head: Head,
    /// `None` if it has not arrived.
    pub(crate) body: Option<Bytes>,
    pub(crate) parameters: Value,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
}

impl Incoming {
    /// Reads the input.
    pub(crate) fn decode<O: Operation>(&self) -> Result<O::Input, WireError> {
        O::Codec::decode(&Decoding {
            head: &self.head,
            body: self.body.as_deref(),
            parameters: &self.parameters,
            form: &self.form,
            bucket: self.bucket.as_deref(),
            key: self.key.as_deref(),
            region: &self.call.region,
            gateway: &self.gateway,
        })
    }
}
