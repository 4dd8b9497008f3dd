//! The command as people run it.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use testkit::Serving;

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

/// Each kind of failure has its own exit code, so that scripts can distinguish them.
#[test]
fn failures_have_their_exit_codes() {
    let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/audit";
    let verify = ["verify", "--trail-arn", arn, "--start-time", "2026-01-02"];
    let unreachable = ["--endpoint-url", "http://127.0.0.1:1", "--access-key-id", "A"];
    let reached = [&verify[..], &unreachable[..], &["--secret-access-key", "S"]].concat();
    for (words, want) in [
        (&["serve", "--region", "x y"][..], 2),
        (&["serve", "--log", "nonsense==="], 2),
        (&["serve", "--log-json", "--region", "x y"], 2),
        (&["env", "--lang", "xx"], 2),
        (&["nonsense"], 2),
        (&["env", "--data-dir", "no such folder"], 2),
        (&["account", "create", "a", "--data-dir", "no such folder"], 4),
        (&reached, 4),
    ] {
        assert_eq!(shoseki(words).status.code(), Some(want), "{words:?}");
    }
}

/// Who asked for JSON gets nothing else on standard error, be it a failure or a start.
#[test]
fn json_diagnostics_are_only_json() {
    let refused = shoseki(&["serve", "--log-json", "--account", "12"]);
    let folder = tempfile::tempdir().unwrap();
    let program = Command::new(env!("CARGO_BIN_EXE_shoseki"));
    let link = "/_console/#/first-run?token=";
    let server = Serving::start_until(link, program, &[], folder.path());
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("12 digits"), "{refused}");
    for line in server.diagnostics().iter().map(String::as_str).chain(refused.lines()) {
        let event: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(event["level"].is_string(), "{line}");
    }
}

/// Nothing is made where something is wrong with a file that the server needs, or with a switch.
#[test]
fn nothing_is_created_by_a_start_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let missing = folder.path().join("missing.pem");
    let (data_dir, missing) = (data.to_str().unwrap(), missing.to_str().unwrap());
    let serve = ["serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0"];
    let tls = [&serve[..], &["--tls-cert", missing, "--tls-key", missing]].concat();
    let done = shoseki(&tls);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("missing.pem`: No such file"));
    let key = folder.path().join("key");
    std::fs::write(&key, [0xff, 0xfe]).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let done = shoseki(&[&serve[..], &["--root-key-file", key.to_str().unwrap()]].concat());
    assert_eq!(done.status.code(), Some(3), "{}", String::from_utf8_lossy(&done.stderr));
    let mut maybe = Command::new(env!("CARGO_BIN_EXE_shoseki"));
    let done = maybe.args(serve).env("SHOSEKI_REHEARSE", "maybe").output().unwrap();
    assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!data.exists());
}
