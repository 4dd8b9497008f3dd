use proptest::prelude::*;

use super::*;
use crate::domain::tests::ALL;

fn root() -> RootKey {
    RootKey::from_bytes(&[7; 32]).unwrap()
}

fn keyring() -> Keyring {
    Keyring::create(&root(), &Entropy::seeded(1)).unwrap().0
}

fn seal(keyring: &Keyring, aad: &[&[u8]], plain: &[u8]) -> Vec<u8> {
    keyring.seal(Domain::KmsMaterial, aad, plain, &Entropy::seeded(2)).unwrap()
}

fn open(keyring: &Keyring, aad: &[&[u8]], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
    keyring.open(Domain::KmsMaterial, aad, sealed).map(|plain| plain.as_bytes().to_vec())
}

#[test]
fn a_keyring_is_shared_between_threads_and_never_printed() {
    fn check<T: Send + Sync>(value: &T, print: impl Fn(&T) -> String) -> String {
        print(value)
    }
    let printed = check(&keyring(), |keyring| format!("{keyring:?}"));
    assert_eq!(printed, "Keyring { current_epoch: 1, .. }");
}

#[test]
fn sealed_values_open_after_a_restart() {
    let (keyring, wrapped) = Keyring::create(&root(), &Entropy::seeded(1)).unwrap();
    let sealed = seal(&keyring, &[b"id"], b"backing key");
    let reopened = Keyring::unlock(&root(), &wrapped).unwrap();
    assert_eq!(open(&reopened, &[b"id"], &sealed), Ok(b"backing key".to_vec()));
    let parts: &[&[u8]] = &[b"row"];
    let codes = [&keyring, &reopened].map(|keyring| keyring.mac(Domain::Integrity, parts));
    assert_eq!(codes[0], codes[1]);
}

/// The form is for ever: every row of every store has it. Computed also with Python's
/// `cryptography`.
#[test]
fn the_forms_never_change() {
    let sealed = seal(&keyring(), &[b"id"], b"backing key");
    assert_eq!(
        types::hex(&sealed),
        "0100000001ce56971cde355897421efc0b9d21dee88d238d7a3c5525514dc488b0c7fc4d9fba47a5186d9da2"
    );
    let code = keyring().mac(Domain::Integrity, &[b"row", b"1"]);
    assert_eq!(
        types::hex(&code),
        "4635f22fc05301d63c599b49661bdc638b5bcdc57899028db868dc2aea5fd311"
    );
}

#[test]
fn another_root_key_does_not_unlock() {
    let (mut keyring, wrapped) = Keyring::create(&root(), &Entropy::seeded(1)).unwrap();
    let other = RootKey::from_bytes(&[8; 32]).unwrap();
    assert_eq!(Keyring::unlock(&other, &wrapped).err(), Some(KeyError::WrongRootKey));
    let refused = keyring.new_epoch(&other, &Entropy::seeded(3));
    assert_eq!(refused.err(), Some(KeyError::WrongRootKey));
    assert_eq!(keyring.current_epoch(), 1);
}

#[test]
fn one_domain_does_not_open_for_another() {
    let keyring = keyring();
    for sealing in ALL {
        let sealed = keyring.seal(sealing, &[], b"x", &Entropy::seeded(2)).unwrap();
        for opening in ALL {
            let opened = keyring.open(opening, &[], &sealed).map(|plain| plain.len());
            let want = if sealing == opening { Ok(1) } else { Err(KeyError::NotAuthentic) };
            assert_eq!(opened, want, "{sealing:?} {opening:?}");
        }
    }
}

#[test]
fn one_domains_code_is_not_anothers() {
    let keyring = keyring();
    let mut codes: Vec<_> = ALL.iter().map(|domain| keyring.mac(*domain, &[b"row"])).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), ALL.len());
}

/// Swapped rows, and parts moved across their boundary, in associated data and in codes.
#[test]
fn other_parts_neither_open_nor_have_the_same_code() {
    let keyring = keyring();
    let lists: [&[&[u8]]; 8] = [
        &[],
        &[b""],
        &[b"", b""],
        &[b"ab", b"c"],
        &[b"a", b"bc"],
        &[b"abc"],
        &[b"c", b"ab"],
        &[b"\0\0\0\x02ab\0\0\0\x01c"],
    ];
    for sealing in lists {
        let sealed = seal(&keyring, sealing, b"x");
        let code = keyring.mac(Domain::Integrity, sealing);
        for opening in lists {
            let same = sealing == opening;
            assert_eq!(open(&keyring, opening, &sealed).is_ok(), same, "{sealing:?} {opening:?}");
            assert_eq!(keyring.mac(Domain::Integrity, opening) == code, same);
        }
    }
}

#[test]
fn a_new_epoch_seals_with_its_own_key_and_opens_older_ones() {
    let mut keyring = keyring();
    let old = seal(&keyring, &[], b"old");
    let code = keyring.mac(Domain::Integrity, &[b"row"]);
    let wrapped = keyring.new_epoch(&root(), &Entropy::seeded(3)).unwrap();
    let new = seal(&keyring, &[], b"new");
    assert_eq!((Keyring::epoch_of(&old), Keyring::epoch_of(&new)), (Some(1), Some(2)));
    for keyring in [&keyring, &Keyring::unlock(&root(), &wrapped).unwrap()] {
        assert_eq!(keyring.current_epoch(), 2);
        assert_eq!(open(keyring, &[], &old), Ok(b"old".to_vec()));
        assert_eq!(open(keyring, &[], &new), Ok(b"new".to_vec()));
        assert_eq!(keyring.mac(Domain::Integrity, &[b"row"]), code);
    }
}

#[test]
fn a_destroyed_epoch_opens_nothing_for_ever() {
    let mut keyring = keyring();
    let old = seal(&keyring, &[], b"old");
    keyring.new_epoch(&root(), &Entropy::seeded(3)).unwrap();
    let new = seal(&keyring, &[], b"new");
    let wrapped = keyring.destroy_epochs_before(2);
    for keyring in [&keyring, &Keyring::unlock(&root(), &wrapped).unwrap()] {
        assert_eq!(open(keyring, &[], &old), Err(KeyError::UnknownEpoch(1)));
        assert_eq!(open(keyring, &[], &new), Ok(b"new".to_vec()));
    }
}

#[test]
fn the_current_epoch_cannot_be_destroyed() {
    let mut keyring = keyring();
    let sealed = seal(&keyring, &[], b"x");
    let wrapped = keyring.destroy_epochs_before(u32::MAX);
    assert!(open(&keyring, &[], &sealed).is_ok());
    assert!(open(&Keyring::unlock(&root(), &wrapped).unwrap(), &[], &sealed).is_ok());
}

#[test]
fn missing_epochs_and_other_versions_do_not_open() {
    let keyring = keyring();
    let sealed = seal(&keyring, &[], b"x");
    let mut other = sealed.clone();
    other[1..5].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(open(&keyring, &[], &other), Err(KeyError::UnknownEpoch(u32::MAX)));
    for version in [0, 2, 0xa1, 0xff] {
        let mut other = sealed.clone();
        other[0] = version;
        assert_eq!(open(&keyring, &[], &other), Err(KeyError::Malformed));
        assert_eq!(Keyring::epoch_of(&other), None);
    }
    for len in 0..HEADER_BYTES + 16 {
        assert_eq!(open(&keyring, &[], &sealed[..len]), Err(KeyError::Malformed), "{len}");
    }
}

proptest! {
    #[test]
    fn anything_survives_sealing(
        plain in proptest::collection::vec(any::<u8>(), 0..2000),
        aad in proptest::collection::vec(any::<Vec<u8>>(), 0..4),
        seed in any::<u64>(),
    ) {
        let (keyring, aad) = (keyring(), aad.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let sealed = keyring.seal(Domain::S3Object, &aad, &plain, &Entropy::seeded(seed)).unwrap();
        prop_assert_eq!(sealed.len(), plain.len() + 33);
        let opened = keyring.open(Domain::S3Object, &aad, &sealed).unwrap();
        prop_assert_eq!(opened.as_bytes(), plain);
    }

    #[test]
    fn a_changed_cut_or_longer_thing_does_not_open(
        at in 0..44_usize,
        flip in 1..=255_u8,
        more in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let keyring = keyring();
        let sealed = seal(&keyring, &[b"id"], b"backing key");
        let mut changed = sealed.clone();
        changed[at] ^= flip;
        let longer = [sealed.clone(), more].concat();
        for wrong in [&changed, &sealed[..at], &longer] {
            prop_assert!(open(&keyring, &[b"id"], wrong).is_err());
        }
    }

    #[test]
    fn no_bytes_make_opening_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let keyring = keyring();
        let ours = [&[1, 0, 0, 0, 1], bytes.as_slice()].concat();
        prop_assert!(open(&keyring, &[], &bytes).is_err());
        prop_assert!(open(&keyring, &[], &ours).is_err());
    }
}
