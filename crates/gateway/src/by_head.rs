//! Refusals that need no body: they reach a client before it is invited to send one.

use std::sync::Arc;

use crate::incoming::Incoming;
use crate::{Answering, Family, Gateway, Identified, Received};

impl Gateway {
    /// Refuses a call by its head alone, before its sender is invited to send a whole body. May
    /// block the thread.
    ///
    /// `None` if the body is needed to decide, as it is to prove the signature outside S3.
    pub fn refused_by_head(
        self: &Arc<Self>,
        identified: &mut Identified,
        received: Received,
    ) -> Option<Answering> {
        let service = identified.service;
        if service.family != Family::S3 || identified.row.is_none() {
            return None;
        }
        match self.incoming(identified, received, false) {
            Ok((row, incoming, _)) => (row.refuse_by_head)(&Incoming { body: None, ..incoming }),
            Err(refused) => {
                let answer = *self.no_call(service, refused, identified.json);
                Some(Box::pin(std::future::ready(answer)))
            }
        }
    }
}
