//! A browser form: its fields, which contain the signature, are read before the call begins; its
//! file is streamed.

use std::sync::Arc;

use bytes::Bytes;
use gateway::{Answer, Begun, Received};
use wire::{FormReader, Head, WireError};

use super::incoming::{Unproven, next};
use super::unread::Arriving;
use super::{Exchange, Receiving, Sent, Stage, on_thread};
use crate::patience::Pacing;

impl Exchange<'_> {
    pub(super) async fn form(&self, sent: Sent) -> Result<Answer, Answer> {
        let Sent { identified, head, mut body, limit } = sent;
        let too_large = Box::new(identified.too_large(limit));
        let mut unproven = Unproven::begin(self.peer);
        let came = fields(&head, &mut body, &mut unproven.pacing).await;
        let form = match unproven.end(came) {
            Ok(form) => Some(form),
            Err(error) => return Err(self.gateway.refused(&identified, &error)),
        };
        // Memory for the file is allocated first, as for uploads: in two orders, each could wait
        // for the other.
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
        Ok(self.go_on(begun, body, pace).await)
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
