//! What a newcomer types first, and what may go wrong with it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use testkit::Serving;

#[expect(clippy::unwrap_used, reason = "a test's own")]
fn shoseki(words: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shoseki"));
    command.args(words).env("LANG", "C").envs(variables.iter().copied()).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server that serves `data`.
fn serve(data: &Path) -> Serving {
    Serving::start(Command::new(env!("CARGO_BIN_EXE_shoseki")), &[], data)
}

/// Without a verb the short help is printed, regardless of the environment.
#[test]
fn the_bare_command_shows_the_short_help() {
    for variables in [&[][..], &[("LANG", "ja_JP.UTF-8")], &[("SHOSEKI_DATA_DIR", "x")]] {
        let bare = shoseki(&[], variables);
        assert_eq!(bare.status.code(), Some(2));
        assert!(err(&bare).contains("Usage: shoseki [OPTIONS] <COMMAND>"), "{}", err(&bare));
        assert!(err(&bare).contains("Commands:"), "{}", err(&bare));
    }
}

/// Usage lines name what has to be given, and not what the environment gives; help helps.
#[test]
fn usage_lines_do_not_depend_on_the_environment() {
    let variables = [("LANG", "de_DE.UTF-8"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")];
    let refused = err(&shoseki(&["verify", "--verbose"], &variables));
    let usage = refused.lines().find(|line| line.starts_with("Usage: ")).unwrap_or_default();
    assert!(usage.starts_with("Usage: shoseki verify [OPTIONS] --start-time"), "{refused}");
    assert!(!usage.contains("--lang") && !usage.contains("--endpoint-url"), "{usage}");
    let helped = shoseki(&["help", "--help"], &[]);
    assert_eq!(helped.status.code(), Some(0), "{}", err(&helped));
    assert_eq!(out(&helped), out(&shoseki(&["help"], &[])));
}

/// Completions of every shell, and a page for every verb.
#[test]
fn completions_and_pages_are_made() {
    for (shell, want) in [
        ("bash", "complete -F _shoseki"),
        ("zsh", "#compdef shoseki"),
        ("fish", "complete -c shoseki"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion"),
    ] {
        let made = out(&shoseki(&["completions", shell], &[]));
        assert!(made.contains(want) && made.contains("rotate-root-access-key"), "{shell}");
    }
    let page = out(&shoseki(&["man", "account", "create"], &[]));
    assert!(page.contains(".TH shoseki-account-create 1"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("man1");
    assert_eq!(shoseki(&["man", "--all", place.to_str().unwrap()], &[]).status.code(), Some(0));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place), 0o755);
    for name in ["shoseki", "shoseki-serve", "shoseki-account-list"] {
        assert_eq!(mode(&place.join(format!("{name}.1"))), 0o644, "{name}: others read it, too");
    }
    assert_eq!(shoseki(&["man", "nonsense"], &[]).status.code(), Some(2));
}

/// A server may be named, in the syntax of the newcomer's shell.
#[test]
fn env_accepts_names_and_shells() {
    let keys = [("SHOSEKI_ROOT_ACCESS_KEY_ID", "A"), ("SHOSEKI_ROOT_SECRET_ACCESS_KEY", "S")];
    for shell in ["bash", "zsh", "sh"] {
        let words = ["env", "--listen", "audit.example.com:4567", "--tls", "--shell", shell];
        let text = out(&shoseki(&words, &keys));
        let want = "export AWS_ENDPOINT_URL='https://audit.example.com:4567'";
        assert!(text.contains(want), "{text}");
    }
    assert_eq!(shoseki(&["env", "--listen", "no port"], &keys).status.code(), Some(2));
}

/// What is wrong with a configuration file fits a line, which names the file's line.
#[test]
fn errors_of_the_file_are_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shoseki.toml");
    fs::write(&file, "\nlissten = '127.0.0.1:1'\n").unwrap();
    let words = ["serve", "--config", file.to_str().unwrap()];
    for words in [&words[..], &[&words[..], &["--log-json"]].concat()] {
        let refused = shoseki(words, &[]);
        assert_eq!(refused.status.code(), Some(2));
        let text = err(&refused);
        assert!(text.contains(", line 2: unknown field `lissten`"), "{text}");
        assert!(!text.contains("\\n") && text.lines().count() == 1, "{text}");
    }
}

/// A port in use leaves no files behind, and the error names the flag to use; `quickstart` reads the
/// address from the variable, too.
#[test]
fn a_port_in_use_leaves_nothing_behind() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data_dir = data.to_str().unwrap();
    for verb in ["serve", "quickstart"] {
        let variables = [("SHOSEKI_LISTEN", address.as_str())];
        let refused = shoseki(&[verb, "--data-dir", data_dir], &variables);
        assert_eq!(refused.status.code(), Some(4), "{}", err(&refused));
        let text = err(&refused);
        assert!(text.contains(&address) && text.contains("--listen IP:PORT"), "{text}");
        assert!(!data.exists(), "{verb}");
    }
}

/// A request without a denial on record is a finding, not a usage error.
#[test]
fn explain_reports_an_unknown_request() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serve(&folder.path().join("data"));
    let url = format!("http://{}", serving.address());
    let data_dir = folder.path().join("data");
    let words = ["explain", "no-such-request", "--endpoint-url", &url, "--data-dir"];
    let asked = shoseki(&[&words[..], &[data_dir.to_str().unwrap()]].concat(), &[]);
    assert_eq!(asked.status.code(), Some(1), "{}", err(&asked));
    let text = err(&asked);
    assert!(text.contains("no denial of the request `no-such-request` is on record"), "{text}");
}

/// Without its root key a data directory is checked as far as possible, and the report states the
/// limits.
#[test]
fn fsck_without_the_root_key_reports_what_it_cannot_verify() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(serve(&data));
    fs::rename(data.join("root-key"), folder.path().join("root-key")).unwrap();
    let data_dir = data.to_str().unwrap();
    let checked = shoseki(&["fsck", "--data-dir", data_dir], &[]);
    let text = out(&checked);
    assert_eq!(checked.status.code(), Some(0), "{text}{}", err(&checked));
    assert!(text.contains("use `--root-key-file`"), "{text}");
    assert!(text.contains("all objects have the right lengths"), "{text}");
    let key = folder.path().join("root-key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let words = ["fsck", "--data-dir", data_dir, "--root-key-file", key.to_str().unwrap()];
    let text = out(&shoseki(&words, &[]));
    assert!(
        text.contains("all object contents are intact") && !text.contains("not verified"),
        "{text}"
    );
}

/// An operator lists and changes accounts, and a store of another account names its account.
#[test]
fn accounts_are_listed_and_changed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(serve(&data));
    let place = ["--data-dir", data.to_str().unwrap()];
    let account = |words: &[&str]| {
        let done = shoseki(&[&["account"][..], words, &place].concat(), &[]);
        (done.status.code(), out(&done), err(&done))
    };
    let (code, listed, errors) = account(&["list"]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(listed.starts_with("123456789012  root  created ") && listed.contains("no password"));
    assert_eq!(account(&["rename", "123456789012", "audit"]).0, Some(0));
    let (_, output, _) = account(&["reset-root-password", "123456789012"]);
    assert!(output.contains("password  "), "{output}");
    let (_, output, _) = account(&["rotate-root-access-key", "123456789012"]);
    assert!(output.contains("deleted AKIA") && output.contains("stored in "), "{output}");
    drop(serve(&data));
    let (_, listed, _) = account(&["list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let one = &listed["accounts"][0];
    assert_eq!((&one["name"], &one["root_has_password"]), (&"audit".into(), &true.into()));
    let (code, _, errors) = account(&["rename", "999999999999", "x"]);
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("`shoseki account list` lists all accounts"), "{errors}");
    let words = ["serve", "--listen", "127.0.0.1:0", "--account", "111122223333"];
    let other = shoseki(&[&words[..], &place].concat(), &[]);
    assert_eq!(other.status.code(), Some(2));
    assert!(err(&other).contains("start with `--account 123456789012`"), "{}", err(&other));
}

/// A service manager is notified that the server is ready, that it is alive, and that it stops.
#[test]
fn the_service_manager_is_notified() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let notifications = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_shoseki"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path().join("data"));
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "20000");
    let mut server = command.stderr(Stdio::null()).spawn().unwrap();
    notifications.set_read_timeout(Some(std::time::Duration::from_mins(1))).unwrap();
    let receive = || {
        let mut text = [0; 256];
        let length = notifications.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).into_owned()
    };
    assert!(receive().starts_with("READY=1\nSTATUS=serving at 127.0.0.1:"));
    for _ in 0..3 {
        assert_eq!(receive(), "WATCHDOG=1");
    }
    let pid = rustix::process::Pid::from_child(&server);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let last = std::iter::repeat_with(receive).find(|text| text != "WATCHDOG=1").unwrap();
    assert!(last.starts_with("STOPPING=1"), "{last}");
    assert!(server.wait().unwrap().success());
}

/// A container asks a server whether it is well; what does not answer is not well.
#[test]
fn health_is_queried() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serve(&folder.path().join("data"));
    let url = format!("http://{}", serving.address());
    let asked = shoseki(&["health", "--endpoint-url", &url], &[]);
    assert_eq!((asked.status.code(), out(&asked).as_str()), (Some(0), "ok\n"), "{}", err(&asked));
    let unreachable = ["health", "--endpoint-url", "http://127.0.0.1:1"];
    assert_eq!(shoseki(&unreachable, &[]).status.code(), Some(4));
}
