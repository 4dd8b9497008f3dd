//! How long event history takes to answer: fills a store with events of several kinds, seals them,
//! and asks for terms that are rare, occasional and frequent.
//! `cargo run --release -p store --example history_latency -- [EVENTS]`

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use store::{HistoryQuery, NewEvent, Store};
use types::Timestamp;

/// Events that one job brings.
const JOB_LEN: u64 = 1_024;
/// Terms of one kind lie from its number times this on.
const KIND: u64 = 1 << 40;
/// Each kind of term has so many values: the first is the same in all events, the last its own in
/// each.
const VALUES: [u64; 8] = [1, 2, 30, 300, 1_000, 20_000, 1_000_000, u64::MAX];

fn main() -> Result<(), Box<dyn Error>> {
    let total: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |word| word.parse())?;
    let scratch = tempfile::tempdir()?;
    let store = Store::open(scratch.path(), None)?;
    let mut out = std::io::stdout().lock();
    let start = now();
    for first in (0..total).step_by(1_024) {
        store.submit(move |_| ((), (first..first + JOB_LEN).map(event).collect())).wait()?;
        store.seal(65_536)?;
    }
    writeln!(out, "{total} events in {:?}, {} in the tail", start.elapsed(), store.tail_len()?)?;
    drop(store);
    let start = now();
    let store = Store::open(scratch.path(), None)?;
    writeln!(out, "opened again in {:?}", start.elapsed())?;
    let view = store.snapshot()?;
    for (kind, values) in VALUES.iter().enumerate() {
        let mut took = Vec::new();
        for round in 0..200_u64 {
            let number = spread(round) % total;
            let query = HistoryQuery {
                term: term(kind as u64, *values, number),
                before_seq: if round % 2 == 0 { u64::MAX } else { number.max(1) },
                from: Timestamp::default(),
                to: Timestamp::from_ms(u64::MAX),
                limit: 50,
            };
            let start = now();
            let found = store.history(&view, &query)?;
            took.push((start.elapsed(), found.len()));
        }
        took.sort_unstable();
        writeln!(out, "1 in {values}: median {:?}, p99 {:?}", took.get(100), took.get(197))?;
    }
    Ok(())
}

fn event(number: u64) -> NewEvent {
    let terms = VALUES.iter().zip(0..).map(|(values, kind)| term(kind, *values, number)).collect();
    let mut body = String::with_capacity(1_600);
    let mut salt = number;
    while body.len() < 1_500 {
        salt = spread(salt);
        body += "\"someMember\":\"some value\",\"eventName\":\"";
        body += &types::hex(&salt.to_be_bytes());
        body.push_str(
            "\"userIdentity\":{\"type\":\"AssumedRole\",\"accountId\":\"123456789012\"},",
        );
    }
    NewEvent { time: Timestamp::from_ms(number), terms, body: body.into_bytes() }
}

fn term(kind: u64, values: u64, number: u64) -> u64 {
    spread(kind * KIND + spread(number) % values)
}

/// Source: the finalizer of `MurmurHash3`.
fn spread(mut value: u64) -> u64 {
    value = (value ^ (value >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    value = (value ^ (value >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    value ^ (value >> 33)
}

#[expect(clippy::disallowed_methods, reason = "this program measures")]
fn now() -> Instant {
    Instant::now()
}
