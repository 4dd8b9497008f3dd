//! Settings of which a bucket has many, each with an ID: only stored and returned.

mod checks;

use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::{Ctx, Failure, Spec};

use super::{reads, removes, writes};
use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::model::Bucket;
use crate::request::Request;
use crate::response::Response;
use crate::xml::{self, Element, Xml};

/// Source: S3 User Guide, "Amazon S3 Inventory" and its neighbours: 1,000 of each kind.
const PER_BUCKET_MAX: usize = 1_000;
/// Source: S3 API Reference, "ListBucketInventoryConfigurations": 100 at a time.
const PAGE_MAX: usize = 100;

/// A kind of such settings.
pub(crate) trait Identified: 'static {
    /// The sub-resource.
    const SUB: &'static str;
    /// The root of one document.
    const ROOT: &'static str;
    /// The root of the list.
    const LIST_ROOT: &'static str;
    /// The rows: list, read, write, remove.
    const ROWS: [Spec; 4];
    /// The actions of reading and writing.
    const ACTIONS: (&'static str, &'static str);

    /// Refuses a document that AWS's schema does not allow.
    fn check(document: &Element) -> S3Result<()>;
}

/// Lists all of a kind.
#[derive(Debug)]
pub(crate) struct ListAll<K>(PhantomData<K>);
/// Reads one.
#[derive(Debug)]
pub(crate) struct GetOne<K>(PhantomData<K>);
/// Writes one.
#[derive(Debug)]
pub(crate) struct PutOne<K>(PhantomData<K>);
/// Removes one.
#[derive(Debug)]
pub(crate) struct DeleteOne<K>(PhantomData<K>);

fn place<K: Identified>(request: &Request) -> String {
    format!("{}/{}", K::SUB, request.param("id").unwrap_or_default())
}

fn missing() -> Failure<S3Error> {
    S3Error::NotSet {
        code: "NoSuchConfiguration",
        message: "The specified configuration does not exist.",
        bucket: None,
    }
    .into()
}

/// All of a kind by id, ascending.
fn stored<K: Identified>(bucket: &Bucket) -> Vec<(&str, &String)> {
    let prefix = format!("{}/", K::SUB);
    let all = bucket.documents.iter();
    all.filter_map(|(name, text)| Some((name.strip_prefix(&prefix)?, text))).collect()
}

/// The id behind which a page begins.
///
/// Assumed: S3 refuses a token of another form than its own like one of a list of keys.
fn token(request: &Request) -> S3Result<Option<String>> {
    let Some(token) = request.filled("continuation-token") else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let id = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let refusal = || {
        S3Error::named("The continuation token provided is incorrect", "continuation-token").into()
    };
    id.map(Some).ok_or_else(refusal)
}

impl<K: Identified> PlainApi for ListAll<K> {
    const SPEC: Spec = {
        let [list, ..] = K::ROWS;
        list
    };
    const EVENT: Shape = Shape::PREFIX;
    const ACTION: &'static str = K::ACTIONS.0;

    fn run(_: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let mut list = Xml::result(K::LIST_ROOT);
        let after = token(request)?;
        let all = stored::<K>(bucket);
        let left = || all.iter().filter(|(id, _)| after.as_deref().is_none_or(|after| *id > after));
        let truncated = left().count() > PAGE_MAX;
        list.number("IsTruncated", truncated);
        list.some("ContinuationToken", request.param("continuation-token"));
        if let Some((last, _)) = left().take(PAGE_MAX).last().filter(|_| truncated) {
            list.text("NextContinuationToken", URL_SAFE_NO_PAD.encode(last));
        }
        for (_, text) in left().take(PAGE_MAX) {
            list.open(K::ROOT);
            xml::write_stored(&mut list, text)?;
            list.close();
        }
        Ok(Response::xml(list))
    }
}

impl<K: Identified> PlainApi for GetOne<K> {
    const SPEC: Spec = {
        let [_, read, ..] = K::ROWS;
        read
    };
    const ACTION: &'static str = K::ACTIONS.0;

    fn run(_: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let text = bucket.documents.get(&place::<K>(request)).ok_or_else(missing)?;
        Ok(Response::xml(xml::rewritten(text, K::ROOT)?))
    }
}

impl<K: Identified> PlainApi for PutOne<K> {
    const SPEC: Spec = {
        let [_, _, write, _] = K::ROWS;
        write
    };
    const ACTION: &'static str = K::ACTIONS.1;

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let mut bucket = bucket.clone();
        let document = xml::read(request.document()?, K::ROOT)?;
        // Observed: only an inventory returns this.
        if document.text_of("Id") != request.param("id") {
            let inventory = K::SUB == "inventory";
            let error = if inventory { S3Error::IdMismatch } else { S3Error::MalformedXml };
            return Err(error.into());
        }
        K::check(&document)?;
        let is_new = !bucket.documents.contains_key(&place::<K>(request));
        if is_new && stored::<K>(&bucket).len() >= PER_BUCKET_MAX {
            let message = "You are attempting to create a new configuration but have already \
                           reached the 1000-configuration limit.";
            return Err(S3Error::request(message).into());
        }
        bucket.documents.insert(place::<K>(request), xml::canonical(&document));
        bucket.check_documents()?;
        bucket.save(ctx)?;
        // Observed.
        Ok(Response::no_content())
    }
}

impl<K: Identified> PlainApi for DeleteOne<K> {
    const SPEC: Spec = {
        let [.., remove] = K::ROWS;
        remove
    };
    const ACTION: &'static str = K::ACTIONS.1;

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let mut bucket = bucket.clone();
        bucket.documents.remove(&place::<K>(request)).ok_or_else(missing)?;
        bucket.save(ctx)?;
        Ok(Response::no_content())
    }
}

/// The table: sub-resource, roots, names of the operations and in events, actions.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $type:ident {
            sub: $sub:literal, roots: ($root:literal, $list_root:literal),
            names: ($list:literal, $get:literal, $put:literal, $delete:literal),
            events: ($list_event:literal, $get_event:literal, $put_event:literal,
                     $delete_event:literal),
            actions: ($get_action:literal, $put_action:literal),
            check: $check:path,
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $type;

        impl Identified for $type {
            const SUB: &'static str = $sub;
            const ROOT: &'static str = $root;
            const LIST_ROOT: &'static str = $list_root;
            const ROWS: [Spec; 4] = [
                reads($list, &[$sub]).event_name($list_event),
                reads($get, &[$sub, "id"]).event_name($get_event),
                writes($put, &[$sub, "id"]).event_name($put_event),
                removes($delete, &[$sub, "id"]).event_name($delete_event),
            ];
            const ACTIONS: (&'static str, &'static str) = ($get_action, $put_action);

            fn check(document: &Element) -> S3Result<()> {
                $check(document)
            }
        }
    )*};
}

kinds! {
    /// Source: S3 API Reference, "InventoryConfiguration". Nothing is reported.
    Inventory {
        sub: "inventory", roots: ("InventoryConfiguration", "ListInventoryConfigurationsResult"),
        names: ("ListBucketInventoryConfigurations", "GetBucketInventoryConfiguration",
                "PutBucketInventoryConfiguration", "DeleteBucketInventoryConfiguration"),
        events: ("ListInventoryConfigurations", "GetInventoryConfiguration",
                 "PutInventoryConfiguration", "DeleteInventoryConfiguration"),
        actions: ("s3:GetInventoryConfiguration", "s3:PutInventoryConfiguration"),
        check: checks::inventory,
    }
    /// Source: S3 API Reference, "AnalyticsConfiguration". Nothing is analysed.
    Analytics {
        sub: "analytics", roots: ("AnalyticsConfiguration", "ListBucketAnalyticsConfigurationResult"),
        names: ("ListBucketAnalyticsConfigurations", "GetBucketAnalyticsConfiguration",
                "PutBucketAnalyticsConfiguration", "DeleteBucketAnalyticsConfiguration"),
        events: ("ListAnalyticsConfigurations", "GetAnalyticsConfiguration",
                 "PutAnalyticsConfiguration", "DeleteAnalyticsConfiguration"),
        actions: ("s3:GetAnalyticsConfiguration", "s3:PutAnalyticsConfiguration"),
        check: checks::analytics,
    }
    /// Source: S3 API Reference, "MetricsConfiguration". Nothing is measured.
    Metrics {
        sub: "metrics", roots: ("MetricsConfiguration", "ListMetricsConfigurationsResult"),
        names: ("ListBucketMetricsConfigurations", "GetBucketMetricsConfiguration",
                "PutBucketMetricsConfiguration", "DeleteBucketMetricsConfiguration"),
        events: ("ListMetricsConfigurations", "GetMetricsConfiguration",
                 "PutMetricsConfiguration", "DeleteMetricsConfiguration"),
        actions: ("s3:GetMetricsConfiguration", "s3:PutMetricsConfiguration"),
        check: checks::metrics,
    }
    /// Source: S3 API Reference, "IntelligentTieringConfiguration". Nothing is moved.
    IntelligentTiering {
        sub: "intelligent-tiering",
        roots: ("IntelligentTieringConfiguration",
                "ListBucketIntelligentTieringConfigurationsOutput"),
        names: ("ListBucketIntelligentTieringConfigurations",
                "GetBucketIntelligentTieringConfiguration",
                "PutBucketIntelligentTieringConfiguration",
                "DeleteBucketIntelligentTieringConfiguration"),
        events: ("ListIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration",
                 "PutIntelligentTieringConfiguration", "DeleteIntelligentTieringConfiguration"),
        actions: ("s3:GetIntelligentTieringConfiguration",
                  "s3:PutIntelligentTieringConfiguration"),
        check: checks::tiering,
    }
}
