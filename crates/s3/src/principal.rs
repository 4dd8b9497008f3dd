/// The source of S3's events, the name under which it uses a caller's credentials, and the host of
/// requests that name none.
pub(crate) const PRINCIPAL: &str = "s3.amazonaws.com";
