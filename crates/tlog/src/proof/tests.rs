use super::*;
use crate::signer::tests::signer;
use crate::{Checkpoint, Edge, Purpose, Reader, Tile, leaf_hash};

const LOG: &str = "audit.example/log";

/// A proof of event 4 of a log of 9, cosigned by two witnesses; and the event's leaf.
fn proof() -> (Proof, Hash) {
    let leaves: Vec<Hash> = (0..9_u8).map(|n| leaf_hash(&[n])).collect();
    let mut edge = Edge::default();
    for leaf in &leaves {
        edge.append(*leaf);
    }
    let tiles = edge.partials();
    let mut read = |wanted: Tile| {
        let found = tiles.iter().find(|(tile, _)| *tile == wanted);
        found.map(|(_, hashes)| hashes.clone()).ok_or(TlogError::Tile(wanted))
    };
    let hashes = Reader::new(9, &mut read).inclusion(4).unwrap();
    let checkpoint = Checkpoint { origin: LOG.to_owned(), head: edge.head() };
    let text = checkpoint.to_string();
    let mut note = signer(LOG, Purpose::Log, 1).note(text.clone(), 0).unwrap();
    for seed in [2, 3] {
        let name = format!("witness.example/{seed}");
        let line = signer(&name, Purpose::Witness, seed).sign(&text, 1_000 + u64::from(seed));
        note.signatures.push(line.unwrap());
    }
    (Proof { index: 4, hashes, signed: SignedCheckpoint { checkpoint, note } }, leaves[4])
}

fn witnesses(seeds: &[u8]) -> Vec<VerifierKey> {
    let one = |seed: &u8| {
        let name = format!("witness.example/{seed}");
        signer(&name, Purpose::Witness, *seed).verifier().clone()
    };
    seeds.iter().map(one).collect()
}

fn verify(proof: &Proof, leaf: &Hash, seeds: &[u8], min: usize) -> Result<Proven, Unproven> {
    let log = signer(LOG, Purpose::Log, 1).verifier().clone();
    let witnesses = witnesses(seeds);
    let policy = Policy { log: &log, witnesses: &witnesses, cosignatures_min: min };
    proof.verify(leaf, &policy)
}

#[test]
fn a_proof_is_verified_as_it_was_written() {
    let (proof, leaf) = proof();
    let read = Proof::parse(&proof.to_string()).unwrap();
    assert_eq!(read, proof);
    let proven = verify(&read, &leaf, &[2, 3], 2).unwrap();
    assert_eq!((proven.index, proven.size), (4, 9));
    let cosigned = proven.cosigned.iter().map(|(_, time)| *time).collect::<Vec<_>>();
    assert_eq!(cosigned, [1_002, 1_003]);
    assert!(verify(&read, &leaf, &[], 0).is_ok());
    let with_extra = proof.to_string().replacen("index", "extra AAAA\nindex", 1);
    assert_eq!(Proof::parse(&with_extra), Ok(proof));
}

/// A proof in which anything is changed proves nothing.
#[test]
fn a_changed_proof_is_rejected() {
    let (proof, leaf) = proof();
    let another = leaf_hash(&[5]);
    assert_eq!(verify(&proof, &another, &[2, 3], 2), Err(Unproven::NotIncluded));
    let moved = Proof { index: 5, ..proof.clone() };
    assert_eq!(verify(&moved, &leaf, &[2, 3], 2), Err(Unproven::NotIncluded));
    for at in 0..proof.hashes.len() {
        let mut changed = proof.clone();
        changed.hashes[at][0] ^= 1;
        assert_eq!(verify(&changed, &leaf, &[2, 3], 2), Err(Unproven::NotIncluded));
    }
    let text = proof.to_string().replace("\n9\n", "\n8\n");
    let changed = Proof::parse(&text).unwrap();
    assert_eq!(verify(&changed, &leaf, &[2, 3], 2), Err(Unproven::NotOfTheLog));
    let mut changed = proof.clone();
    changed.signed.note.signatures[0].bytes[0] ^= 1;
    assert_eq!(verify(&changed, &leaf, &[2, 3], 2), Err(Unproven::NotOfTheLog));
    let other_log = signer("other.example", Purpose::Log, 1).verifier().clone();
    let policy = Policy { log: &other_log, witnesses: &[], cosignatures_min: 0 };
    assert_eq!(proof.verify(&leaf, &policy), Err(Unproven::NotOfTheLog));
}

/// Witnesses count once each, by valid cosignatures of their own keys.
#[test]
fn too_few_cosignatures_are_rejected() {
    let (mut proof, leaf) = proof();
    let few = |found, wanted| Err(Unproven::TooFewCosignatures { found, wanted });
    assert_eq!(verify(&proof, &leaf, &[2, 4], 2), few(1, 2));
    assert_eq!(verify(&proof, &leaf, &[2, 2], 2), few(1, 2));
    assert!(verify(&proof, &leaf, &[2, 3, 4], 2).is_ok());
    proof.signed.note.signatures[2].bytes[9] ^= 1;
    assert_eq!(verify(&proof, &leaf, &[2, 3], 2), few(1, 2));
}

#[test]
fn what_is_no_proof_is_rejected() {
    let (proof, _) = proof();
    let good = proof.to_string();
    let hash = "A".repeat(43) + "=\n";
    for bad in [
        String::new(),
        good.replace("@v1", "@v2"),
        good.replace("index 4", "index 04"),
        good.replace("index 4\n", ""),
        good.replacen("index", "extra !\nindex", 1),
        good.replacen("\n\n", "\n", 1),
        good.replacen("\n\n", &format!("\n{}\n", hash.repeat(61)), 1),
        format!("{good}{}", "x".repeat(PROOF_BYTES_MAX)),
    ] {
        assert!(Proof::parse(&bad).is_err(), "{bad}");
    }
}
