//! The command as people run it.

use std::process::{Command, Output};

#[expect(clippy::unwrap_used, reason = "a test's own")]
fn shoseki(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shoseki")).args(words).env("LANG", "C").output().unwrap()
}

/// The four steps end with a verdict on a line of its own, in either form, and the data that was
/// kept serves a second walk.
#[test]
fn quickstart_ends_with_a_valid_trail() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let words = ["quickstart", "--exit", "--listen", "127.0.0.1:0", "--data-dir", folder];
    let first = shoseki(&words);
    let text = String::from_utf8(first.stdout).unwrap();
    assert_eq!(first.status.code(), Some(0), "{text}");
    assert!(text.lines().any(|line| line.starts_with("VALID: 1/1 digest files")), "{text}");
    let refusal = "cloudtrail CreateTrail -> 400 InsufficientEncryptionPolicyException";
    assert!(text.contains(refusal), "{text}");
    assert!(first.stderr.is_empty(), "{}", String::from_utf8_lossy(&first.stderr));

    let second = shoseki(&[&words[..], &["--json"]].concat());
    let text = String::from_utf8(second.stdout).unwrap();
    assert_eq!(second.status.code(), Some(0), "{text}");
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["verdict"], "VALID", "{last}");
}

/// Scripts can tell why a command failed.
#[test]
fn failures_have_their_exit_codes() {
    let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/audit";
    let verify = ["verify", "--trail-arn", arn, "--start-time", "2026-01-02"];
    let nobody = ["--endpoint-url", "http://127.0.0.1:1", "--access-key-id", "A"];
    let reached = [&verify[..], &nobody[..], &["--secret-access-key", "S"]].concat();
    for (words, want) in [
        (&["serve", "--region", "x y"][..], 2),
        (&["nonsense"], 2),
        (&["env", "--data-dir", "no such folder"], 2),
        (&["account", "create", "a", "--data-dir", "no such folder"], 4),
        (&reached, 4),
    ] {
        assert_eq!(shoseki(words).status.code(), Some(want), "{words:?}");
    }
}
