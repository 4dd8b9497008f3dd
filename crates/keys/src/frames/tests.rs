use proptest::prelude::*;

use super::*;

const AAD: &[u8] = b"bucket\0key\0version";

fn key() -> SecretBytes {
    SecretBytes::new(vec![9; 32])
}

fn body(len: usize) -> Vec<u8> {
    (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect()
}

fn len_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}

fn opener() -> FrameOpener {
    FrameOpener::new(&key(), AAD).unwrap()
}

/// Lengths around the places where a frame begins or ends.
const LENGTHS: [usize; 8] = [
    0,
    1,
    FRAME_BYTES - 1,
    FRAME_BYTES,
    FRAME_BYTES + 1,
    2 * FRAME_BYTES,
    2 * FRAME_BYTES + 1,
    3 * FRAME_BYTES + 77,
];

#[test]
fn every_length_survives_and_has_the_predicted_size() {
    for len in LENGTHS {
        let plain = body(len);
        let sealed = seal_all(&key(), AAD, &plain).unwrap();
        assert_eq!(len_of(&sealed), sealed_len(len_of(&plain)), "{len}");
        assert!(opener().open_all(len_of(&plain), &sealed).unwrap() == plain, "{len}");
    }
}

/// The form is for ever: an object may be read years later. Computed also with Python's
/// `cryptography`.
#[test]
fn the_form_never_changes() {
    let sealed = seal_all(&key(), AAD, b"a small object").unwrap();
    assert_eq!(types::hex(&sealed), "10dc67f4db1649559d01c140febd069756acd672b8b90fab6fab65e04b9c");
    let object_key = derive_object_key(&key(), &[1; 16]).unwrap();
    assert_eq!(
        types::hex(object_key.as_bytes()),
        "7ee819f9f9d5f873059eecf461c527c3a6fd189c4f99cdf588ad004011528f2b"
    );
}

#[test]
fn a_nonce_is_the_index_and_the_mark_of_the_last() {
    let place = Place { index: 0x0102_0304_0506_0708, last: true };
    assert_eq!(place.nonce(), [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1]);
    assert_eq!(Place { index: 0, last: false }.nonce(), [0; 12]);
}

#[test]
fn each_salt_and_bucket_key_derives_a_distinct_object_key() {
    let derived = derive_object_key(&key(), &[1; 16]).unwrap();
    assert!(!derived.equals(&derive_object_key(&key(), &[2; 16]).unwrap()));
    let other = SecretBytes::new(vec![8; 32]);
    assert!(!derived.equals(&derive_object_key(&other, &[1; 16]).unwrap()));
}

#[test]
fn another_key_or_object_does_not_open() {
    let sealed = seal_all(&key(), AAD, b"a small object").unwrap();
    for (key, aad) in [(vec![8; 32], AAD), (vec![9; 32], b""), (vec![9; 32], b"bucket\0key\0w")] {
        let opener = FrameOpener::new(&SecretBytes::new(key), aad).unwrap();
        assert_eq!(opener.open_all(14, &sealed).err(), Some(KeyError::NotAuthentic));
    }
}

/// Two parts of an upload share the object's key; their first frames must not share a nonce.
#[test]
fn two_bodies_under_one_key_have_different_keystreams() {
    let [one, two] = [b"part 1", b"part 2"].map(|aad| seal_all(&key(), aad, &[0; 64]).unwrap());
    for (a, b) in one.chunks(16).zip(two.chunks(16)) {
        assert_ne!(a, b);
    }
}

#[test]
fn a_cut_reordered_repeated_or_longer_body_does_not_open() {
    let plain = body(3 * FRAME_BYTES + 77);
    let sealed = seal_all(&key(), AAD, &plain).unwrap();
    let frames: Vec<&[u8]> = sealed.chunks(SEALED_FRAME_BYTES).collect();
    let [a, b, c, d] = frames[..] else { panic!("four frames") };
    let cases = [
        ("nothing", vec![]),
        ("without the last", vec![a, b, c]),
        ("without the first", vec![b, c, d]),
        ("without one between", vec![a, b, d]),
        ("two changed places", vec![b, a, c, d]),
        ("one twice", vec![a, a, b, c, d]),
        ("one in another's place", vec![a, a, c, d]),
        ("the last twice", vec![a, b, c, d, d]),
        ("more bytes", vec![a, b, c, d, &[0]]),
        ("fewer bytes", vec![a, b, c, &d[..d.len() - 1]]),
        ("the last without its tag", vec![a, b, c, &d[..5]]),
    ];
    for (name, frames) in cases {
        let changed = frames.concat();
        // The attacker may claim any length.
        for plain_len in [len_of(&plain), 3 * 65_536, 2 * 65_536 + 77, 0, 4 * 65_536] {
            assert!(opener().open_all(plain_len, &changed).is_err(), "{name} as {plain_len}");
        }
    }
}

#[test]
fn a_wrong_length_beside_the_right_body_is_noticed() {
    let sealed = seal_all(&key(), AAD, &body(FRAME_BYTES)).unwrap();
    for plain_len in [0, 1, 65_535, 65_537, 131_072, u64::MAX] {
        assert!(opener().open_all(plain_len, &sealed).is_err(), "{plain_len}");
    }
    assert!(opener().open_all(65_536, &sealed).is_ok());
}

#[test]
fn a_frame_opens_at_its_own_place_only() {
    let sealed = seal_all(&key(), AAD, &body(FRAME_BYTES + 3)).unwrap();
    let (first, last) = sealed.split_at(SEALED_FRAME_BYTES);
    assert!(opener().open_frame(0, false, first).unwrap() == body(FRAME_BYTES));
    assert_eq!(opener().open_frame(1, true, last).unwrap().len(), 3);
    for (index, is_last, frame) in [
        (0, true, first),
        (1, false, first),
        (1, false, last),
        (0, true, last),
        (u64::MAX, true, last),
        (0, false, &first[..SEALED_FRAME_BYTES - 1]),
        (0, false, &sealed),
        (0, true, &[]),
        (0, true, &[0; 15]),
    ] {
        assert_eq!(
            opener().open_frame(index, is_last, frame).err(),
            Some(KeyError::NotAuthentic),
            "{index} {is_last} {}",
            frame.len()
        );
    }
}

/// What a reader of a range does: locate it, read that many bytes, open them.
fn check_range(plain: &[u8], sealed: &[u8], start: usize, end: usize) {
    let asked = u64::try_from(start).unwrap()..u64::try_from(end).unwrap();
    let range = frame_range(asked, len_of(plain)).unwrap();
    let at = |offset: u64| usize::try_from(offset).unwrap();
    let read = &sealed[at(range.sealed.start)..at(range.sealed.end)];
    let opened = opener().open_range(&range, read).unwrap();
    assert!(opened == plain[start..end], "{start}..{end} of {}", plain.len());
}

#[test]
fn ranges_at_the_frames_edges_are_right() {
    for len in LENGTHS {
        let plain = body(len);
        let sealed = seal_all(&key(), AAD, &plain).unwrap();
        for start in LENGTHS.into_iter().filter(|start| *start <= len) {
            for end in LENGTHS.into_iter().filter(|end| (start..=len).contains(end)) {
                check_range(&plain, &sealed, start, end);
            }
        }
    }
}

#[test]
fn a_range_does_not_open_from_the_wrong_bytes() {
    let plain = body(2 * FRAME_BYTES + 1);
    let sealed = seal_all(&key(), AAD, &plain).unwrap();
    let range = frame_range(65_536..65_537, len_of(&plain)).unwrap();
    let second = &sealed[SEALED_FRAME_BYTES..2 * SEALED_FRAME_BYTES];
    assert_eq!(opener().open_range(&range, second).unwrap(), plain[65_536..65_537]);
    for wrong in [&sealed, &sealed[..SEALED_FRAME_BYTES], &sealed[SEALED_FRAME_BYTES..], &[]] {
        assert!(opener().open_range(&range, wrong).is_err(), "{}", wrong.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_split_of_a_body_does_not_matter(
        pieces in proptest::collection::vec(0..100_000_usize, 0..6),
    ) {
        let plain = body(pieces.iter().sum());
        let mut sealer = FrameSealer::new(&key(), AAD).unwrap();
        let (mut out, mut rest) = (Vec::new(), plain.as_slice());
        for piece in pieces {
            let (now, later) = rest.split_at(piece);
            sealer.push(now, &mut out).unwrap();
            rest = later;
        }
        sealer.finish(&mut out).unwrap();
        prop_assert!(out == seal_all(&key(), AAD, &plain).unwrap());
    }

    #[test]
    fn any_range_of_any_body_is_right(
        len in 0..200_000_usize,
        cuts in any::<[proptest::sample::Index; 2]>(),
    ) {
        let plain = body(len);
        let sealed = seal_all(&key(), AAD, &plain).unwrap();
        let [one, two] = cuts.map(|cut| cut.index(len + 1));
        check_range(&plain, &sealed, one.min(two), one.max(two));
    }

    #[test]
    fn every_changed_byte_is_noticed(
        len in 0..150_000_usize,
        at in any::<proptest::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let plain = body(len);
        let mut sealed = seal_all(&key(), AAD, &plain).unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert!(opener().open_all(len_of(&plain), &sealed).is_err());
    }
}
