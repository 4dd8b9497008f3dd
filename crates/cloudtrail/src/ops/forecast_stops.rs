//! `ForecastStops`: which logging trails a change of a policy would stop, and why.
//!
//! The permissions of a delivery are those of the operations that it calls, as the service, and the
//! engine decides them with the proposed policy in place of the present one. A trail that is denied
//! today, regardless of the policy, is also returned. AWS has no such operation, so this one has no
//! row; our own service's `ForecastDeliveries` returns its result.

use std::sync::Arc;

use bytes::Bytes;
use gateway::{
    Access, Caller, Ctx, Denial, EventParts, Failure, Fault, NoWire, Plain, Refused, Spec,
};
use policy::Policy;
use trail::digest::{Kind, Series};
use trail::log_file;
use types::Region;

use crate::deliver::FileToPut;
use crate::model::{Trail, trails_of};
use crate::{PRINCIPAL, TrailError};

/// The operation, for our own service: it leaves no event.
#[derive(Debug)]
pub struct ForecastStops;

impl Plain for ForecastStops {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ForecastStops");
    type Input = Change;
    type Output = Vec<Stop>;
    type Error = TrailError;
    type Codec = NoWire;

    fn access(_: &mut Ctx<'_>, _: &Change) -> Result<Vec<Access>, Failure<TrailError>> {
        Ok(Vec::new())
    }

    /// The logging trails of the caller's account that the change would stop.
    fn run(ctx: &mut Ctx<'_>, change: &Change) -> Result<Vec<Stop>, Failure<TrailError>> {
        Ok(stops(ctx, change)?)
    }

    fn annotate(
        _: &Ctx<'_>,
        _: &Change,
        _: Option<&Vec<Stop>>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        event.silent = true;
        Ok(())
    }
}

/// The input of [`ForecastStops`]: a change that may stop deliveries.
#[derive(Debug, Clone)]
pub enum Change {
    /// A bucket gets this policy, or loses its own.
    BucketPolicy {
        /// The bucket.
        bucket: String,
        /// The policy, or none.
        policy: Option<Arc<Policy>>,
    },
    /// A key gets this policy.
    KeyPolicy {
        /// The key's ARN.
        key_arn: String,
        /// The policy.
        policy: Arc<Policy>,
    },
    /// A key is disabled or deleted.
    KeyUnusable {
        /// The key's ARN.
        key_arn: String,
    },
}

/// A trail that would be stopped.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The trail.
    pub trail_arn: String,
    /// Its name.
    pub name: String,
    /// The refusal; `None` if the key could not be used at all.
    pub denial: Option<Denial>,
}

fn stops(ctx: &mut Ctx<'_>, change: &Change) -> Result<Vec<Stop>, Refused> {
    let mut stops = Vec::new();
    let trails = trails_of(ctx.tx(), ctx.account())?;
    for trail in trails.iter().filter(|trail| trail.is_logging) {
        let denial = match change {
            Change::BucketPolicy { bucket, policy } if trail.bucket == *bucket => {
                in_bucket(ctx, trail, policy.as_ref())?
            }
            Change::KeyPolicy { key_arn, policy } if uses(trail, key_arn) => {
                with_key(ctx, trail, key_arn, policy)?
            }
            Change::KeyUnusable { key_arn } if uses(trail, key_arn) => {
                stops.push(stop(trail, None));
                continue;
            }
            Change::BucketPolicy { .. } | Change::KeyPolicy { .. } | Change::KeyUnusable { .. } => {
                None
            }
        };
        stops.extend(denial.map(|denial| stop(trail, Some(denial))));
    }
    Ok(stops)
}

fn stop(trail: &Trail, denial: Option<Denial>) -> Stop {
    Stop { trail_arn: trail.arn().to_string(), name: trail.name.to_string(), denial }
}

fn uses(trail: &Trail, key_arn: &str) -> bool {
    trail.kms_key.as_deref() == Some(key_arn)
}

fn service(trail: &Trail) -> Caller {
    Caller::service(PRINCIPAL, &trail.account, trail.arn().as_str())
}

/// The first denial of a delivery in its bucket: it reads the ACL and stores log files and digests
/// of the trail's home region.
fn in_bucket(
    ctx: &mut Ctx<'_>,
    trail: &Trail,
    policy: Option<&Arc<Policy>>,
) -> Result<Option<Denial>, Refused> {
    let Some(region) = ctx.region_of::<s3::PutObject>(&trail.bucket)? else { return Ok(None) };
    let change = |access: &mut Access| access.policy = policy.cloned();
    let acl = s3::Request::bucket(&trail.bucket);
    let denial = ctx.foresee::<s3::GetBucketAcl>(region.clone(), service(trail), &acl, &change)?;
    if denial.is_some() {
        return Ok(denial);
    }
    for object in objects(ctx, trail) {
        let file = file(trail, object).input(trail);
        let denial =
            ctx.foresee::<s3::PutObject>(region.clone(), service(trail), &file, &change)?;
        if denial.is_some() {
            return Ok(denial);
        }
    }
    Ok(None)
}

/// Names such as the next files will have.
fn objects(ctx: &Ctx<'_>, trail: &Trail) -> Vec<String> {
    let (prefix, region) = (trail.prefix.as_deref(), trail.home_region.as_str());
    let slot = log_file::slot_end(ctx.now(), log_file::SLOT_MS);
    let mut objects =
        vec![log_file::object_key(prefix, &trail.account, region, slot, "0000000000000000")];
    if trail.validates_log_files {
        let series = Series {
            prefix,
            organization: None,
            account: &trail.account,
            region,
            trail: &trail.name,
            home_region: region,
        };
        objects.push(series.object_key(ctx.now(), Kind::Regular));
    }
    objects
}

fn file(trail: &Trail, object: String) -> FileToPut<'_> {
    FileToPut {
        bucket: &trail.bucket,
        object,
        body: Bytes::new(),
        metadata: Vec::new(),
        is_gzip: true,
    }
}

/// Whether the key returns a data key for a log file.
fn with_key(
    ctx: &mut Ctx<'_>,
    trail: &Trail,
    key_arn: &str,
    policy: &Arc<Policy>,
) -> Result<Option<Denial>, Refused> {
    let Some(region) = key_arn.split(':').nth(3).and_then(Region::parse) else { return Ok(None) };
    let object = objects(ctx, trail).into_iter().next().unwrap_or_default();
    let context = [
        ("aws:cloudtrail:arn", trail.arn().to_string()),
        ("aws:s3:arn", format!("arn:aws:s3:::{}/{object}", trail.bucket)),
    ];
    let input = kms::GenerateDataKeyInput {
        key_id: Some(key_arn.to_owned()),
        key_spec: Some("AES_256".to_owned()),
        encryption_context: context.map(|(name, value)| (name.to_owned(), value)).into(),
        ..Default::default()
    };
    let change = |access: &mut Access| access.policy = Some(Arc::clone(policy));
    ctx.foresee::<kms::GenerateDataKey>(region, service(trail), &input, &change)
}
