//! Notes, checkpoints, proofs and requests to witnesses.

use tlog::witness::{Request, Verdict, parse_size};
use tlog::{Note, Policy, Proof, SignatureLine, SignedCheckpoint, Tile, VerifierKey};

use crate::{Target, Way};

const NOTE: &str = "shoseki/ebd382eadba04c8d\n\
    33\n\
    kGv7MIjD9wRO1/TKzJ2jukpcC6oeKv1uMbduWZqcDa4=\n\
    \n\
    \u{2014} shoseki/ebd382eadba04c8d KVK/IB5HucyQb0IAluaEVMoR71LPqG+ASHIHl+RIA3IpPdIXcFSJQuxWa9CUP58M+oQBosKqdat0R8X4N45kUGvolAk=\n\
    \u{2014} witness.example TLdYZAAAAABrDVNIeo4uVxQyQOWxV5woDTIcU60P4zoae99gGIiHrZIXBxeg+JmmAkJcTibRDLsmqQ7y/SWU3vC+vA0z9jqhJtlwCw==\n";
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/// The input: a note, a proof, a request to a witness, a verifier key, or a tile's path.
pub(super) const TARGET: Target = Target {
    words: &["old ", "index ", "extra ", "\n\n", "\u{2014} ", "+", "=", "x001/", ".p/", "0\n"],
    run,
    ..Target::new("tlog", || {
        let hash = "3eGX2/35tFPtDtgNHAGjTAieOwX+jO2SXXQGXRxIYiA=\n";
        let proof = format!("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 4\n{hash}{hash}\n{NOTE}");
        let request = format!("old 5\n{hash}{hash}\n{NOTE}");
        let texts = [NOTE, &proof, &request, KEY, "0/x001/x234/067.p/8", "1/000", "42\n"];
        texts.map(|text| text.as_bytes().to_vec()).to_vec()
    })
};

fn run(input: &[u8]) -> Way {
    let text = String::from_utf8_lossy(input);
    let mut way = Way(0);
    let log = VerifierKey::parse(KEY).expect("a key");
    if let Ok(note) = Note::parse(&text) {
        assert_eq!(note.to_string(), text, "a note has one spelling");
        way = way.then(("note", log.signed(&note), log.cosigned_at(&note)));
    }
    if let Ok(signed) = SignedCheckpoint::parse(&text) {
        way = way.then(("checkpoint", signed.is_of(&log)));
    }
    if let Ok(proof) = Proof::parse(&text) {
        let policy = Policy { log: &log, witnesses: &[], cosignatures_min: 0 };
        assert!(proof.verify(&[0; 32], &policy).is_err(), "nothing is proved to the wrong key");
        way = way.then("proof").size(proof.hashes.len());
    }
    if let Ok(request) = Request::parse(&text) {
        assert_eq!(Request::parse(&request.body()).as_ref(), Ok(&request), "read as it was sent");
        assert_eq!(Verdict::on(&request, &[], |_| None), Verdict::UnknownLog);
        way = way.then("request").size(request.proof.len());
    }
    if let Ok(key) = VerifierKey::parse(&text) {
        assert_eq!(key.to_string(), text, "a key has one spelling");
        way = way.then("key");
    }
    if let Some(tile) = Tile::parse(&text) {
        assert_eq!(tile.to_string(), text, "a tile has one path");
        way = way.then(("tile", tile.is_full()));
    }
    way.then((parse_size(&text).is_ok(), SignatureLine::parse_all(&text).is_ok()))
}
