//! A form of a browser: its fields are read before the call begins, for they hold the signature;
//! its file streams.

use std::sync::Arc;

use bytes::Bytes;
use gateway::{Answer, Begun, Identified, Received};
use wire::{FormReader, Head, WireError};

use super::incoming::{Unproven, next, receive};
use super::unread::Arriving;
use super::{Exchange, Receiving, Stage, on_thread};
use crate::patience::Pacing;

impl Exchange<'_> {
    pub(super) async fn form(
        &self,
        identified: Identified,
        head: Head,
        mut body: Arriving,
        limit: u64,
    ) -> Result<Answer, Answer> {
        let too_large = Box::new(identified.too_large(limit));
        let mut unproven = Unproven::begin(self.peer);
        let came = fields(&head, &mut body, &mut unproven.pacing).await;
        let form = match unproven.end(came) {
            Ok(form) => Some(form),
            Err(error) => return Err(self.gateway.refused(&identified, &error)),
        };
        // Room for the file first, as uploads do: in two orders, each could wait for the other.
        let pace = self.pace(0).await?;
        let call = self.call(false, 0).await?;
        let received = Received { head, body: Bytes::new(), form, tls: self.peer.tls.clone() };
        let gateway = Arc::clone(&self.gateway);
        let begun = on_thread(false, move || match gateway.begin(identified, received) {
            (Begun::Body(upload), gate) => {
                let mut receiving = Receiving::new(upload, gate, limit, too_large);
                // The reader has the beginning of the file already.
                match receiving.push(&[]) {
                    Ok(()) => Stage::Receiving(receiving),
                    failed => Stage::Answering(receiving.finish(failed)),
                }
            }
            (Begun::Answering(answering), _) => Stage::Answering(answering),
        });
        let begun = begun.await?;
        drop(call);
        Ok(match begun {
            Stage::Answering(answering) => answering.await,
            Stage::Receiving(receiving) => receive(receiving, body, self.peer, pace).await,
        })
    }
}

/// Reads until the file begins.
async fn fields(
    head: &Head,
    body: &mut Arriving,
    pacing: &mut Pacing,
) -> Result<FormReader, WireError> {
    let mut reader = FormReader::of(head.header("content-type"))?;
    while let Some(data) = next(body, pacing).await? {
        if reader.read_fields(&data)? {
            return Ok(reader);
        }
    }
    Err(reader.without_file().into())
}
