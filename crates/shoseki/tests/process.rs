//! What a serving process lets others see: files, memory, and the secrets that it was given.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::fs::{self, Permissions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use testkit::Serving;

const KEY: &str = "AKIAPROCESSROOT00001";
const SECRET: &str = "a-secret-that-no-other-user-may-see-01234";
const TOKEN: &str = "a-session-token-of-another-work";

fn shoseki() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shoseki"));
    command.env("LANG", "C");
    command
}

/// Whether the server has accepted the root key from its flags or variables: its state contains the
/// key only sealed, so this checks that the file of a generated key is missing.
fn took_the_key(data: &Path) -> bool {
    data.join("state.redb").exists() && !data.join("root-credentials").exists()
}

/// By variable or by flag: the secret reaches the server and is gone from what others see of it;
/// so are the secrets of AWS's tools. The process keeps its id and its name.
#[test]
fn secrets_are_not_visible_in_the_process() {
    for flags in [&[][..], &["--root-secret-access-key", SECRET]] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut command = shoseki();
        command.env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_SESSION_TOKEN", TOKEN);
        command.env("SHOSEKI_ROOT_ACCESS_KEY_ID", KEY);
        if flags.is_empty() {
            command.env("SHOSEKI_ROOT_SECRET_ACCESS_KEY", SECRET);
        }
        let server = Serving::start(command, flags, &data);
        let (variables, line) = (server.proc("environ"), server.proc("cmdline").replace('\0', " "));
        for text in [&variables, &line] {
            assert!(!text.contains(SECRET) && !text.contains(TOKEN), "{text}");
        }
        assert!(variables.contains(KEY) && line.contains("serve --listen"), "{variables}{line}");
        assert_eq!(server.proc("comm"), "shoseki\n");
        assert!(took_the_key(&data), "the secret has arrived");
    }
}

/// An upgrade may have removed the program's file before it starts itself again.
#[test]
fn a_program_without_its_file_hides_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("shoseki"));
    fs::copy(env!("CARGO_BIN_EXE_shoseki"), &copy).unwrap();
    let flags = rustix::fs::OFlags::RDONLY;
    // Not closed when the program starts, unlike what the standard library opens.
    let program = rustix::fs::open(&copy, flags, rustix::fs::Mode::empty()).unwrap();
    fs::remove_file(&copy).unwrap();
    let mut command = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()));
    command.env("SHOSEKI_ROOT_ACCESS_KEY_ID", KEY).env("SHOSEKI_ROOT_SECRET_ACCESS_KEY", SECRET);
    let server = Serving::start(command, &[], &data);
    assert!(!server.proc("environ").contains(SECRET));
    assert!(took_the_key(&data), "the secret has arrived");
}

/// A data directory that all users can read is made private, and so are the files created in it.
#[test]
fn everything_in_the_data_directory_is_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    let _server = Serving::start(shoseki(), &[], &data);
    // A worker makes it when the server serves already.
    eventually(|| data.join("reserve").exists());
    let mut folders = vec![data];
    let mut seen = Vec::new();
    while let Some(folder) = folders.pop() {
        assert_eq!(others(&folder), 0, "{}", folder.display());
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            assert_eq!(others(&entry.path()), 0, "{}", entry.path().display());
            seen.push(entry.file_name().into_string().unwrap());
        }
    }
    for name in ["state.redb", "reserve", "root-key", "root-credentials"] {
        assert!(seen.iter().any(|file| file == name), "{name}: {seen:?}");
    }
}

/// Waits until it is so, for half a minute.
fn eventually(mut is_so: impl FnMut() -> bool) {
    let (_kept, nothing) = std::sync::mpsc::channel::<()>();
    for _ in 0..600 {
        if is_so() {
            return;
        }
        let _ = nothing.recv_timeout(Duration::from_millis(50));
    }
    panic!("it never came");
}

/// What others may do to a file or folder.
fn others(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o077
}

/// A data directory that others may write to is not served, nor an account made in it.
#[test]
fn a_data_directory_writable_by_others_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    drop(Serving::start(shoseki(), &[], data));
    fs::set_permissions(data, Permissions::from_mode(0o775)).unwrap();
    for words in [["serve", "--listen=127.0.0.1:0"], ["account", "create"]] {
        let mut command = shoseki();
        command.args(words).arg("--data-dir").arg(data);
        if words[0] == "account" {
            command.arg("payments");
        }
        let done = command.output().unwrap();
        let errors = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(3), "{errors}");
        assert!(errors.contains("other users can write to"), "{errors}");
    }
}

/// Files of secrets that other users can read are refused, for each flag that names one.
#[test]
fn loose_secret_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let accounts = "[[accounts]]\nid = '111122223333'\nname = 'a'\n\
        root_access_key_id = 'AKIAPAYMENTSROOT0001'\n\
        root_secret_access_key = 'a-secret-of-forty-characters-or-more-0000'\n";
    let (config, key) = (file("shoseki.toml", accounts), file("key.pem", "x"));
    let certificate = file("cert.pem", "x");
    for flags in [
        &["--config", &config][..],
        &["--tls-cert", &certificate, "--tls-key", &key],
        &["--passphrase-file", &key],
    ] {
        let mut command = shoseki();
        let done = command.arg("serve").args(flags).arg("--data-dir").arg(&data).output().unwrap();
        let errors = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{errors}");
        assert!(errors.contains("chmod 600"), "{errors}");
    }
    assert!(!data.exists());
}

/// There is no file of the process's memory after a crash.
#[test]
fn no_core_is_dumped() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serving::start(shoseki(), &[], &folder.path().join("data"));
    let limits = server.proc("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{core}");
    // The superuser's own processes may always be read by the superuser; those of others become
    // the superuser's once they are closed.
    let variables = fs::metadata(format!("/proc/{}/environ", server.id())).unwrap();
    assert_eq!(variables.uid(), 0);
}
