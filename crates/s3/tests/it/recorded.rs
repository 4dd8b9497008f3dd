//! Recorded responses of AWS, compared with ours: `recorded/*.json` contains the calls and AWS's
//! responses.
//!
//! The expectations of a step are taken from recorded responses of AWS's own S3, neither from its
//! documentation nor from this program's responses.
//!
//! A case begins with a new server and the bucket `bkt` in `ap-northeast-1`. A step has:
//!
//! - `send`: method, path and query; `region`, if not the bucket's; `headers`; `body`; `bytes` for
//!   this many bytes instead of a body; `md5`: whether `Content-MD5` is sent; `unsigned`: whether
//!   the request is unsigned;
//! - `want`: the status; `error`: all elements of the error except the IDs; `answer`: headers of
//!   the response, null for one that must be missing; `holds` and `lacks`: pieces of the body;
//! - `keep`: names for later steps, of an element of the body or, after an `@`, of a header. A
//!   later `{name}` is its value.

use std::collections::BTreeMap;

use serde::Deserialize;
use testkit::{Answered, Kit};
use wire::xml::{Limits, parse};

use crate::{kit, md5_of};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    case: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    send: String,
    region: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    bytes: Option<usize>,
    #[serde(default)]
    md5: bool,
    #[serde(default)]
    unsigned: bool,
    want: u16,
    error: Option<BTreeMap<String, String>>,
    #[serde(default)]
    answer: BTreeMap<String, Option<String>>,
    #[serde(default)]
    holds: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
}

type Kept = BTreeMap<String, String>;

fn filled(text: &str, kept: &Kept) -> String {
    kept.iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

fn send(kit: &Kit, step: &Step, kept: &Kept) -> Answered {
    let line = filled(&step.send, kept);
    let (method, target) = line.split_once(' ').unwrap();
    let body = match step.bytes {
        Some(bytes) => vec![b'a'; bytes],
        None => filled(&step.body, kept).into_bytes(),
    };
    let mut headers: Vec<_> =
        step.headers.iter().map(|(name, value)| (name.clone(), filled(value, kept))).collect();
    if step.md5 {
        headers.push(("content-md5".to_owned(), md5_of(&String::from_utf8_lossy(&body))));
    }
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if step.unsigned {
        let headers = [headers, vec![("host", "localhost")]].concat();
        return kit.send_raw(method, target, &headers, &body);
    }
    let region = step.region.as_deref().unwrap_or("ap-northeast-1");
    kit.send_in(region, &kit.root, "s3", method, target, &headers, &body)
}

/// The elements of an error but the ids, which differ every time.
fn elements(got: &Answered) -> BTreeMap<String, String> {
    let Ok(root) = parse(&got.body, Limits::S3) else { return BTreeMap::new() };
    let named = root.children.into_iter().map(|child| (child.name, child.text));
    named.filter(|(name, _)| name != "RequestId" && name != "HostId").collect()
}

/// The differences of a response.
fn faults(got: &Answered, step: &Step, kept: &Kept) -> Vec<String> {
    let (mut faults, text) = (Vec::new(), got.text());
    if got.status != step.want {
        faults.push(format!("status {} for {}", got.status, step.want));
    }
    if let Some(want) = &step.error {
        let want: BTreeMap<_, _> =
            want.iter().map(|(name, value)| (name.clone(), filled(value, kept))).collect();
        let elements = elements(got);
        if elements != want {
            faults.push(format!("{elements:?}\n      for {want:?}"));
        }
    }
    for (name, want) in &step.answer {
        let value = got.headers.get(name).map(|_| got.header(name));
        let want = want.as_ref().map(|want| filled(want, kept));
        if value != want {
            faults.push(format!("{name}: {value:?} for {want:?}"));
        }
    }
    for want in step.holds.iter().map(|want| filled(want, kept)) {
        if !text.contains(&want) {
            faults.push(format!("lacks {want}"));
        }
    }
    for unwanted in step.lacks.iter().map(|unwanted| filled(unwanted, kept)) {
        if text.contains(&unwanted) {
            faults.push(format!("holds {unwanted}"));
        }
    }
    if !faults.is_empty() {
        faults.push(text);
    }
    faults
}

fn check(name: &str) {
    let file = format!("{}/tests/it/recorded/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let (kit, mut kept) = (kit(), Kept::new());
        for step in &case.steps {
            let got = send(&kit, step, &kept);
            for fault in faults(&got, step, &kept) {
                wrong.push(format!("{}: {}\n    {fault}", case.case, step.send));
            }
            for (name, of) in &step.keep {
                let value = match of.strip_prefix('@') {
                    Some(header) => got.header(header),
                    None => got.element(of),
                };
                kept.insert(name.clone(), value);
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

/// Creates a test for each file of cases.
macro_rules! recorded {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )*};
}

recorded! { buckets cors encryption listings locks multipart objects settings tags versions }
