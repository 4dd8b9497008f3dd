use keys::SecretBytes;
use keys::ed25519::SigningKey;
use tlog::{Checkpoint, Purpose, Signer, leaf_hash};

use super::super::WitnessUrl;
use super::*;

fn signer(name: &str, purpose: Purpose, seed: u8) -> Signer {
    let key = SigningKey::from_seed(SecretBytes::new(vec![seed; 32])).unwrap();
    Signer::new(name, purpose, key).unwrap()
}

fn signed(size: u64) -> SignedCheckpoint {
    let head = Head { size, root: leaf_hash(&size.to_be_bytes()) };
    let checkpoint = Checkpoint { origin: "log".to_owned(), head };
    let note = signer("log", Purpose::Log, 1).note(checkpoint.to_string(), 0).unwrap();
    SignedCheckpoint { checkpoint, note }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, body: body.to_owned() }
}

/// Only a valid cosignature of the configured key counts, and only a contradiction is a refusal.
#[test]
fn answers_of_witnesses_are_judged() {
    let witness = signer("w", Purpose::Witness, 2);
    let (signed, key) = (signed(9), witness.verifier().clone());
    let line = witness.sign(&signed.note.text, 100).unwrap();
    let of_another = signer("w", Purpose::Witness, 3).sign(&signed.note.text, 100).unwrap();
    let of_another_text = witness.sign("log\n9\n", 100).unwrap();
    let judge = |status, body: &str| judge(&key, &signed, 5, &answer(status, body));
    assert_eq!(judge(200, &line.to_string()), Outcome::Cosigned(line.clone()));
    let both = format!("{of_another}{line}");
    assert_eq!(judge(200, &both), Outcome::Cosigned(line.clone()));
    assert_eq!(judge(409, "7\n"), Outcome::Behind(7));
    for (status, body, refuses) in [
        (200, String::new(), false),
        (200, of_another.to_string(), false),
        (200, of_another_text.to_string(), false),
        (200, "x".repeat(9_999), false),
        (409, "5\n".to_owned(), true),
        (409, "10\n".to_owned(), true),
        (409, "-1\n".to_owned(), false),
        (422, String::new(), true),
        (403, String::new(), false),
        (404, String::new(), false),
        (500, line.to_string(), false),
        (302, line.to_string(), false),
    ] {
        let outcome = judge(status, &body);
        let Outcome::Failed(trouble) = &outcome else { panic!("{status} {body}: {outcome:?}") };
        assert_eq!(matches!(trouble, Trouble::Refused(_)), refuses, "{status} {body}");
    }
}

/// A witness that fails is asked ever less often, and one that cosigned only about the next
/// checkpoint.
#[test]
fn failing_witnesses_are_asked_less_often() {
    let url = WitnessUrl::parse("http://w").unwrap();
    let witness = Witness { url, key: signer("w", Purpose::Witness, 2).verifier().clone() };
    let config = TlogConfig { witnesses: vec![witness], ..TlogConfig::default() };
    let mut witnessed = Witnessed::new(&config);
    witnessed.turn_to(signed(9));
    let (now, head) = (Timestamp::from_secs(1_000), signed(9).checkpoint.head);
    let known = &mut witnessed.each[0];
    assert_eq!(next_step(known, now), Step::Ask);
    let failed = || Outcome::Failed(Trouble::Unusable("late".to_owned()));
    for pause_s in [5, 10, 20, 40, 80, 160, 300, 300] {
        known.take(failed(), head, now);
        assert_eq!(next_step(known, now), Step::WaitUntil(now.plus_ms(pause_s * SECOND_MS)));
    }
    known.take(Outcome::Behind(3), head, now);
    assert_eq!(known.size, 3);
    let line = signer("w", Purpose::Witness, 2).sign(&signed(9).note.text, 1).unwrap();
    known.take(Outcome::Cosigned(line), head, now);
    assert_eq!((next_step(known, now), known.size), (Step::Nothing, 9));
    assert_eq!((known.failures, &known.trouble), (0, &None));
    witnessed.turn_to(signed(9));
    assert_eq!(next_step(&witnessed.each[0], now), Step::Nothing);
    witnessed.turn_to(signed(10));
    assert_eq!(next_step(&witnessed.each[0], now.plus_ms(300 * SECOND_MS)), Step::Ask);
}
