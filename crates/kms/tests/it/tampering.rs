//! Detection of changes to the store and to ciphertexts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use store::Table;

use crate::world::{ACCOUNT, ADMIN, REGION, World};

/// Rows as the store sees them.
const KEYS: Table<Value> = Table::new("kms.key");
const MATERIALS: Table<Value> = Table::new("kms.material");

/// No byte of a ciphertext can be changed, added or removed.
#[test]
fn every_byte_of_a_ciphertext_counts() {
    let world = World::new();
    let (id, _) = world.key();
    let made = world.ok(ADMIN, "Encrypt", &json!({ "KeyId": id, "Plaintext": "aGVsbG8=" }));
    let blob = STANDARD.decode(made["CiphertextBlob"].as_str().unwrap()).unwrap();
    let decrypt = |blob: &[u8]| {
        let input = json!({ "KeyId": id, "CiphertextBlob": STANDARD.encode(blob) });
        world.call(ADMIN, "Decrypt", &input)
    };
    assert_eq!(decrypt(&blob).status, 200);
    for index in 0..blob.len() {
        let mut bent = blob.clone();
        bent[index] ^= 1;
        let expected = match index {
            // The key's id, and whether it is a multi-Region one: bit 7 of byte 1 is not bent.
            2..18 => json!("IncorrectKeyException"),
            _ => json!("InvalidCiphertextException"),
        };
        assert_eq!(decrypt(&bent).body["__type"], expected, "byte {index}");
    }
    let longer = [&blob[..], &[0]].concat();
    for wrong in [&longer[..], &blob[..blob.len() - 1], &blob[..20], &blob[..1]] {
        assert_eq!(decrypt(wrong).body["__type"], "InvalidCiphertextException");
    }
}

/// A key that was enabled by editing its row is not used.
#[test]
fn edited_rows_are_noticed() {
    let world = World::new();
    let (id, _) = world.key();
    world.ok(ADMIN, "DisableKey", &json!({ "KeyId": id }));
    let place = store::key([ACCOUNT, REGION, id.as_str()]);
    let edited = world.kit.store.submit(move |tx| {
        let mut row = KEYS.get(tx, &place).unwrap().unwrap();
        let text = row["row"].as_str().unwrap().replace("\"Disabled\"", "\"Enabled\"");
        row["row"] = json!(text);
        (KEYS.put(tx, &place, &row), Vec::new())
    });
    edited.wait().unwrap().unwrap();
    let reply = world.call(ADMIN, "Encrypt", &json!({ "KeyId": id, "Plaintext": "AA==" }));
    assert_eq!(reply.status, 500);
}

/// One key's wrapped material is of no use in another's place.
#[test]
fn swapped_material_is_noticed() {
    let world = World::new();
    let ((first, _), (second, _)) = (world.key(), world.key());
    let material = |id: &str| {
        let described = world.ok(ADMIN, "DescribeKey", &json!({ "KeyId": id }));
        let material = described["KeyMetadata"]["CurrentKeyMaterialId"].as_str().unwrap();
        store::key([ACCOUNT, REGION, id, material])
    };
    let (from, to) = (material(&first), material(&second));
    let swapped = world.kit.store.submit(move |tx| {
        let row = MATERIALS.get(tx, &from).unwrap().unwrap();
        (MATERIALS.put(tx, &to, &row), Vec::new())
    });
    swapped.wait().unwrap().unwrap();
    let encrypt = |id: &str| {
        world.call(ADMIN, "Encrypt", &json!({ "KeyId": id, "Plaintext": "AA==" })).status
    };
    assert_eq!((encrypt(&first), encrypt(&second)), (200, 500));
}
