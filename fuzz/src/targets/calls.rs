//! Signed calls of every operation with mutated input: reaches the code after authentication.

use std::fmt::Write;

use bytes::Bytes;
use gateway::{Protocol, Route, Row, Scope};
use http::{HeaderName, HeaderValue};
use testkit::Answered;
use wire::Head;
use wire::sign::{payload_hash, sign_header};

use super::raw_request;
use super::requests::{KEY, assert_answer, with_kit};
use crate::{Target, Way};

/// The input: a line with the service's name, then a request, which is signed before it is sent.
pub(super) const TARGET: Target = Target {
    words: &[
        "alias/a",
        "alias/aws/s3",
        "arn:aws:kms:ap-northeast-1:111122223333:alias/a",
        "arn:aws:iam::111122223333:user/u",
        "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/t",
        "arn:aws:s3:::bkt/k",
        "\"KeyId\":\"alias/a\"",
        "\"Limit\":1",
        "\"Marker\":\"",
        "\"NextToken\":\"",
        "\"MaxResults\":50",
        "\"Policy\":\"{}\"",
        "\"Tags\":[]",
        "&UserName=u",
        "&Marker=",
        "&MaxItems=1",
        "&PathPrefix=/",
        "PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D",
        "x-amz-acl: private\n",
        "x-amz-tagging: a=b\n",
        "x-amz-server-side-encryption: aws:kms\n",
        "x-amz-copy-source: /bkt/k\n",
        "x-amz-checksum-sha256: ",
        "x-amz-object-lock-mode: GOVERNANCE\n",
        "range: bytes=0-1,3-\n",
        "if-match: *\n",
        "if-modified-since: Mon, 10 Jul 2023 11:57:47 GMT\n",
        "content-md5: ",
        "?versionId=null",
        "&max-keys=1",
        "&encoding-type=url",
        "&delimiter=/",
        "&prefix=",
        "&start-after=",
        "&continuation-token=",
        "&partNumber=1",
        "&uploadId=",
        "1e30",
        "-1",
        "9223372036854775807",
    ],
    cost: 40,
    bytes_max: 8_192,
    run,
    ..Target::new("calls", seeds)
};

const HOST: &str = "127.0.0.1:4566";

/// Members that some operation of a JSON service supports; the others ignore them.
const JSON: &str = r#"{"KeyId":"alias/a","Plaintext":"aGVsbG8=","CiphertextBlob":"AAAA","KeySpec":"AES_256","NumberOfBytes":16,"EncryptionContext":{"a":"b"},"Description":"d","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}","PolicyName":"default","Tags":[{"TagKey":"a","TagValue":"b"}],"TagKeys":["a"],"AliasName":"alias/b","TargetKeyId":"alias/a","GranteePrincipal":"arn:aws:iam::111122223333:user/u","Operations":["Decrypt"],"Constraints":{"EncryptionContextSubset":{"a":"b"}},"GrantTokens":["t"],"GrantId":"g","PendingWindowInDays":7,"Limit":10,"Marker":"m","Name":"t","TrailName":"t","TrailARN":"arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/t","S3BucketName":"bkt","S3KeyPrefix":"p","IsMultiRegionTrail":true,"EnableLogFileValidation":true,"EventSelectors":[{"ReadWriteType":"All"}],"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}],"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"Encrypt"}],"StartTime":1772323200,"EndTime":1772326800.5,"MaxResults":5,"TagsList":[{"Key":"a","Value":"b"}],"ResourceId":"arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/t","ResourceIdList":["arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/t"],"trailNameList":["t"],"InsightSelectors":[],"ResourceArn":"arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/t"}"#;
/// The same for the Query services.
const FORM: &str = "&UserName=u&GroupName=g&RoleName=r&PolicyName=p&Path=/x/&PathPrefix=/&\
    PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess&AccessKeyId=AKIAROOTROOTROOTROOT&\
    Status=Inactive&MaxItems=2&Marker=m&Tags.member.1.Key=a&Tags.member.1.Value=b&\
    TagKeys.member.1=a&RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=s&\
    DurationSeconds=900&ActionNames.member.1=s3:GetObject&ResourceArns.member.1=*&\
    PolicySourceArn=arn:aws:iam::111122223333:user/u&VersionId=v1&SetAsDefault=true&\
    PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess&MaxSessionDuration=3600&\
    AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22\
    Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22111122223333%22%7D%2C%22Action\
    %22%3A%22sts%3AAssumeRole%22%7D%5D%7D&PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22\
    Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A*%22%2C%22Resource%22%3A\
    %22*%22%7D%7D&PolicyInputList.member.1=%7B%7D&ContextEntries.member.1.ContextKeyName=a%3Ab&\
    ContextEntries.member.1.ContextKeyType=string&ContextEntries.member.1.ContextKeyValues.member.1=c";
/// Documents of S3, by the subresource they are for; the last is for all others.
const DOCUMENTS: [(&str, &str); 12] = [
    ("tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"),
    ("versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
    (
        "delete",
        "<Delete><Object><Key>k</Key><VersionId>null</VersionId></Object><Quiet>false</Quiet>\
         </Delete>",
    ),
    (
        "encryption",
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
         <SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
         <BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
    ),
    (
        "object-lock",
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
         <DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule>\
         </ObjectLockConfiguration>",
    ),
    (
        "retention",
        "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2026-04-01T00:00:00Z\
         </RetainUntilDate></Retention>",
    ),
    ("legal-hold", "<LegalHold><Status>ON</Status></LegalHold>"),
    (
        "lifecycle",
        "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter><Prefix/>\
         </Filter><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>",
    ),
    (
        "publicAccessBlock",
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
         </PublicAccessBlockConfiguration>",
    ),
    (
        "uploadId",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag></Part>\
         </CompleteMultipartUpload>",
    ),
    (
        "acl",
        "<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList><Grant><Grantee \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>1\
         </ID></Grantee><Permission>READ</Permission></Grant></AccessControlList>\
         </AccessControlPolicy>",
    ),
    ("", "hello"),
];

/// Every operation there is.
fn seeds() -> Vec<Vec<u8>> {
    debug_assert!(JSON.contains(KEY), "the key that is there");
    let all = [
        inquiry::ROWS,
        iam::ROWS,
        kms::ROWS,
        s3::ROWS,
        cloudtrail::ROWS,
        ec2::ROWS,
        tagging::ROWS,
        sqs::ROWS,
    ];
    all.iter().flat_map(|rows| rows.iter()).map(seed).collect()
}

fn seed(row: &Row) -> Vec<u8> {
    let service = row.spec.service;
    let name = row.spec.name;
    let request = match service.protocol {
        Protocol::Json11 => {
            let target = format!("{}.{name}", service.target);
            raw_request::text("POST", "/", &[("x-amz-target", &target)], JSON)
        }
        Protocol::QueryCompatible { .. } => {
            let target = format!("{}.{name}", service.target);
            let json = r#"{"QueueUrl":"q","MessageBody":"m","QueueName":"r","Attributes":{}}"#;
            raw_request::text("POST", "/", &[("x-amz-target", &target)], json)
        }
        Protocol::Query { .. } => {
            let version = if service.name == "sts" { "2011-06-15" } else { "2010-05-08" };
            let body = format!("Action={name}&Version={version}{FORM}");
            raw_request::text("POST", "/", &[], &body)
        }
        Protocol::Ec2 => {
            let body = format!("Action={name}&Version=2016-11-15{FORM}");
            raw_request::text("POST", "/", &[], &body)
        }
        Protocol::RestXml | Protocol::RestXmlControl => return rest(row),
    };
    [service.name.as_bytes(), b"\n", &request].concat()
}

fn rest(row: &Row) -> Vec<u8> {
    let Route::Rest { method, scope, query, header } = row.spec.route else { return Vec::new() };
    let mut target = match scope {
        Scope::Service => "/".to_owned(),
        Scope::Bucket => "/bkt".to_owned(),
        Scope::Object => "/bkt/k".to_owned(),
        Scope::Control(path) => format!("/v20180820/{path}/arn%3Aaws%3As3%3A%3A%3Abkt"),
    };
    for (at, key) in query.iter().enumerate() {
        let separator = if at == 0 { '?' } else { '&' };
        // Writing to a String cannot fail.
        let _ = write!(target, "{separator}{key}");
    }
    let value = if header == Some("x-amz-copy-source") { "/bkt/k" } else { "1" };
    let headers: Vec<_> = header.iter().map(|name| (*name, value)).collect();
    let found = DOCUMENTS.iter().find(|(key, _)| query.iter().any(|own| own.contains(key)));
    let document = match (method, found) {
        ("PUT" | "POST", Some((_, document))) => document,
        ("PUT", None) if scope == Scope::Object => "hello",
        _ => "",
    };
    [b"s3\n", &*raw_request::text(method, &target, &headers, document)].concat()
}

fn run(input: &[u8]) -> Way {
    let Some((head, answered)) = answer(input) else { return Way(0) };
    assert_answer(&head, &answered).then(&head.method)
}

/// The response to the request, signed by the root user; `None` if it is not a valid request.
fn answer(input: &[u8]) -> Option<(Head, Answered)> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let services = ["s3", "kms", "iam", "sts", "cloudtrail", "shoseki", "ec2", "tagging", "sqs"];
    let service = services.into_iter().find(|name| name.as_bytes() == &input[..end])?;
    let (head, body) = raw_request::parse(&input[end + 1..])?;
    let mut headers = head.headers().clone();
    headers.remove("authorization");
    headers.insert("host", HeaderValue::from_static(HOST));
    let own = headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        (name != "host").then(|| (name.as_str().to_owned(), value.to_owned()))
    });
    let own: Vec<(String, String)> = own.collect();
    let own: Vec<_> = own.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    with_kit(|kit| {
        let (method, target) = (head.method.as_str(), &head.target);
        let (hash, now) = (payload_hash(&body), kit.clock.now());
        let (root, region) = (&kit.root, testkit::REGION);
        let added = sign_header(method, HOST, target, &own, &hash, root, region, service, now);
        for (name, value) in added {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
            headers.insert(name, HeaderValue::from_str(&value).expect("a header's value"));
        }
        let head = head.with_headers(headers);
        let answered = kit.answer(head.clone(), &Bytes::from(body));
        Some((head, answered))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No seed fails at the signature, and many succeed: the code after authentication is reached.
    #[test]
    fn seeds_reach_the_operations() {
        let seeds = seeds();
        let answers = seeds.iter().filter_map(|seed| answer(seed));
        let answers: Vec<(u16, String)> = answers
            .map(|(_, answered)| (answered.status, answered.text()))
            .inspect(|(_, text)| assert!(!text.contains("SignatureDoesNotMatch"), "{text}"))
            .collect();
        let good = answers.iter().filter(|(status, _)| *status < 300).count();
        assert_eq!(answers.len(), seeds.len());
        assert!(good > seeds.len() / 4, "{good} of {}", seeds.len());
    }
}
