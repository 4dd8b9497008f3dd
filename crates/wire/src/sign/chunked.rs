//! Bodies that are signed chunk by chunk.

use types::Timestamp;

use super::Credentials;
use crate::sigv4::{
    Payload, SigningKey, TERMINATOR, TRAILER_SIGNATURE, Verified, chunk_string_to_sign,
    trailer_string_to_sign,
};

/// The signature that the chunks of a request continue: the one that [`super::sign_header`]
/// created.
///
/// `added` is its return value, the other arguments are those it received. `None` if `added`
/// contains no signature.
pub fn seed(
    added: &[(String, String)],
    credentials: &Credentials,
    region: &str,
    service: &str,
    now: Timestamp,
) -> Option<Verified> {
    let authorization = added.iter().find(|(name, _)| name == "authorization");
    let (_, signature) = authorization?.1.rsplit_once("Signature=")?;
    let day = now.basic_date();
    Some(Verified {
        access_key_id: credentials.access_key_id.clone(),
        key: SigningKey::derive(&credentials.secret, &day, region, service),
        date: now.basic(),
        scope: format!("{day}/{region}/{service}/{TERMINATOR}"),
        seed: signature.to_owned(),
    })
}

/// `body` as an `aws-chunked` body of `payload`'s kind, in chunks of `chunk_bytes`.
///
/// `seed` is needed for signed chunks; without one they are not signed, and a server refuses them.
/// `trailers` are written when `payload` has any, names in lower case.
pub fn chunked_body(
    payload: &Payload,
    seed: Option<&Verified>,
    body: &[u8],
    chunk_bytes: usize,
    trailers: &[(&str, &str)],
) -> Vec<u8> {
    let (signed, with_trailers) = match payload {
        Payload::Streaming { signed, trailer } => (*signed, *trailer),
        Payload::Sha256Hex(_) | Payload::Unsigned | Payload::Absent | Payload::Other(_) => {
            return body.to_vec();
        }
    };
    let seed = seed.filter(|_| signed);
    let mut out = Vec::with_capacity(body.len().saturating_add(1024));
    let mut previous = seed.map(|seed| seed.seed.clone()).unwrap_or_default();
    for chunk in body.chunks(chunk_bytes.max(1)) {
        push_line(&mut out, seed, &mut previous, chunk);
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    push_line(&mut out, seed, &mut previous, &[]);
    if with_trailers {
        let owned = trailers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        let mut lines: Vec<(String, String)> = owned.collect();
        if let Some(seed) = seed {
            let to_sign = trailer_string_to_sign(seed, &previous, &lines);
            lines.push((TRAILER_SIGNATURE.to_owned(), seed.key.sign(to_sign.as_bytes())));
        }
        for (name, value) in &lines {
            out.extend_from_slice([name, ":", value, "\r\n"].concat().as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

fn push_line(out: &mut Vec<u8>, seed: Option<&Verified>, previous: &mut String, chunk: &[u8]) {
    let mut line = format!("{:x}", chunk.len());
    if let Some(seed) = seed {
        let to_sign = chunk_string_to_sign(seed, previous, &keys::sha256(chunk));
        *previous = seed.key.sign(to_sign.as_bytes());
        line.push_str(&[";chunk-signature=", previous].concat());
    }
    line.push_str("\r\n");
    out.extend_from_slice(line.as_bytes());
}
