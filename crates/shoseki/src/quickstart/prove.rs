//! Validation: a digest, and the result for the whole chain.

use http::Method;
use inquiry::validate::Target;
use serde_json::json;
use trail::digest::Digest;
use trail::gzip;
use trail::names::TrailName;
use trail::verify::{Stream, print};
use types::{MINUTE_MS, Timestamp};

use super::documents::{BUCKET, TRAIL};
use super::messages::{Message, message};
use super::{Stop, Walk};
use crate::client::Call;
use crate::verify::verify;

/// The largest digest that is read, decompressed.
const PLAIN_BYTES_MAX: u64 = 256 << 20;

impl Walk<'_> {
    /// Waits for the digest that lists `log_file` and validates everything since `began`.
    ///
    /// An `Err` within `Ok` is a result, too.
    pub(super) fn prove(
        &mut self,
        log_file: &str,
        began: Timestamp,
    ) -> Result<Result<String, String>, Stop> {
        let folder =
            format!("AWSLogs/{}/CloudTrail-Digest/{}/", self.config.account, self.config.region);
        let interval_ms = self.config.digest_interval_ms;
        self.wait(&Message::WaitingForDigest, interval_ms, |walk| {
            walk.digested(&folder, log_file)
        })?;
        self.print(&Message::Validating);
        let target = Target {
            trail_arn: self.trail_arn(),
            account: self.config.account.clone(),
            region: self.config.region.as_str().to_owned(),
            home_region: self.config.region.as_str().to_owned(),
            trail: TrailName::parse(TRAIL).map_err(|error| Stop::Wrong(error.0))?,
            bucket: BUCKET.to_owned(),
            prefix: None,
            start: began.minus_ms(MINUTE_MS),
            end: self.clock.now(),
        };
        let report =
            verify(&self.client, &target, &[]).map_err(|trouble| Stop::Wrong(trouble.text))?;
        for (stream, text) in print(&report, true) {
            // With JSON output a single document is printed, so everything is data.
            let name = match stream {
                Stream::Out => "out",
                Stream::Err => "err",
            };
            self.out.lines(text.strip_suffix('\n').unwrap_or(&text));
            self.out.value(&json!({ "type": "validation", "stream": name, "text": text }));
        }
        let (digests, logs) = (report.digests, report.logs);
        let sound = report.is_sound() && digests.valid > 0 && logs.valid > 0;
        let counts = Message::Counts { digests, logs };
        let counts = message(self.lang, &counts);
        Ok(if sound { Ok(counts) } else { Err(counts) })
    }

    /// Whether a digest lists the log file.
    fn digested(&self, folder: &str, log_file: &str) -> Result<Option<()>, Stop> {
        for object in self.list(folder)?.iter().rev() {
            let place = format!("{BUCKET}/{}", object.key);
            let got = self.client.call(&Call::s3("GetObject", Method::GET, &place, ""))?;
            let plain = gzip::decompress(&got.body, PLAIN_BYTES_MAX).unwrap_or_default();
            let digest = Digest::parse(&plain);
            let names = |digest: &Digest| digest.log_files.iter().any(|log| log.object == log_file);
            if digest.as_ref().is_some_and(names) {
                return Ok(Some(()));
            }
        }
        Ok(None)
    }
}
