use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The request id of the JSON and Query services: a version 4 UUID in lower case.
pub fn request_id_uuid(random: [u8; 16]) -> String {
    types::uuid_v4(random)
}

/// The request id of S3: 16 upper-case letters and digits.
///
/// Observed: `x-amz-request-id` of S3 responses.
pub fn s3_request_id(random: [u8; 16]) -> String {
    types::base32_upper(&random)
}

/// The host id of S3: 76 characters of base64.
///
/// Observed: `x-amz-id-2` of S3 responses.
pub fn s3_host_id(random: &[u8; 56]) -> String {
    STANDARD.encode(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths and alphabets are AWS's.
    #[test]
    fn ids_have_the_forms_of_aws() {
        assert_eq!(request_id_uuid([7; 16]).len(), 36);
        let id = s3_request_id([200; 16]);
        assert_eq!(id.len(), 16);
        assert!(id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        assert_eq!(s3_host_id(&[1; 56]).len(), 76);
    }
}
