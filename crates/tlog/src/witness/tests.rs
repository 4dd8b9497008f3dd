use super::*;
use crate::signer::tests::signer;
use crate::{Checkpoint, Edge, Purpose, Reader, Tile, leaf_hash};

const LOG: &str = "audit.example/log";

/// A tree whose leaves begin with those of `seeds`, each as often as stated.
fn tree(parts: &[(u8, u64)]) -> (Edge, Vec<(Tile, Vec<Hash>)>) {
    let mut edge = Edge::default();
    for (seed, count) in parts {
        (0..*count).for_each(|_| drop(edge.append(leaf_hash(&[*seed]))));
    }
    let tiles = edge.partials();
    (edge, tiles)
}

/// What a log of `parts` sends to a witness that is expected to have cosigned `old_size`.
fn request(parts: &[(u8, u64)], old_size: u64) -> Request {
    let (edge, tiles) = tree(parts);
    let head = edge.head();
    let checkpoint = Checkpoint { origin: LOG.to_owned(), head };
    let note = signer(LOG, Purpose::Log, 1).note(checkpoint.to_string(), 0).unwrap();
    let mut read = |wanted: Tile| {
        let found = tiles.iter().find(|(tile, _)| *tile == wanted);
        found.map(|(_, hashes)| hashes.clone()).ok_or(TlogError::Tile(wanted))
    };
    let proof = Reader::new(head.size, &mut read).consistency(old_size).unwrap_or_default();
    Request { old_size, proof, signed: SignedCheckpoint { checkpoint, note } }
}

fn judge(request: &Request, last: Option<Head>) -> Verdict {
    let logs = [signer(LOG, Purpose::Log, 1).verifier().clone()];
    Verdict::on(request, &logs, |origin| last.filter(|_| origin == LOG))
}

#[test]
fn a_head_that_extends_the_last_one_is_cosigned() {
    let heads = [0, 3, 5, 90].map(|size| tree(&[(1, size)]).0.head());
    let [_, three, five, _] = heads;
    for (last, new) in [(None, 0), (None, 5), (Some(three), 3), (Some(three), 5), (Some(five), 90)]
    {
        let request = request(&[(1, new)], last.map_or(0, |last| last.size));
        let head = request.signed.checkpoint.head;
        assert_eq!(judge(&request, last), Verdict::Cosign(head), "{last:?} {new}");
        let sent = Request::parse(&request.body()).unwrap();
        assert_eq!(sent, request, "it is read as it was sent");
    }
}

/// A log that has two histories gets no cosignature for the second, however it asks.
#[test]
fn a_forked_log_is_refused() {
    let last = tree(&[(1, 5)]).0.head();
    let forked = [(1, 3), (2, 6)];
    assert_eq!(judge(&request(&forked, 5), Some(last)), Verdict::Inconsistent);
    let mut with_proof_of_the_true_log = request(&forked, 5);
    with_proof_of_the_true_log.proof = request(&[(1, 9)], 5).proof;
    assert_eq!(judge(&with_proof_of_the_true_log, Some(last)), Verdict::Inconsistent);
    assert_eq!(judge(&request(&forked, 3), Some(last)), Verdict::Conflict { size: 5 });
    assert_eq!(judge(&request(&forked, 0), Some(last)), Verdict::Conflict { size: 5 });
    let same_size = [(1, 3), (2, 2)];
    assert_eq!(judge(&request(&same_size, 5), Some(last)), Verdict::Conflict { size: 5 });
    assert_eq!(judge(&request(&[(1, 4)], 4), Some(last)), Verdict::Conflict { size: 5 });
    assert_eq!(judge(&request(&[(1, 4)], 5), Some(last)), Verdict::Contradiction);
}

#[test]
fn only_known_logs_and_their_signatures_are_accepted() {
    let own = request(&[(1, 5)], 0);
    let unknown = Verdict::on(&own, &[], |_| None);
    assert_eq!(unknown, Verdict::UnknownLog);
    let other_key = [signer(LOG, Purpose::Log, 2).verifier().clone()];
    assert_eq!(Verdict::on(&own, &other_key, |_| None), Verdict::Unsigned);
    let other_kind = [signer(LOG, Purpose::Witness, 1).verifier().clone()];
    assert_eq!(Verdict::on(&own, &other_kind, |_| None), Verdict::Unsigned);
    let mut changed = own.clone();
    changed.signed.note.text = changed.signed.note.text.replace("\n5\n", "\n6\n");
    let changed = Request::parse(&changed.body()).unwrap();
    assert_eq!(judge(&changed, None), Verdict::Unsigned);
    let with_proof = Request { proof: vec![[0; 32]], ..own };
    assert_eq!(judge(&with_proof, None), Verdict::Inconsistent);
}

#[test]
fn malformed_requests_are_rejected() {
    let good = request(&[(1, 5)], 3).body();
    let (_, after) = good.split_once('\n').unwrap();
    let long = format!("old 3\n{}\n{}", "A".repeat(43) + "=\n", after);
    for bad in [
        String::new(),
        "\n".to_owned(),
        "old 3\n".to_owned(),
        "old 3\n\n".to_owned(),
        good.replace("old 3", "old 03"),
        good.replace("old 3", "new 3"),
        good.replace("old 3", "old -3"),
        good.replacen('\n', "\n\n", 1),
        good.trim_end().to_owned(),
        format!("old 3\n{}{after}", ("A".repeat(43) + "=\n").repeat(64)),
        long,
    ] {
        assert!(Request::parse(&bad).is_err(), "{bad}");
    }
    assert_eq!((parse_size("5\n"), parse_size("5")), (Ok(5), Ok(5)));
    assert!(parse_size("").is_err() && parse_size("x\n").is_err());
}

proptest::proptest! {
    #[test]
    fn hostile_requests_do_no_harm(body in "(old [0-9]{0,3}\n)?([A-Za-z0-9=+/]{0,44}\n){0,3}\n?.{0,99}") {
        if let Ok(request) = Request::parse(&body) {
            proptest::prop_assert_eq!(judge(&request, None), Verdict::UnknownLog);
        }
    }
}
