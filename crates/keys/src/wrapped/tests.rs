use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn root(byte: u8) -> RootKey {
    RootKey::from_bytes(&[byte; 32]).unwrap()
}

fn keys() -> Unwrapped {
    let key = |byte| SecretBytes::new(vec![byte; 32]);
    Unwrapped { mac_key: key(1), epochs: vec![(1, key(2)), (2, key(3))] }
}

fn wrapped() -> WrappedKeyring {
    WrappedKeyring::wrap(&root(7), &keys(), &Entropy::seeded(1)).unwrap()
}

fn unwrap(value: Value) -> Result<Unwrapped, KeyError> {
    serde_json::from_value::<WrappedKeyring>(value).unwrap().unwrap(&root(7))
}

fn check_keys(unwrapped: &Unwrapped) {
    assert_eq!(unwrapped.mac_key.as_bytes(), [1; 32]);
    let [(1, one), (2, two)] = unwrapped.epochs.as_slice() else { panic!("two epochs") };
    assert_eq!((one.as_bytes(), two.as_bytes()), ([2; 32].as_slice(), [3; 32].as_slice()));
}

/// The format is permanent: it is in every data directory. Written by version 1.
#[test]
fn the_stored_form_never_changes() {
    let stored = concat!(
        r#"{"version":1,"root_key_id":"c8edb48c10b75de0c625eb30efc3384c","mac_key":"#,
        r#""wVwCiewtCpFn7I5lRQujBvx/V6+Y6enHoFkSBqET1n+RYmZHoc35qeKXeEVwrDmdDv5itBZ0aMl1+B+f","#,
        r#""epochs":[{"epoch":1,"key":"#,
        r#""XlUy++6ik/gLyULukaLDKWMbeTy1MzdaBXJhQO3DxEy6eHEg6Rn7kguighlviB1FlIk+OngirbVm6r4n"},"#,
        r#"{"epoch":2,"key":"#,
        r#""ubUB0dhUu3GAAhWQYP1Euo1NRy6qWo9XG04+xLMuGRjW1/tNPCL9eOI5Cu39PEWMXWcrj6FO5u2yhxJq"}]}"#,
    );
    assert_eq!(serde_json::to_string(&wrapped()).unwrap(), stored);
    let read: WrappedKeyring = serde_json::from_str(stored).unwrap();
    check_keys(&read.unwrap(&root(7)).unwrap());
}

#[test]
fn another_root_key_is_distinguished_from_a_changed_wrap() {
    assert_eq!(wrapped().unwrap(&root(8)).err(), Some(KeyError::WrongRootKey));
    let mut value = json!(wrapped());
    value["root_key_id"] = json!(root(8).id().unwrap());
    assert_eq!(unwrap(value.clone()).err(), Some(KeyError::WrongRootKey));
    // Not even the other root key opens it then.
    let claimed: WrappedKeyring = serde_json::from_value(value).unwrap();
    assert_eq!(claimed.unwrap(&root(8)).err(), Some(KeyError::NotAuthentic));
}

#[test]
fn wraps_cannot_change_places() {
    let original = json!(wrapped());
    let (mac, one, two) = ("/mac_key", "/epochs/0/key", "/epochs/1/key");
    for (from, to) in [(one, two), (two, one), (one, mac), (mac, one)] {
        let mut value = original.clone();
        *value.pointer_mut(to).unwrap() = original.pointer(from).unwrap().clone();
        assert_eq!(unwrap(value).err(), Some(KeyError::NotAuthentic), "{from} to {to}");
    }
    let mut value = original;
    value["epochs"][1]["epoch"] = json!(3);
    assert_eq!(unwrap(value).err(), Some(KeyError::NotAuthentic));
}

#[test]
fn an_unknown_version_or_order_of_epochs_is_malformed() {
    let original = json!(wrapped());
    let epochs = &original["epochs"];
    for (member, wrong) in [
        ("version", json!(0)),
        ("version", json!(2)),
        ("epochs", json!([])),
        ("epochs", json!([epochs[1], epochs[0]])),
        ("epochs", json!([epochs[0], epochs[0]])),
        ("epochs", Value::Array(vec![epochs[0].clone(); EPOCHS_MAX + 1])),
        ("mac_key", json!("")),
        ("mac_key", json!("AAAA")),
    ] {
        let mut value = original.clone();
        value[member] = wrong.clone();
        assert_eq!(unwrap(value).err(), Some(KeyError::Malformed), "{member}");
    }
}

#[test]
fn other_json_is_no_keyring() {
    let original = json!(wrapped());
    for (member, wrong) in [
        ("version", json!(-1)),
        ("version", json!("1")),
        ("root_key_id", json!(null)),
        ("mac_key", json!("not base64!")),
        ("mac_key", json!([1, 2])),
        ("epochs", json!({})),
        ("epochs", json!([{"epoch": 4_294_967_296_u64, "key": ""}])),
        ("surprise", json!(1)),
    ] {
        let mut value = original.clone();
        value[member] = wrong;
        assert!(serde_json::from_value::<WrappedKeyring>(value).is_err(), "{member}");
    }
}

#[test]
fn a_rewrapped_keyring_opens_with_the_new_root_key_only() {
    let entropy = Entropy::seeded(2);
    let rewrapped = wrapped().rewrap(&root(7), &root(8), &entropy).unwrap();
    check_keys(&rewrapped.unwrap(&root(8)).unwrap());
    assert_eq!(rewrapped.unwrap(&root(7)).err(), Some(KeyError::WrongRootKey));
    let refused = wrapped().rewrap(&root(9), &root(8), &entropy);
    assert_eq!(refused.err(), Some(KeyError::WrongRootKey));
}

#[test]
fn the_list_of_epochs_has_an_end() {
    let mut wrapped = wrapped();
    wrapped.epochs = vec![wrapped.epochs[0].clone(); EPOCHS_MAX];
    let key = SecretBytes::new(vec![4; 32]);
    let added = wrapped.add_epoch(&root(7), 3, &key, &Entropy::seeded(3));
    assert_eq!(added, Err(KeyError::TooLong));
}

proptest! {
    #[test]
    fn every_changed_byte_of_a_wrap_is_noticed(at in 0..180_usize, flip in 1..=255_u8) {
        let mut wrapped = wrapped();
        let [one, two] = wrapped.epochs.as_mut_slice() else { panic!("two epochs") };
        let wraps = [&mut wrapped.mac_key, &mut one.key, &mut two.key];
        wraps[at / 60].0[at % 60] ^= flip;
        prop_assert_eq!(wrapped.unwrap(&root(7)).err(), Some(KeyError::NotAuthentic));
    }
}
