use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::sync::Mutex;
use wire::sign::Credentials;

use crate::client::{Connection, Keep};
use crate::failure::Failure;
use crate::request::{REGION, Request, Signer};
use crate::server::Server;

/// The bucket that the workload uses.
pub(crate) const BUCKET: &str = "bench-objects";
/// The bucket that the trail delivers to.
pub(crate) const LOG_BUCKET: &str = "bench-logs";
/// The trail.
pub(crate) const TRAIL: &str = "bench";
const USER: &str = "bench";

/// What all workloads need: a user with a policy, a key, and a bucket that encrypts with it through
/// a bucket key and rejects other encryption.
#[derive(Debug)]
pub(crate) struct Stage {
    /// The address that the server listens on.
    pub(crate) address: std::net::SocketAddr,
    /// Signs as the IAM user.
    pub(crate) user: Signer,
    /// The ARN of the key.
    pub(crate) key_arn: String,
    /// The user's access key ID.
    pub(crate) access_key_id: String,
    root: Signer,
    connection: Mutex<Connection>,
    names: AtomicUsize,
}

impl Stage {
    /// Prepares the server.
    pub(crate) async fn set(server: &Server, trail: bool) -> Result<Self, Failure> {
        let (host, root) = (server.address.to_string(), Self::root_of(server));
        let connection = Mutex::new(Connection::open(server.address).await?);
        let mut stage = Self {
            address: server.address,
            user: root.clone(),
            key_arn: String::new(),
            access_key_id: String::new(),
            root,
            connection,
            names: AtomicUsize::new(0),
        };
        let credentials = stage.make_user().await?;
        stage.access_key_id.clone_from(&credentials.access_key_id);
        stage.user = Signer::new(credentials, host);
        stage.key_arn = stage.make_key().await?;
        stage.make_bucket().await?;
        if trail {
            stage.make_trail().await?;
        }
        Ok(stage)
    }

    /// Signs as the root user, who needs no preparation.
    pub(crate) fn root_of(server: &Server) -> Signer {
        Signer::new(Server::credentials(), server.address.to_string())
    }

    /// Makes a call and returns the body of its response, which must be a success.
    pub(crate) async fn call(&self, request: Request) -> Result<Vec<u8>, Failure> {
        self.connection.lock().await.call(&request, Keep::Body).await?.ok()
    }

    /// A prefix that no other workload uses.
    pub(crate) fn fresh_prefix(&self) -> String {
        format!("run{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// The account of all resources.
    pub(crate) fn account(&self) -> &str {
        self.key_arn.split(':').nth(4).unwrap_or_default()
    }

    async fn make_user(&self) -> Result<Credentials, Failure> {
        let allow = |actions: Value, resource: &str| json!({ "Effect": "Allow", "Action": actions, "Resource": resource });
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            allow(json!(["kms:GenerateDataKey", "kms:Encrypt", "kms:Decrypt"]), "*"),
            allow(json!(["s3:PutObject", "s3:GetObject"]), &format!("arn:aws:s3:::{BUCKET}/*")),
            allow(json!("cloudtrail:LookupEvents"), "*"),
            allow(json!("sqs:*"), "*"),
        ] });
        let (version, user) = (("Version", "2010-05-08"), ("UserName", USER));
        let create = [("Action", "CreateUser"), version, user];
        self.call(self.root.query("iam", &create)).await?;
        let put = [
            ("Action", "PutUserPolicy"),
            version,
            user,
            ("PolicyName", "work"),
            ("PolicyDocument", &policy.to_string()),
        ];
        self.call(self.root.query("iam", &put)).await?;
        let create = [("Action", "CreateAccessKey"), version, user];
        let answer = self.call(self.root.query("iam", &create)).await?;
        Ok(Credentials {
            access_key_id: element(&answer, "AccessKeyId")?,
            secret: element(&answer, "SecretAccessKey")?,
            session_token: None,
        })
    }

    async fn make_key(&self) -> Result<String, Failure> {
        let create = self.root.json("kms", "TrentService.CreateKey", &json!({}));
        let made: Value = serde_json::from_slice(&self.call(create).await?)?;
        let arn = made.pointer("/KeyMetadata/Arn").and_then(Value::as_str);
        Ok(arn.ok_or("a key has no ARN")?.to_owned())
    }

    async fn make_bucket(&self) -> Result<(), Failure> {
        let put = |target: &str, document: &str| self.root.s3_document(target, document);
        self.call(put(&format!("/{BUCKET}"), "")).await?;
        let encryption = format!(
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
             <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{}</KMSMasterKeyID>\
             </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>\
             </ServerSideEncryptionConfiguration>",
            self.key_arn
        );
        self.call(put(&format!("/{BUCKET}?encryption"), &encryption)).await?;
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "OnlyKms",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": format!("arn:aws:s3:::{BUCKET}/*"),
            "Condition": {
                "StringNotEquals": { "s3:x-amz-server-side-encryption": "aws:kms" },
                "Null": { "s3:x-amz-server-side-encryption": "false" },
            },
        }] });
        self.call(put(&format!("/{BUCKET}?policy"), &policy.to_string())).await?;
        Ok(())
    }

    /// A trail that logs management events and all data events of the bucket.
    async fn make_trail(&self) -> Result<(), Failure> {
        let put = |target: &str, document: &str| self.root.s3_document(target, document);
        self.call(put(&format!("/{LOG_BUCKET}"), "")).await?;
        let arn = format!("arn:aws:cloudtrail:{REGION}:{}:trail/{TRAIL}", self.account());
        let statement = |action: &str, resource: String, acl: Value| {
            let mut equals = json!({ "aws:SourceArn": arn });
            if let (Some(equals), false) = (equals.as_object_mut(), acl.is_null()) {
                equals.insert("s3:x-amz-acl".to_owned(), acl);
            }
            json!({
                "Effect": "Allow",
                "Principal": { "Service": "cloudtrail.amazonaws.com" },
                "Action": action,
                "Resource": resource,
                "Condition": { "StringEquals": equals },
            })
        };
        let (bucket, account) = (format!("arn:aws:s3:::{LOG_BUCKET}"), self.account());
        let objects = format!("{bucket}/AWSLogs/{account}/*");
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            statement("s3:GetBucketAcl", bucket, Value::Null),
            statement("s3:PutObject", objects, json!("bucket-owner-full-control")),
        ] });
        self.call(put(&format!("/{LOG_BUCKET}?policy"), &policy.to_string())).await?;
        self.trail_call("CreateTrail", &json!({ "Name": TRAIL, "S3BucketName": LOG_BUCKET }))
            .await?;
        let data = json!([{
            "Type": "AWS::S3::Object",
            "Values": [format!("arn:aws:s3:::{BUCKET}/")],
        }]);
        let selectors = json!([{
            "ReadWriteType": "All",
            "IncludeManagementEvents": true,
            "DataResources": data,
        }]);
        let input = json!({ "TrailName": TRAIL, "EventSelectors": selectors });
        self.trail_call("PutEventSelectors", &input).await?;
        self.trail_call("StartLogging", &json!({ "Name": TRAIL })).await?;
        Ok(())
    }

    /// A call of CloudTrail by the root user.
    pub(crate) async fn trail_call(&self, name: &str, input: &Value) -> Result<Value, Failure> {
        let service = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";
        let request = self.root.json("cloudtrail", &format!("{service}.{name}"), input);
        Ok(serde_json::from_slice(&self.call(request).await?)?)
    }

    /// A call of S3 without a body by the root user.
    pub(crate) async fn get(&self, target: &str) -> Result<Vec<u8>, Failure> {
        let empty = crate::request::Body::new("");
        self.call(self.root.s3("GET", target, &empty)).await
    }
}

/// The text of the first XML element called `name`.
fn element(document: &[u8], name: &str) -> Result<String, Failure> {
    let found = elements(&String::from_utf8_lossy(document), name).into_iter().next();
    found.ok_or_else(|| format!("a response has no `{name}`").into())
}

/// The texts of all XML elements called `name`.
pub(crate) fn elements(document: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let rests = document.split(&open).skip(1);
    rests.filter_map(|rest| Some(rest.split_once(&close)?.0.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements are returned in order; an unclosed element is skipped.
    #[test]
    fn elements_are_found() {
        let document = "<L><Key>a</Key><Size>1</Size><Key>b/c</Key><Key>open</L>";
        assert_eq!(elements(document, "Key"), ["a", "b/c"]);
        assert_eq!(element(document.as_bytes(), "Size").unwrap(), "1");
        assert!(element(document.as_bytes(), "Missing").is_err());
    }
}
