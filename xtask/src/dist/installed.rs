//! What is installed, tried without Debian's tools: the package's script, and the alert rules.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::project::Project;

/// Where the script keeps the root key.
const KEY: &str = "/etc/shoseki/root-key";
/// Where it sees that systemd runs.
const SYSTEMD: &str = "/run/systemd/system";
/// Programs of the base system that it uses.
const PROGRAMS: [&str; 3] = ["mv", "od", "tr"];

/// A folder in which the script runs: with a root key of its own, without systemd, and with no more
/// programs than it needs.
struct Installation(PathBuf);

impl Installation {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("shoseki-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("bin")).unwrap();
        for program in PROGRAMS {
            let whole = ["/usr/bin", "/bin"].map(|place| Path::new(place).join(program));
            let whole = whole.iter().find(|path| path.exists()).unwrap();
            symlink(whole, folder.join("bin").join(program)).unwrap();
        }
        let script = Project::here().unwrap().read("contrib/deb/postinst").unwrap();
        let own = script
            .replace(KEY, folder.join("root-key").to_str().unwrap())
            .replace(SYSTEMD, folder.join("no-systemd").to_str().unwrap());
        assert!(!own.contains("/etc/") && !own.contains("/run/"), "it would touch this machine");
        fs::write(folder.join("postinst"), own).unwrap();
        Self(folder)
    }

    /// Another program in the place of one of the base system.
    fn with(self, program: &str, script: &str) -> Self {
        let place = self.0.join("bin").join(program);
        let _ = fs::remove_file(&place);
        fs::write(&place, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new("/bin/sh");
        command.arg(self.0.join("postinst")).args(words);
        command.env_clear().env("PATH", self.0.join("bin")).output().unwrap()
    }

    fn key(&self) -> Option<String> {
        fs::read_to_string(self.0.join("root-key")).ok()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A new installation gets a root key that only its owner reads; an upgrade keeps it.
#[test]
fn the_package_makes_a_root_key_once() {
    let installed = Installation::new("once");
    let first = installed.run(&["configure", ""]);
    let said = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(first.status.success(), "{said}");
    assert!(said.contains("keep a copy"), "{said}");
    let key = installed.key().unwrap();
    let digits = key.strip_prefix("shoseki-root-key-v1 ").and_then(|rest| rest.strip_suffix('\n'));
    let digits = digits.unwrap();
    assert_eq!(digits.len(), 64, "{key}");
    assert!(digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{key}");
    let mode = fs::metadata(installed.0.join("root-key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!installed.0.join("root-key.new").exists());
    let again = installed.run(&["configure", "0.1.0"]);
    assert!(again.status.success() && again.stderr.is_empty());
    assert_eq!(installed.key(), Some(key));
    let other = Installation::new("other");
    assert!(other.run(&["configure", ""]).status.success());
    assert_ne!(other.key(), installed.key());
}

/// Where no random bytes can be had the installation fails, and there is no key.
#[test]
fn a_root_key_is_random_or_none() {
    for (name, od) in [
        ("fails", "exit 1"),
        ("says-nothing", "exit 0"),
        ("is-short", "echo ' 00 01 02'"),
        (
            "says-words",
            "echo od: /dev/urandom: there is nothing of the kind here, and so much more",
        ),
    ] {
        let installed = Installation::new(name).with("od", od);
        let done = installed.run(&["configure", ""]);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success(), "od {name}: {said}");
        assert!(said.contains("no root key could be made"), "od {name}: {said}");
        assert_eq!(installed.key(), None, "od {name}");
    }
}

/// Dpkg calls the script for other reasons, too.
#[test]
fn only_a_configuration_makes_a_root_key() {
    let installed = Installation::new("abort");
    for reason in ["abort-upgrade", "abort-remove", "abort-deconfigure", "triggered"] {
        assert!(installed.run(&[reason, "0.1.0"]).status.success(), "{reason}");
    }
    assert_eq!(installed.key(), None);
}

/// An upgrade restarts a server that runs; a new installation starts none.
#[test]
fn an_upgrade_goes_on_with_the_new_program() {
    let installed = Installation::new("upgrade");
    let log = installed.0.join("log");
    let installed = ["systemctl", "deb-systemd-invoke", "deb-systemd-helper"].iter().fold(
        installed,
        |installed, program| {
            installed.with(program, &format!("echo {program} \"$@\" >> '{}'", log.display()))
        },
    );
    fs::create_dir(installed.0.join("no-systemd")).unwrap();
    assert!(installed.run(&["configure", ""]).status.success());
    let new = fs::read_to_string(&log).unwrap();
    assert!(new.contains("systemctl --system daemon-reload"), "{new}");
    assert!(!new.contains("restart"), "{new}");
    assert!(installed.run(&["configure", "0.1.0"]).status.success());
    let both = fs::read_to_string(&log).unwrap();
    assert!(both.contains("deb-systemd-invoke try-restart shoseki.service"), "{both}");
}

/// A rule as `contrib/alerts.yaml` writes it: its own lines, in their order.
#[derive(Debug, Default)]
struct Rule {
    alert: String,
    lines: Vec<(String, String)>,
}

impl Rule {
    fn value(&self, name: &str) -> Option<&str> {
        self.lines.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

fn rules() -> Vec<Rule> {
    let text = Project::here().unwrap().read("contrib/alerts.yaml").unwrap();
    let mut rules = Vec::<Rule>::new();
    for line in text.lines() {
        let Some((name, value)) = line.trim().split_once(':') else { continue };
        let value = value.trim().trim_matches('"').to_owned();
        if name == "- alert" {
            rules.push(Rule { alert: value, lines: Vec::new() });
        } else if let Some(rule) = rules.last_mut() {
            rule.lines.push((name.to_owned(), value));
        }
    }
    rules
}

/// The names of metrics in an expression.
fn metrics(expression: &str) -> BTreeSet<&str> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("shoseki_") || word.starts_with("process_")).collect()
}

/// Every metric that a rule asks for is one that the server's page has, under the name that the
/// exposition gives it.
#[test]
fn alerts_ask_for_metrics_that_there_are() {
    let project = Project::here().unwrap();
    let files = ["metrics.rs", "metrics/page.rs"];
    let source: String =
        files.map(|file| project.read(&format!("crates/server/src/{file}")).unwrap()).concat();
    let is_there = |name: &str| source.contains(&format!("\"{name}\""));
    let rules = rules();
    assert!(rules.len() >= 11, "{}", rules.len());
    for rule in &rules {
        let expression = rule.value("expr").unwrap();
        let names = metrics(expression);
        assert!(!names.is_empty() || expression.starts_with("up{"), "{}: {expression}", rule.alert);
        for name in names {
            // A counter and a histogram are registered without what the exposition adds.
            let plain = name.strip_suffix("_total").or_else(|| name.strip_suffix("_bucket"));
            assert!(plain.is_some_and(is_there) || is_there(name), "{}: {name}", rule.alert);
        }
    }
}

/// A rule says how grave it is, what happened where, and what to do; no two have one name, and
/// parentheses and quotation marks are closed.
#[test]
fn alerts_are_whole() {
    let rules = rules();
    let names: BTreeSet<_> = rules.iter().map(|rule| rule.alert.as_str()).collect();
    assert_eq!(names.len(), rules.len());
    for rule in &rules {
        let name = &rule.alert;
        assert!(name.starts_with("Shoseki"), "{name}");
        let labels = rule.value("labels").unwrap();
        assert!(["{severity: critical}", "{severity: warning}"].contains(&labels), "{name}");
        let summary = rule.value("summary").unwrap();
        assert!(summary.contains("{{ $labels."), "{name}: {summary}");
        assert!(rule.value("description").is_some_and(|text| text.len() > 20), "{name}");
        let wait = rule.value("for").unwrap_or("1m");
        let (number, unit) = wait.split_at(wait.len() - 1);
        assert!(number.parse::<u32>().is_ok() && ["s", "m", "h"].contains(&unit), "{name}: {wait}");
        let expression = rule.value("expr").unwrap();
        for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
            let count = |wanted| expression.matches(wanted).count();
            assert_eq!(count(open), count(close), "{name}: {expression}");
        }
        assert!(expression.matches('"').count().is_multiple_of(2), "{name}: {expression}");
    }
}
