//! Calls and policies that tests of several subjects need.

use serde_json::{Value, json};
use testkit::{Answered, Kit, S3Request};
use wire::sign::Credentials;

use crate::{get, put, send};

/// A call by `who`, without a body.
pub(crate) fn by(
    kit: &Kit,
    who: &Credentials,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> Answered {
    kit.s3_as(who, S3Request { method, target, headers, body: b"" })
}

/// A call without credentials.
pub(crate) fn unsigned(kit: &Kit, method: &str, target: &str) -> Answered {
    kit.send_raw(method, target, &[], b"")
}

/// Status and code of an error.
pub(crate) fn code(answer: &Answered) -> (u16, String) {
    let (status, code, _) = answer.error();
    (status, code)
}

/// An identity policy that allows `actions` on everything.
pub(crate) fn allow(actions: &[&str]) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": actions, "Resource": "*"}]})
}

/// A bucket policy of one statement about `bkt` and its objects.
pub(crate) fn statement(
    effect: &str,
    principal: &Value,
    action: &str,
    condition: &Value,
) -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": effect, "Principal": principal, "Action": action, "Condition": condition,
        "Resource": ["arn:aws:s3:::bkt", "arn:aws:s3:::bkt/*"]}]})
    .to_string()
}

/// Switches ACLs on and Block Public Access off in `bkt`.
pub(crate) fn enable_acls(kit: &Kit) {
    let rule = "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>\
                </OwnershipControls>";
    put(kit, "/bkt?ownershipControls", rule);
    unblock(kit);
}

/// Switches Block Public Access off in `bkt`.
pub(crate) fn unblock(kit: &Kit) {
    send(kit, "DELETE", "/bkt?publicAccessBlock", &[], "").ok();
}

/// Begins an upload of `/bkt/k`.
pub(crate) fn begin(kit: &Kit, headers: &[(&str, &str)]) -> String {
    send(kit, "POST", "/bkt/k?uploads", headers, "").ok().element("UploadId")
}

/// Sends a part of an upload of `/bkt/k`.
pub(crate) fn part(
    kit: &Kit,
    id: &str,
    number: u32,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Answered {
    send(kit, "PUT", &format!("/bkt/k?partNumber={number}&uploadId={id}"), headers, body)
}

/// Completes an upload of `/bkt/k` from parts, each with the elements beside its number.
pub(crate) fn complete(
    kit: &Kit,
    id: &str,
    parts: &[(u32, &str)],
    headers: &[(&str, &str)],
) -> Answered {
    let list = |(number, rest): &(u32, &str)| {
        format!("<Part><PartNumber>{number}</PartNumber>{rest}</Part>")
    };
    let parts: String = parts.iter().map(list).collect();
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    send(kit, "POST", &format!("/bkt/k?uploadId={id}"), headers, body)
}

/// The element with the ETag of a part that was sent.
pub(crate) fn etag_of(part: &Answered) -> String {
    format!("<ETag>{}</ETag>", part.header("etag"))
}

/// A KMS call by the root user.
pub(crate) fn kms(kit: &Kit, operation: &str, body: &Value) -> Value {
    let answer = kit.json(&format!("TrentService.{operation}"), body).ok();
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

/// The id and ARN of a new key of KMS.
pub(crate) fn new_key(kit: &Kit) -> (String, String) {
    let made = kms(kit, "CreateKey", &json!({}));
    let member = |name: &str| made["KeyMetadata"][name].as_str().unwrap().to_owned();
    (member("KeyId"), member("Arn"))
}

/// The texts of all elements called `name`, in order.
pub(crate) fn all(answer: &Answered, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let text = answer.text();
    let pieces = text.split(&open).skip(1);
    pieces.map(|piece| piece.split(&close).next().unwrap().to_owned()).collect()
}

/// The canonical user id of the other account.
pub(crate) fn other_id(kit: &Kit) -> String {
    by(kit, &kit.other_root, "GET", "/", &[]).ok().element("ID")
}

/// The canonical user id of the kit's account.
pub(crate) fn own_id(kit: &Kit) -> String {
    get(kit, "/").ok().element("ID")
}
