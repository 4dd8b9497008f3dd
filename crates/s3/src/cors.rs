//! Which pages of other origins may use a bucket from a browser: matches a request against the
//! rules of the bucket's CORS document.
//!
//! Source: S3 User Guide, "Using cross-origin resource sharing (CORS)" and "Elements of a CORS
//! configuration". Observed: the headers of responses, their order and the errors.

use gateway::{Ctx, Failure, Fault, WireError};
use store::Tx;

use crate::bucket::BUCKETS;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, CorsRules, Rule};
use crate::request::Request;
use crate::response::Response;
use crate::xml::{self, Element};

const SUB: &str = "cors";
const ROOT: &str = "CORSConfiguration";
const ASKED_METHOD: &str = "access-control-request-method";
const ASKED_HEADERS: &str = "access-control-request-headers";
const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
/// Bytes that a document may have.
///
/// Source: S3 API Reference, "PutBucketCors": 64 KB. Assumed: S3 refuses a longer one like any document
/// that is too long.
pub(crate) const DOCUMENT_BYTES_MAX: usize = 64 << 10;
/// Names of headers that a request may ask for; one that asks for more is not allowed. The limit is
/// our own: browsers list only the headers that a page sets itself.
const ASKED_HEADERS_MAX: usize = 100;

/// A request as a rule sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsRequest {
    /// The origin of the page.
    pub origin: String,
    /// The method, requested or used.
    pub method: String,
    /// The list of requested headers; empty if there are none.
    pub headers: String,
}

/// Headers of a response.
pub type CorsHeaders = Vec<(&'static str, String)>;

/// The headers that allow a page of another origin to read the response to `asked`, success or
/// error; none if no rule of the bucket matches.
pub fn cors_headers(tx: &Tx<'_>, bucket: &str, asked: &CorsRequest) -> Result<CorsHeaders, Fault> {
    let Some(bucket) = BUCKETS.shared(tx, bucket)? else { return Ok(Vec::new()) };
    Ok(allowed(&bucket, asked).unwrap_or_default())
}

/// The response to a preflight.
///
/// Observed: a missing origin, bucket, document or rule each has its own error, in this order.
/// Source: S3 User Guide, "Testing CORS": an invalid method is a bad request.
pub(crate) fn preflight(ctx: &Ctx<'_>, request: &Request) -> S3Result<Response> {
    let sent = |name: &str| request.sent(name);
    let Some(origin) = sent("origin").filter(|origin| !origin.is_empty()) else {
        return Err(bad("Insufficient information. Origin request header needed."));
    };
    let method = sent(ASKED_METHOD);
    let refuse = |text: &str| Err(forbidden(text, method.as_deref(), request));
    // Shared, so that the rules are parsed once for all callers.
    let Some(bucket) = BUCKETS.shared(ctx.tx(), &request.bucket)? else {
        return refuse("Bucket not found");
    };
    if !bucket.documents.contains_key(SUB) {
        return refuse("CORS is not enabled for this bucket.");
    }
    let asked_method = method.as_deref().unwrap_or("null");
    if !METHODS.contains(&asked_method) {
        return Err(bad(&format!("Invalid Access-Control-Request-Method: {asked_method}")));
    }
    let (method_asked, headers) =
        (asked_method.to_owned(), sent(ASKED_HEADERS).unwrap_or_default());
    let asked = CorsRequest { origin, method: method_asked, headers };
    match allowed(&bucket, &asked) {
        Some(headers) => Ok(headers
            .into_iter()
            .fold(Response::ok(), |answer, (name, value)| answer.with(name, value))),
        None => refuse(
            "This CORS request is not allowed. This is usually because the evalution of Origin, \
             request method / Access-Control-Request-Method or Access-Control-Request-Headers are \
             not whitelisted by the resource's CORS spec.",
        ),
    }
}

fn bad<E>(text: &str) -> Failure<E> {
    Failure::Wire(WireError::new(400, "BadRequest", text))
}

fn forbidden<E>(text: &str, method: Option<&str>, request: &Request) -> Failure<E> {
    let resource = if request.key.is_empty() { "BUCKET" } else { "OBJECT" };
    let error = WireError::new(403, "AccessForbidden", format!("CORSResponse: {text}"));
    let error = error.with("Method", method.unwrap_or("OPTIONS"));
    Failure::Wire(error.with("ResourceType", resource))
}

/// The headers of the first rule that matches; `None` if none does.
fn allowed(bucket: &Bucket, asked: &CorsRequest) -> Option<CorsHeaders> {
    let rules = bucket.cors.of(bucket.documents.get(SUB)?);
    if rules.is_empty() {
        return None;
    }
    let headers = asked_headers(&asked.headers)?;
    rules.iter().find_map(|rule| rule.answer(asked, &headers))
}

/// The names of a list in lower case; `None` if there are more than a request may list.
fn asked_headers(list: &str) -> Option<Vec<String>> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let headers: Vec<_> = names.take(ASKED_HEADERS_MAX + 1).map(str::to_ascii_lowercase).collect();
    (headers.len() <= ASKED_HEADERS_MAX).then_some(headers)
}

/// A copy may get another document, and reads its own.
impl Clone for CorsRules {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl CorsRules {
    /// The rules of `document`, which belongs to the same bucket at each call.
    fn of(&self, document: &str) -> &[Rule] {
        // It was validated when it was stored: a malformed one allows nothing.
        self.0.get_or_init(|| {
            xml::read(document.as_bytes(), ROOT).map_or_else(
                |_| Vec::new(),
                |root| root.children("CORSRule").map(Rule::of).collect(),
            )
        })
    }
}

impl Rule {
    fn of(rule: &Element) -> Self {
        let texts = |name: &'static str| rule.children(name).map(|child| child.text.clone());
        Self {
            origins: texts("AllowedOrigin").collect(),
            methods: texts("AllowedMethod").collect(),
            headers: texts("AllowedHeader").map(|text| text.to_ascii_lowercase()).collect(),
            exposed: texts("ExposeHeader").collect::<Vec<_>>().join(", "),
            max_age: rule.text_of("MaxAgeSeconds").unwrap_or_default().to_owned(),
        }
    }

    /// The headers of the response to `asked`, whose header names are `headers`; `None` if the rule
    /// does not match.
    ///
    /// Observed: an origin allowed by a bare `*` gets `*`, without credentials; any other gets
    /// itself. The methods are all of the rule, the headers those that were requested.
    fn answer(&self, asked: &CorsRequest, headers: &[String]) -> Option<CorsHeaders> {
        let origin = self.origins.iter().find(|pattern| matches(pattern, &asked.origin))?;
        self.methods.iter().find(|method| **method == asked.method)?;
        let is_allowed = |name: &String| self.headers.iter().any(|own| matches(own, name));
        if !headers.iter().all(is_allowed) {
            return None;
        }
        let is_any = origin == "*";
        let own = if is_any { "*" } else { asked.origin.as_str() };
        let mut answer: CorsHeaders = vec![("access-control-allow-origin", own.to_owned())];
        let mut put = |name, value: String| {
            if !value.is_empty() {
                answer.push((name, value));
            }
        };
        put("access-control-allow-methods", self.methods.join(", "));
        put("access-control-allow-headers", headers.join(", "));
        put("access-control-expose-headers", self.exposed.clone());
        put("access-control-max-age", self.max_age.clone());
        if !is_any {
            put("access-control-allow-credentials", "true".to_owned());
        }
        put("vary", VARY.to_owned());
        Some(answer)
    }
}

/// Rejects invalid rules.
///
/// Source: S3 User Guide, "Elements of a CORS configuration": one `*` in origins and headers, none
/// in what is exposed. Observed: both texts; versity/versitygw, issue 1870, and libreliodev/javascript,
/// issue 53.
pub(crate) fn check(rule: &Element) -> S3Result<()> {
    for name in ["AllowedOrigin", "AllowedHeader"] {
        let has_many = |one: &&Element| one.text.matches('*').count() > 1;
        if let Some(element) = rule.children(name).find(has_many) {
            let text = &element.text;
            let message = format!("{name} \"{text}\" can not have more than one wildcard.");
            return Err(S3Error::request(message).into());
        }
    }
    if let Some(element) = rule.children("ExposeHeader").find(|one| one.text.contains('*')) {
        let message = format!(
            "ExposeHeader \"{}\" contains wildcard. We currently do not support wildcard for \
             ExposeHeader.",
            element.text
        );
        return Err(S3Error::request(message).into());
    }
    match rule.text_of("MaxAgeSeconds").map(str::parse::<i32>) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(_)) => Err(S3Error::MalformedXml.into()),
    }
}

/// Whether `text` matches `pattern`, in which one `*` matches anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => text
            .strip_prefix(start)
            .is_some_and(|rest| rest.len() >= end.len() && rest.ends_with(end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "<CORSConfiguration>\
        <CORSRule><AllowedOrigin>http://*.example.com</AllowedOrigin>\
        <AllowedOrigin>https://one.test</AllowedOrigin>\
        <AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>\
        <AllowedHeader>x-amz-*</AllowedHeader><AllowedHeader>Content-Type</AllowedHeader>\
        <MaxAgeSeconds>30</MaxAgeSeconds><ExposeHeader>ETag</ExposeHeader>\
        <ExposeHeader>x-amz-id-2</ExposeHeader></CORSRule>\
        <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>\
        </CORSConfiguration>";

    /// The headers of the rules; `None` if no rule matches.
    fn given(origin: &str, method: &str, headers: &str) -> Option<Vec<String>> {
        let rules = CorsRules::default();
        let names = asked_headers(headers)?;
        let [origin, method, headers] = [origin, method, headers].map(str::to_owned);
        let asked = CorsRequest { origin, method, headers };
        let found = rules.of(RULES).iter().find_map(|rule| rule.answer(&asked, &names));
        found.map(|all| all.iter().map(|(name, value)| format!("{name}: {value}")).collect())
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        let vary = format!("vary: {VARY}");
        let first = given("http://a.example.com", "PUT", "Content-Type, X-Amz-Acl").unwrap();
        let want = [
            "access-control-allow-origin: http://a.example.com",
            "access-control-allow-methods: PUT, POST",
            "access-control-allow-headers: content-type, x-amz-acl",
            "access-control-expose-headers: ETag, x-amz-id-2",
            "access-control-max-age: 30",
            "access-control-allow-credentials: true",
            &vary,
        ];
        assert_eq!(first, want);
        let second = given("http://a.example.com", "GET", "").unwrap();
        let want = ["access-control-allow-origin: *", "access-control-allow-methods: GET", &vary];
        assert_eq!(second, want);
        assert!(given("https://one.test", "POST", "").is_some());
    }

    /// Origins and methods exactly, headers in any case, each of them.
    #[test]
    fn what_no_rule_names_is_not_allowed() {
        for (origin, method, headers) in [
            ("https://a.example.com", "PUT", ""),
            ("http://example.com", "PUT", ""),
            ("http://.example.com.evil.test", "PUT", ""),
            ("HTTPS://ONE.TEST", "PUT", ""),
            ("https://one.test:80", "PUT", ""),
            ("https://one.test", "DELETE", ""),
            ("https://one.test", "put", ""),
            ("https://one.test", "PUT", "content-type, authorization"),
            ("https://one.test", "GET", "range"),
        ] {
            assert_eq!(given(origin, method, headers), None, "{origin} {method} {headers}");
        }
    }

    /// A document is parsed once for all readers of its row; a copy of the row parses its own.
    #[test]
    fn rules_are_read_once() {
        let rules = CorsRules::default();
        let first = rules.of(RULES).as_ptr();
        assert_eq!(rules.of(RULES).as_ptr(), first);
        let patterns: Vec<_> = rules.of(RULES).iter().map(|rule| rule.headers.clone()).collect();
        assert_eq!(patterns, [vec!["x-amz-*".to_owned(), "content-type".to_owned()], vec![]]);
        assert!(rules.clone().of("<CORSConfiguration/>").is_empty());
        assert!(CorsRules::default().of("no document").is_empty());
    }

    /// Names without an end are not collected.
    #[test]
    fn names_are_limited() {
        let names = |count: usize| vec!["x"; count].join(" ,, ");
        assert_eq!(asked_headers(&names(ASKED_HEADERS_MAX)).unwrap().len(), ASKED_HEADERS_MAX);
        assert_eq!(asked_headers(&names(ASKED_HEADERS_MAX + 1)), None);
        assert_eq!(asked_headers(" , ").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn one_star_matches_anything() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("*", "x", true),
            ("a*b", "ab", true),
            ("a*b", "axxb", true),
            ("ab*ba", "aba", false),
            ("a*", "b", false),
            ("a", "a", true),
            ("a", "aa", false),
        ] {
            assert_eq!(matches(pattern, text), want, "{pattern} {text}");
        }
    }
}
