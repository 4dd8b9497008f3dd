//! A form of a browser: its fields are read before the call begins, for they hold the signature;
//! its file streams.

use std::sync::Arc;

use bytes::Bytes;
use gateway::{Answer, Begun, Gateway, Identified, Received};
use hyper::body::{Body, Incoming};
use wire::{FormReader, Head, WireError};

use super::incoming::{Unproven, next, receive};
use super::{Peer, Receiving, Stage, on_thread, wire_limit};
use crate::patience::Pacing;

pub(super) async fn answer(
    gateway: Arc<Gateway>,
    identified: Identified,
    head: Head,
    peer: &Peer,
    mut body: Incoming,
    limit: u64,
) -> Answer {
    let too_large = Box::new(identified.too_large(limit));
    if body.size_hint().lower() > wire_limit(limit) {
        return gateway.refused(&identified, &too_large);
    }
    let mut unproven = Unproven::begin(peer);
    let came = fields(&head, &mut body, &mut unproven.pacing).await;
    let form = match unproven.end(came) {
        Ok(form) => Some(form),
        Err(error) => return gateway.refused(&identified, &error),
    };
    let received = Received { head, body: Bytes::new(), form, tls: peer.tls.clone() };
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
    match begun.await {
        Ok(Stage::Answering(answering)) => answering.await,
        Ok(Stage::Receiving(receiving)) => receive(receiving, body, peer).await,
        Err(failed) => failed,
    }
}

/// Reads until the file begins.
async fn fields(
    head: &Head,
    body: &mut Incoming,
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
