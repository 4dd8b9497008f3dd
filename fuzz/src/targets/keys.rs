//! Everything that rests encrypted: ciphertexts, frames, keyrings, root keys.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use keys::blob::{self, BlobHeader};
use keys::frames::{FrameOpener, frame_range, seal_all};
use keys::sealer::{open_with_passphrase, parse_root_key, print_root_key};
use keys::{Domain, Keyring, RootKey, SecretBytes, WrappedKeyring};
use types::Entropy;

use crate::{Target, Way};

const PLAIN: &[u8] = b"plain";
/// The largest memory, in KiB, that an input may require for a passphrase here.
const MEMORY_KIB_MAX: u32 = 256;

pub(super) const TARGET: Target = Target {
    words: &["shoseki-root-key-v1 ", "SHSKRK\0\x01", "\"epoch\":", "\"epochs\":[", "\"version\":"],
    cost: 4,
    run,
    ..Target::new("keys", seeds)
};

struct World {
    secret: SecretBytes,
    context: BTreeMap<String, String>,
    root: RootKey,
    keyring: Keyring,
    wrapped: WrappedKeyring,
    blob: Vec<u8>,
    sealed: Vec<u8>,
    framed: Vec<u8>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let entropy = Entropy::seeded(1);
    let secret = SecretBytes::new(vec![7; 32]);
    let context = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
    let root = RootKey::from_bytes(&[9; 32]).expect("a root key");
    let (keyring, wrapped) = Keyring::create(&root, &entropy).expect("a keyring");
    let header = BlobHeader { key_id: [1; 16], multi_region: false, material_id: [2; 32] };
    let blob = blob::encrypt(&secret, header, &context, PLAIN, &entropy).expect("a blob");
    let sealed = keyring.seal(Domain::AccessKey, &[b"x"], PLAIN, &entropy).expect("sealed");
    let framed = seal_all(&secret, b"o", PLAIN).expect("frames");
    World { secret, context, root, keyring, wrapped, blob, sealed, framed }
});

fn seeds() -> Vec<Vec<u8>> {
    let world = &*WORLD;
    let mut passphrase = b"SHSKRK\0\x01".to_vec();
    for number in [64_u32, 1, 1] {
        passphrase.extend(number.to_be_bytes());
    }
    passphrase.extend([5; 16 + 12 + 32 + 16]);
    vec![
        world.blob.clone(),
        world.sealed.clone(),
        world.framed.clone(),
        serde_json::to_vec(&world.wrapped).expect("JSON"),
        print_root_key(&world.root).as_bytes().to_vec(),
        passphrase,
    ]
}

fn run(input: &[u8]) -> Way {
    let world = &*WORLD;
    let header = BlobHeader::parse(input);
    let opened = blob::decrypt(&world.secret, input, &world.context);
    assert_eq!(opened.is_ok(), input == world.blob, "a forged ciphertext opened");
    let unsealed = world.keyring.open(Domain::AccessKey, &[b"x"], input);
    assert_eq!(unsealed.is_ok(), input == world.sealed, "a forged secret opened");
    let way = Way(0).then(header.is_some()).then(Keyring::epoch_of(input).is_some());
    let way = way.kind(&opened.err()).kind(&unsealed.err());
    let text = String::from_utf8_lossy(input);
    if let Some(root) = parse_root_key(&text) {
        assert_eq!(print_root_key(&root).trim(), text.trim_ascii().to_lowercase(), "printed");
    }
    let way = match serde_json::from_slice::<WrappedKeyring>(input) {
        Ok(wrapped) => match Keyring::unlock(&world.root, &wrapped) {
            Ok(_) => {
                assert_eq!(wrapped, world.wrapped, "a forged keyring unlocked");
                way.then("unlocked")
            }
            Err(error) => way.kind(&error),
        },
        Err(_) => way,
    };
    let way = passphrase(way, input);
    frames(way, input)
}

fn passphrase(way: Way, input: &[u8]) -> Way {
    let memory = input.get(8..12).and_then(|bytes| bytes.first_chunk());
    let passes = input.get(12..16).and_then(|bytes| bytes.first_chunk());
    let (Some(memory), Some(passes)) = (memory, passes) else { return way };
    let costly = (MEMORY_KIB_MAX..=1 << 20).contains(&u32::from_be_bytes(*memory));
    // Inputs that are rejected for their cost are tried; those that would only take long are not.
    if costly || (5..=16).contains(&u32::from_be_bytes(*passes)) {
        return way;
    }
    let opened = open_with_passphrase(input, "p");
    way.kind(&opened.map(|_| panic!("a forged root key opened")).err())
}

/// Bodies in frames, and ranges out of the numbers at the input's start.
fn frames(way: Way, input: &[u8]) -> Way {
    let world = &*WORLD;
    let opener = FrameOpener::new(&world.secret, b"o").expect("an opener");
    let length = u64::try_from(PLAIN.len()).unwrap_or(0);
    let body = opener.open_all(length, input);
    assert_eq!(body.is_ok(), input == world.framed, "a forged body opened");
    let number = |at: usize| {
        let bytes = input.get(at..at + 8).and_then(|bytes| bytes.first_chunk());
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    };
    let (start, end, len) = (number(0), number(8), number(16));
    let Some(range) = frame_range(start..end, len) else { return way };
    assert!(range.frames.start < range.frames.end, "never empty: {range:?}");
    assert!(range.frames.end - 1 <= range.last_frame, "within the body: {range:?}");
    way.kind(&opener.open_range(&range, input).err()).then("range")
}
