//! The operations, and the table of them.

pub(crate) mod bucket_acl;
pub(crate) mod buckets;
pub(crate) mod copy_object;
pub(crate) mod create_bucket;
pub(crate) mod delete_object;
pub(crate) mod delete_objects;
pub(crate) mod get_object;
pub(crate) mod list_buckets;
pub(crate) mod list_objects;
pub(crate) mod list_versions;
pub(crate) mod multipart;
pub(crate) mod object_acl;
pub(crate) mod object_attributes;
pub(crate) mod object_lock;
pub(crate) mod object_tagging;
pub(crate) mod policies;
pub(crate) mod post_object;
pub(crate) mod preflight;
pub(crate) mod put_object;

use gateway::{Row, row};

use crate::api::{Call, ServiceCall};
use crate::control;
use crate::settings::echo::{
    Accelerate, Cors, Lifecycle, Logging, Notification, Replication, RequestPayment, Website,
};
use crate::settings::encryption::Encryption;
use crate::settings::identified::{
    Analytics, DeleteOne, GetOne, IntelligentTiering, Inventory, ListAll, Metrics, PutOne,
};
use crate::settings::notification::PutNotification;
use crate::settings::object_lock::ObjectLockConfiguration;
use crate::settings::ownership::OwnershipControls;
use crate::settings::public_access::PublicAccessBlock;
use crate::settings::tagging::BucketTagging;
use crate::settings::versioning::BucketVersioning;
use crate::settings::{Delete, Get, Put};
use crate::tagged::Buckets;

/// All operations of this service.
pub const ROWS: &[Row] = &[
    row::<ServiceCall<list_buckets::ListBuckets>>(),
    row::<ServiceCall<create_bucket::CreateBucket>>(),
    row::<Call<buckets::HeadBucket>>(),
    row::<Call<buckets::DeleteBucket>>(),
    row::<Call<buckets::GetBucketLocation>>(),
    row::<Call<policies::GetBucketPolicy>>(),
    row::<Call<policies::PutBucketPolicy>>(),
    row::<Call<policies::DeleteBucketPolicy>>(),
    row::<Call<policies::GetBucketPolicyStatus>>(),
    row::<Call<bucket_acl::GetBucketAcl>>(),
    row::<Call<bucket_acl::PutBucketAcl>>(),
    row::<Call<Get<Encryption>>>(),
    row::<Call<Put<Encryption>>>(),
    row::<Call<Delete<Encryption>>>(),
    row::<Call<Get<PublicAccessBlock>>>(),
    row::<Call<Put<PublicAccessBlock>>>(),
    row::<Call<Delete<PublicAccessBlock>>>(),
    row::<Call<Get<OwnershipControls>>>(),
    row::<Call<Put<OwnershipControls>>>(),
    row::<Call<Delete<OwnershipControls>>>(),
    row::<Call<Get<BucketVersioning>>>(),
    row::<Call<Put<BucketVersioning>>>(),
    row::<Call<Get<BucketTagging>>>(),
    row::<Call<Put<BucketTagging>>>().with_tags(&Buckets),
    row::<Call<Delete<BucketTagging>>>(),
    row::<Call<Get<ObjectLockConfiguration>>>(),
    row::<Call<Put<ObjectLockConfiguration>>>(),
    row::<Call<Get<Lifecycle>>>(),
    row::<Call<Put<Lifecycle>>>(),
    row::<Call<Delete<Lifecycle>>>(),
    row::<Call<Get<Cors>>>(),
    row::<Call<Put<Cors>>>(),
    row::<Call<Delete<Cors>>>(),
    row::<Call<Get<Website>>>(),
    row::<Call<Put<Website>>>(),
    row::<Call<Delete<Website>>>(),
    row::<Call<Get<Logging>>>(),
    row::<Call<Put<Logging>>>(),
    row::<Call<Get<Notification>>>(),
    row::<Call<PutNotification>>(),
    row::<Call<Get<Replication>>>(),
    row::<Call<Put<Replication>>>(),
    row::<Call<Delete<Replication>>>(),
    row::<Call<Get<RequestPayment>>>(),
    row::<Call<Put<RequestPayment>>>(),
    row::<Call<Get<Accelerate>>>(),
    row::<Call<Put<Accelerate>>>(),
    row::<Call<ListAll<Inventory>>>(),
    row::<Call<GetOne<Inventory>>>(),
    row::<Call<PutOne<Inventory>>>(),
    row::<Call<DeleteOne<Inventory>>>(),
    row::<Call<ListAll<Analytics>>>(),
    row::<Call<GetOne<Analytics>>>(),
    row::<Call<PutOne<Analytics>>>(),
    row::<Call<DeleteOne<Analytics>>>(),
    row::<Call<ListAll<Metrics>>>(),
    row::<Call<GetOne<Metrics>>>(),
    row::<Call<PutOne<Metrics>>>(),
    row::<Call<DeleteOne<Metrics>>>(),
    row::<Call<ListAll<IntelligentTiering>>>(),
    row::<Call<GetOne<IntelligentTiering>>>(),
    row::<Call<PutOne<IntelligentTiering>>>(),
    row::<Call<DeleteOne<IntelligentTiering>>>(),
    row::<ServiceCall<preflight::PreflightOfBucket>>(),
    row::<ServiceCall<preflight::PreflightOfObject>>(),
    row::<control::Call<control::public_access::GetPublicAccessBlock>>(),
    row::<control::Call<control::public_access::PutPublicAccessBlock>>(),
    row::<control::Call<control::public_access::DeletePublicAccessBlock>>(),
    row::<control::Call<control::tags::ListTagsForResource>>(),
    row::<control::Call<control::tags::TagResource>>(),
    row::<control::Call<control::tags::UntagResource>>(),
    row::<Call<put_object::PutObject>>(),
    row::<Call<post_object::PostObject>>(),
    row::<Call<get_object::GetObject>>(),
    row::<Call<get_object::HeadObject>>(),
    row::<Call<copy_object::CopyObject>>(),
    row::<Call<delete_object::DeleteObject>>(),
    row::<Call<delete_objects::DeleteObjects>>(),
    row::<Call<list_objects::ListObjects>>(),
    row::<Call<list_objects::ListObjectsV2>>(),
    row::<Call<list_versions::ListObjectVersions>>(),
    row::<Call<object_attributes::GetObjectAttributes>>(),
    row::<Call<object_tagging::GetObjectTagging>>(),
    row::<Call<object_tagging::PutObjectTagging>>(),
    row::<Call<object_tagging::DeleteObjectTagging>>(),
    row::<Call<object_acl::GetObjectAcl>>(),
    row::<Call<object_acl::PutObjectAcl>>(),
    row::<Call<object_lock::GetObjectRetention>>(),
    row::<Call<object_lock::PutObjectRetention>>(),
    row::<Call<object_lock::GetObjectLegalHold>>(),
    row::<Call<object_lock::PutObjectLegalHold>>(),
    row::<Call<multipart::create::CreateMultipartUpload>>(),
    row::<Call<multipart::upload_part::UploadPart>>(),
    row::<Call<multipart::upload_part_copy::UploadPartCopy>>(),
    row::<Call<multipart::complete::CompleteMultipartUpload>>(),
    row::<Call<multipart::abort::AbortMultipartUpload>>(),
    row::<Call<multipart::list_parts::ListParts>>(),
    row::<Call<multipart::list_uploads::ListMultipartUploads>>(),
];
