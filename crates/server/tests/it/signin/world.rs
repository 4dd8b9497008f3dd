//! A server, and a browser that writes bytes.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Value, json};
use server::Config;
use tempfile::TempDir;
use testkit::Authenticator;
use tokio::runtime::Runtime;
use types::{Clock, Entropy};
use wire::sign::{Credentials, payload_hash, sign_header};

use crate::live::{Live, START, config};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const PASSWORD: &str = "Correct-horse-1";
pub(crate) const AGENT: &str = "Mozilla/5.0 (test)";

/// A server that is stopped in good order when it is dropped.
pub(crate) struct World(Live);

/// What a page of the console has of a session: the cookie, and the secret beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) cookie: String,
    pub(crate) secret: String,
}

impl Shown {
    /// The same after a response that changed the cookie.
    pub(crate) fn after(&self, answer: &Answer) -> Self {
        Self { cookie: answer.cookie(), secret: self.secret.clone() }
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Without the date.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// `name=value` of the cookie that is set.
    pub(crate) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// What the page has after it signed in.
    pub(crate) fn shown(&self) -> Shown {
        let secret = self.json()["sessionSecret"].as_str().unwrap().to_owned();
        Shown { cookie: self.cookie(), secret }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Credentials {
            access_key_id: text("accessKeyId"),
            secret: text("secretAccessKey"),
            session_token: Some(text("sessionToken")),
        }
    }

    /// Status and code.
    pub(crate) fn code(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

pub(crate) fn coded(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

impl World {
    pub(crate) fn new() -> Self {
        Self::open(Arc::new(TempDir::new().unwrap()), Clock::manual(START))
    }

    /// The same after the server has stopped and started.
    pub(crate) fn restarted(self) -> Self {
        let (folder, clock) = (Arc::clone(&self.folder), self.clock.clone());
        drop(self);
        Self::open(folder, clock)
    }

    fn open(folder: Arc<TempDir>, clock: Clock) -> Self {
        // The server generates the root user's access key.
        let config = Config { root_credentials: None, ..config(folder.path()) };
        // Seeded, a restart would repeat the secrets of the first start.
        let (runtime, entropy) = (Runtime::new().unwrap(), Entropy::system());
        Self(Live::serve(runtime, &config, folder, clock, entropy))
    }

    /// With the user `alice`, who has a password.
    pub(crate) fn with_alice() -> Self {
        let world = Self::new();
        world.ok("CreateUser", &[("UserName", "alice")]);
        world.ok("CreateLoginProfile", &[("UserName", "alice"), ("Password", PASSWORD)]);
        world
    }

    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = format!("{method} {target} HTTP/1.1\r\n");
        let host = self.address.to_string();
        let own = [("host", host.as_str()), ("connection", "close"), ("user-agent", AGENT)];
        let given = |name: &str| headers.iter().any(|(known, _)| *known == name);
        let own = own.into_iter().filter(|(name, _)| !given(name));
        for (name, value) in own.chain(headers.iter().copied()) {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        write!(request, "content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let pair = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        };
        let headers = lines.map(pair).filter(|(name, _)| name != "date").collect();
        Answer { status, headers, body: body.to_owned() }
    }

    pub(crate) fn post(&self, target: &str, body: &Value) -> Answer {
        let origin = format!("http://{}", self.address);
        let headers = [("content-type", "application/json"), ("origin", origin.as_str())];
        self.send("POST", target, &headers, &body.to_string())
    }

    pub(crate) fn sign_in(&self, body: &Value) -> Answer {
        self.post("/_console/session", body)
    }

    pub(crate) fn alice(&self) -> Answer {
        let answer =
            self.sign_in(&json!({"account": ACCOUNT, "user": "alice", "password": PASSWORD}));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    }

    /// As the console's page does it.
    pub(crate) fn show(&self, method: &str, shown: &Shown) -> Answer {
        let headers =
            [("cookie", shown.cookie.as_str()), ("x-shoseki-session-secret", &shown.secret)];
        self.send(method, "/_console/session", &headers, "")
    }

    /// As any port that receives the cookie can do it.
    pub(crate) fn with_cookie(&self, method: &str, cookie: &str) -> Answer {
        self.send(method, "/_console/session", &[("cookie", cookie)], "")
    }

    /// A signed call to IAM or STS.
    pub(crate) fn call(
        &self,
        who: &Credentials,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> Answer {
        let pair = |(name, value): &(&str, &str)| {
            format!("{}={}", wire::uri::encode(name), wire::uri::encode(value))
        };
        let body = parameters.iter().map(pair).collect::<Vec<_>>().join("&");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let (hash, host) = (payload_hash(body.as_bytes()), self.address.to_string());
        let now = self.clock.now();
        let signature =
            sign_header("POST", &host, "/", &headers, &hash, who, "us-east-1", service, now);
        let signature = signature.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> =
            headers.into_iter().chain(signature.filter(|(name, _)| *name != "host")).collect();
        self.send("POST", "/", &all, &body)
    }

    /// A call of the root user to IAM that must succeed.
    pub(crate) fn ok(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let all = [&[("Action", action)], parameters].concat();
        let answer = self.call(&self.root, "iam", &all);
        assert_eq!(answer.status, 200, "{action}: {}", answer.body);
        answer
    }

    /// The identity of these credentials.
    pub(crate) fn identity(&self, who: &Credentials) -> Answer {
        self.call(who, "sts", &[("Action", "GetCallerIdentity")])
    }

    pub(crate) fn events(&self, name: &str) -> Vec<Value> {
        let view = self.store.snapshot().unwrap();
        let rows = self.store.events_from(&view, 0, usize::MAX).unwrap();
        let events = rows.iter().map(|row| serde_json::from_slice::<Value>(&row.body).unwrap());
        events.filter(|event| event["eventName"] == name).collect()
    }

    pub(crate) fn last_event(&self, name: &str) -> Value {
        self.events(name).pop().unwrap_or_else(|| panic!("no event is called {name}"))
    }

    /// Gives alice a second factor; returns the serial number and her authenticator.
    pub(crate) fn second_factor(&self) -> (String, Authenticator) {
        let made = self.ok("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
        let element = |name: &str| {
            let inner = made.body.split_once(&format!("<{name}>")).unwrap().1;
            inner.split("</").next().unwrap().to_owned()
        };
        let serial = element("SerialNumber");
        let app = Authenticator::of(&element("Base32StringSeed"));
        let step = self.step();
        let codes = [app.code(step - 1), app.code(step)];
        self.ok(
            "EnableMFADevice",
            &[
                ("UserName", "alice"),
                ("SerialNumber", &serial),
                ("AuthenticationCode1", &codes[0]),
                ("AuthenticationCode2", &codes[1]),
            ],
        );
        self.clock.advance_ms(30_000);
        (serial, app)
    }

    pub(crate) fn step(&self) -> u64 {
        self.clock.now().as_secs() / 30
    }
}

impl Deref for World {
    type Target = Live;

    fn deref(&self) -> &Live {
        &self.0
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.0.stop();
    }
}
