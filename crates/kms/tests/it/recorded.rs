//! Recorded errors of AWS, for the operations and keys that are supported here.
//!
//! Observed: the codes and messages of `recorded.json`, whose origin NOTICE names.
//! The inputs are ours.

use serde_json::{Value, json};

use crate::world::{ADMIN, REGION, World, kms_arn};

const RECORDED: &str = include_str!("recorded.json");

/// The recorded refusals with what this world has in place of `<key>` and the like.
fn recorded(world: &World) -> Vec<Value> {
    let [key, other, disabled, rotated] = [(); 4].map(|()| world.key().0);
    world.ok(ADMIN, "DisableKey", &json!({ "KeyId": disabled }));
    for _ in 0..25 {
        world.ok(ADMIN, "RotateKeyOnDemand", &json!({ "KeyId": rotated }));
    }
    let context = json!({ "context": "a" });
    let plain = json!({ "KeyId": key, "Plaintext": "AA==", "EncryptionContext": context });
    let ciphertext = world.ok(ADMIN, "Encrypt", &plain)["CiphertextBlob"].clone();
    let ask = json!({ "KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context });
    let data_key = world.ok(ADMIN, "GenerateDataKey", &ask)["CiphertextBlob"].clone();
    let text = [
        ("<keys>", kms_arn("key/").as_str()),
        ("<key>", key.as_str()),
        ("<other>", other.as_str()),
        ("<disabled>", disabled.as_str()),
        ("<rotated>", rotated.as_str()),
        ("<ciphertext>", ciphertext.as_str().unwrap()),
        ("<data key>", data_key.as_str().unwrap()),
    ]
    .iter()
    .fold(RECORDED.to_owned(), |text, (from, to)| text.replace(from, to));
    serde_json::from_str(&text).unwrap()
}

/// Code, status and message are AWS's; a message that AWS does not send is absent.
#[test]
fn refusals_are_those_that_were_recorded() {
    let world = World::new();
    let rows = recorded(&world);
    assert!(rows.len() >= 22);
    for row in rows {
        let (call, scenario) = (row["call"].as_str().unwrap(), &row["case"]);
        let region = row["region"].as_str().unwrap_or(REGION);
        let reply = world.kit.json_in(region, &format!("TrentService.{call}"), &row["input"]);
        let (status, body) = (reply.status, reply.json());
        let got = (status, &body["__type"], body["message"].clone());
        assert_eq!(got, (400, &row["code"], row["message"].clone()), "{scenario}");
        assert_eq!(body.get("message").is_some(), !row["message"].is_null(), "{scenario}");
    }
}
