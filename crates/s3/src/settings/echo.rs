//! Settings that are stored and returned, and have no effect yet.
//!
//! Terraform reads most of them on every refresh, so the responses of a bucket without them matter
//! as much as those of a bucket that has them.

mod checks;

use gateway::{Ctx, Spec};

use super::{Removable, Setting, Settings, reads, removes, writes};
use crate::error::{S3Error, S3Result};
use crate::request::Request;
use crate::xml::{self, Element, Xml};

/// The response of a bucket without the setting.
enum Unset {
    /// An error.
    Missing(&'static str, &'static str),
    /// A document with at most one element: its name and text.
    Document(Option<(&'static str, &'static str)>),
}

/// Shows a stored document.
fn shown(settings: &Settings, sub: &str, root: &str, unset: &Unset) -> S3Result<Xml> {
    if let Some(text) = settings.0.documents.get(sub) {
        return Ok(xml::rewritten(text, root)?);
    }
    match unset {
        Unset::Missing(code, message) => {
            let bucket = Some(settings.0.name.clone());
            Err(S3Error::NotSet { code, message, bucket }.into())
        }
        Unset::Document(default) => {
            let mut xml = Xml::result(root);
            if let Some((name, text)) = default {
                xml.text(name, text);
            }
            Ok(xml)
        }
    }
}

/// The table: for each setting its sub-resource, root, operations with their names in events,
/// actions, the response without it, and the check of a document.
macro_rules! echoes {
    ($(
        $(#[$doc:meta])*
        $type:ident {
            sub: $sub:literal, root: $root:literal,
            get: $get:literal as $get_event:literal,
            put: $put:literal as $put_event:literal,
            actions: ($get_action:literal, $put_action:literal),
            $(delete: $delete:literal needs $delete_action:literal,)?
            unset: $unset:expr, check: $check:path
            $(, apply_headers: $apply:path, headers: $headers:path)? $(, bytes_max: $bytes_max:expr)? $(,)?
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $type;

        impl Setting for $type {
            const GET: Spec = reads($get, &[$sub]).event_name($get_event);
            const PUT: Spec = writes($put, &[$sub]).event_name($put_event);
            const ACTIONS: (&'static str, &'static str) = ($get_action, $put_action);
            const ROOT: &'static str = $root;
            $(const DOCUMENT_BYTES_MAX: Option<usize> = Some($bytes_max);)?

            fn show(settings: &Settings) -> S3Result<Xml> {
                shown(settings, $sub, $root, &$unset)
            }

            fn set(ctx: &mut Ctx<'_>, settings: &mut Settings, document: &Element) -> S3Result<()> {
                let mut document = document.clone();
                $check(ctx, settings, &mut document)?;
                settings.0.documents.insert($sub.to_owned(), xml::canonical(&document));
                Ok(())
            }

            $(fn apply_headers(settings: &mut Settings, request: &Request) -> S3Result<()> {
                $apply(settings, request)
            }

            fn headers(settings: &Settings, request: &Request) -> Vec<(String, String)> {
                $headers(settings, request)
            })?
        }

        $(impl Removable for $type {
            const DELETE: Spec = removes($delete, &[$sub]);
            const DELETE_ACTION: &'static str = $delete_action;

            fn clear(settings: &mut Settings) {
                settings.0.documents.remove($sub);
            }
        })?
    )*};
}

echoes! {
    /// Source: S3 API Reference, "BucketLifecycleConfiguration". No rule is carried out yet.
    Lifecycle {
        sub: "lifecycle", root: "LifecycleConfiguration",
        get: "GetBucketLifecycleConfiguration" as "GetBucketLifecycle",
        put: "PutBucketLifecycleConfiguration" as "PutBucketLifecycle",
        actions: ("s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
        delete: "DeleteBucketLifecycle" needs "s3:PutLifecycleConfiguration",
        unset: Unset::Missing(
            "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"
        ),
        check: checks::lifecycle,
        apply_headers: checks::keep_minimum_size, headers: checks::lifecycle_headers,
    }
    /// Source: S3 API Reference, "CORSConfiguration".
    Cors {
        sub: "cors", root: "CORSConfiguration",
        get: "GetBucketCors" as "GetBucketCors",
        put: "PutBucketCors" as "PutBucketCors",
        actions: ("s3:GetBucketCORS", "s3:PutBucketCORS"),
        delete: "DeleteBucketCors" needs "s3:PutBucketCORS",
        unset: Unset::Missing(
            "NoSuchCORSConfiguration", "The CORS configuration does not exist"
        ),
        check: checks::cors, bytes_max: crate::cors::DOCUMENT_BYTES_MAX,
    }
    /// Source: S3 API Reference, "WebsiteConfiguration".
    Website {
        sub: "website", root: "WebsiteConfiguration",
        get: "GetBucketWebsite" as "GetBucketWebsite",
        put: "PutBucketWebsite" as "PutBucketWebsite",
        actions: ("s3:GetBucketWebsite", "s3:PutBucketWebsite"),
        delete: "DeleteBucketWebsite" needs "s3:DeleteBucketWebsite",
        unset: Unset::Missing(
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration"
        ),
        check: checks::website,
    }
    /// Source: S3 API Reference, "BucketLoggingStatus".
    Logging {
        sub: "logging", root: "BucketLoggingStatus",
        get: "GetBucketLogging" as "GetBucketLogging",
        put: "PutBucketLogging" as "PutBucketLogging",
        actions: ("s3:GetBucketLogging", "s3:PutBucketLogging"),
        unset: Unset::Document(None), check: checks::logging,
    }
    /// Source: S3 API Reference, "NotificationConfiguration".
    Notification {
        sub: "notification", root: "NotificationConfiguration",
        get: "GetBucketNotificationConfiguration" as "GetBucketNotification",
        put: "PutBucketNotificationConfiguration" as "PutBucketNotification",
        actions: ("s3:GetBucketNotification", "s3:PutBucketNotification"),
        unset: Unset::Document(None), check: checks::notification,
    }
    /// Source: S3 API Reference, "ReplicationConfiguration". Nothing is replicated yet.
    Replication {
        sub: "replication", root: "ReplicationConfiguration",
        get: "GetBucketReplication" as "GetBucketReplication",
        put: "PutBucketReplication" as "PutBucketReplication",
        actions: ("s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration"),
        delete: "DeleteBucketReplication" needs "s3:PutReplicationConfiguration",
        unset: Unset::Missing(
            "ReplicationConfigurationNotFoundError", "The replication configuration was not found"
        ),
        check: checks::replication,
    }
    /// Source: S3 API Reference, "RequestPaymentConfiguration".
    RequestPayment {
        sub: "requestPayment", root: "RequestPaymentConfiguration",
        get: "GetBucketRequestPayment" as "GetBucketRequestPayment",
        put: "PutBucketRequestPayment" as "PutBucketRequestPayment",
        actions: ("s3:GetBucketRequestPayment", "s3:PutBucketRequestPayment"),
        unset: Unset::Document(Some(("Payer", "BucketOwner"))), check: checks::request_payment,
    }
    /// Source: S3 API Reference, "AccelerateConfiguration".
    Accelerate {
        sub: "accelerate", root: "AccelerateConfiguration",
        get: "GetBucketAccelerateConfiguration" as "GetAccelerateConfiguration",
        put: "PutBucketAccelerateConfiguration" as "PutAccelerateConfiguration",
        actions: ("s3:GetAccelerateConfiguration", "s3:PutAccelerateConfiguration"),
        unset: Unset::Document(None), check: checks::accelerate,
    }
}
