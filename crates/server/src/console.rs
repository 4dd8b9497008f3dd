//! The embedded console: files under `/_console/`, with security headers.

use std::io::Read;
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;

use crate::out_body::{OutBody, whole};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file of the built console.
pub(crate) struct Asset {
    name: &'static str,
    br: &'static [u8],
    gz: &'static [u8],
}

/// What each of [`FILES`] is known by: the hash of its content.
static ETAGS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let hash = |asset: &Asset| types::hex(keys::sha256(asset.gz).get(..16).unwrap_or_default());
    FILES.iter().map(|asset| format!("\"{}\"", hash(asset))).collect()
});

/// Where the console is.
pub(crate) const PREFIX: &str = "/_console/";

/// The path of its code, styles and images. Nothing else on this server may be used as these:
/// buckets are on it, too.
const ASSETS: &str = "/_console/assets/";

/// Whether a path belongs to the console.
pub(crate) fn owns(path: &str) -> bool {
    path == "/_console" || path.starts_with(PREFIX)
}

/// The content security policy of the console's pages: only the console's own scripts, styles,
/// images, fonts and workers, nothing inline, no frames, no forms, and calls only to this server.
///
/// A path in a policy requires a host, so the host is the one that the browser used. A host that is
/// invalid in a policy, such as an IPv6 address, is replaced by the origin.
pub(crate) fn policy(host: Option<&str>) -> Option<HeaderValue> {
    let own = host.filter(|host| is_source(host));
    let own = own.map_or_else(|| "'self'".to_owned(), |host| format!("{host}{ASSETS}"));
    let policy = format!(
        "default-src 'none'; script-src {own}; style-src {own}; img-src {own} data:; \
         font-src {own}; worker-src {own}; connect-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'none'"
    );
    HeaderValue::try_from(policy).ok()
}

/// Whether a host, including its port if any, is valid in a policy.
///
/// Source: Content Security Policy Level 3, section 2.3.1, `host-source`.
fn is_source(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.split('.').all(is_label) && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a browser requests the front page, which for AWS clients is `ListBuckets`.
pub(crate) fn wants_front_page<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let html = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let signed = headers.contains_key(header::AUTHORIZATION)
        || headers.keys().any(|name| name.as_str().starts_with("x-amz-"));
    request.method() == Method::GET
        && request.uri().path() == "/"
        && request.uri().query().is_none()
        && html
        && !signed
}

/// Sends a browser to the console.
pub(crate) fn redirect() -> Response<OutBody> {
    let mut response = Response::new(whole(Bytes::new()));
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(PREFIX));
    response
}

/// Returns a file of the console.
pub(crate) fn file(request: &Request<Incoming>) -> Response<OutBody> {
    let path = request.uri().path();
    let name = match path.strip_prefix(PREFIX) {
        Some("") | None => "index.html",
        Some(name) => name,
    };
    let found = FILES.iter().zip(ETAGS.iter()).find(|(asset, _)| asset.name == name);
    let Some((asset, etag)) = found.filter(|_| path != "/_console") else {
        return if path == "/_console" { redirect() } else { missing() };
    };
    let known = request.headers().get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        let mut response = Response::new(whole(Bytes::new()));
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        content(request.headers(), asset)
    };
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn content(request: &HeaderMap, asset: &Asset) -> Response<OutBody> {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let accepts = |coding: &str| {
        accepted.is_some_and(|all| {
            all.split(',').any(|own| own.split(';').next().map(str::trim) == Some(coding))
        })
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(asset.name)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let mut packed = [("br", asset.br), ("gzip", asset.gz)].into_iter();
    let body = if let Some((coding, bytes)) = packed.find(|(own, _)| accepts(own)) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        Bytes::from_static(bytes)
    } else {
        let mut plain = Vec::new();
        // Files compressed by the build can be decompressed.
        let _ = GzDecoder::new(asset.gz).read_to_end(&mut plain);
        Bytes::from(plain)
    };
    let mut response = Response::new(whole(body));
    *response.headers_mut() = headers;
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// There is no such file.
pub(crate) fn missing() -> Response<OutBody> {
    let text = if FILES.is_empty() { "the console was not built" } else { "not found" };
    let mut response = Response::new(whole(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// The inputs of the console's build, as listed by `console/scripts/source-hash.mjs`.
    const SOURCES: [&str; 6] =
        ["index.html", "package-lock.json", "public", "src", "tsconfig.json", "vite.config.ts"];

    /// Brotli if accepted, otherwise gzip, otherwise plain; all contain the same bytes.
    #[test]
    fn a_file_is_served_in_the_best_accepted_encoding() {
        let Some(asset) = FILES.iter().find(|asset| asset.name == "index.html") else { return };
        for (accepted, coding) in [
            (Some("gzip, deflate, br, zstd"), Some("br")),
            (Some("br;q=1.0, gzip;q=0.5"), Some("br")),
            (Some("gzip, deflate"), Some("gzip")),
            (Some("identity"), None),
            (None, None),
        ] {
            let mut request = HeaderMap::new();
            if let Some(accepted) = accepted {
                request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            }
            let answer = content(&request, asset);
            let encoding = answer.headers().get(header::CONTENT_ENCODING);
            assert_eq!(
                encoding.map(HeaderValue::as_bytes),
                coding.map(str::as_bytes),
                "{accepted:?}"
            );
        }
    }

    /// The policy lists the console's own files, with the host of the request.
    #[test]
    fn the_policy_names_the_consoles_files() {
        for (host, want) in [
            (Some("localhost:4566"), "localhost:4566/_console/assets/"),
            (Some("192.0.2.7"), "192.0.2.7/_console/assets/"),
            (Some("audit.example-1.com"), "audit.example-1.com/_console/assets/"),
            (Some("[::1]:4566"), "'self'"),
            (Some("localhost:"), "'self'"),
            (Some("localhost:4566; script-src *"), "'self'"),
            (Some("a b"), "'self'"),
            (Some("*"), "'self'"),
            (Some(""), "'self'"),
            (None, "'self'"),
        ] {
            let policy = policy(host).unwrap();
            let policy = policy.to_str().unwrap();
            assert!(
                policy.contains(&format!("; script-src {want}; style-src {want};")),
                "{policy}"
            );
            assert_eq!(policy.matches("script-src").count(), 1, "{policy}");
        }
    }

    fn collect(root: &Path, path: &str, files: &mut Vec<String>) {
        let whole = root.join(path);
        if whole.is_file() {
            files.push(path.to_owned());
            return;
        }
        for entry in fs::read_dir(whole).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            collect(root, &format!("{path}/{name}"), files);
        }
    }

    /// The committed console was built from the committed sources.
    #[test]
    fn the_built_console_is_fresh() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../console");
        let mut files = Vec::new();
        for path in SOURCES {
            collect(&root, path, &mut files);
        }
        files.sort();
        let mut hash = keys::Sha256::new();
        for file in files {
            let bytes = fs::read(root.join(&file)).unwrap();
            hash.update(format!("{file}\0{}\0", bytes.len()).as_bytes());
            hash.update(&bytes);
        }
        let built = fs::read_to_string(root.join("dist/.source-hash")).unwrap();
        let now = types::hex(&hash.finish());
        assert_eq!(built.trim(), now, "run `npm ci && npm run build` in console/");
    }

    /// The front page and its script exist, with a type that a strict browser accepts.
    #[test]
    fn the_console_is_embedded() {
        for (name, kind) in [
            ("index.html", "text/html; charset=utf-8"),
            ("assets/index.js", "text/javascript; charset=utf-8"),
        ] {
            assert!(FILES.iter().any(|asset| asset.name == name), "{name}");
            assert_eq!(content_type(name), kind);
        }
    }
}
