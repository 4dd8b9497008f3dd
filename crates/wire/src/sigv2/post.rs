use keys::equal_in_constant_time;

use super::{Form, Refusal, Signed, TOKEN, signature};
use crate::sigv4::Mismatch;

/// The signature of a form: who signed its policy. The policy determines the other fields that the
/// form may contain, including the session token, and when it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostSignature {
    /// The claimed signer.
    pub signed: Signed,
    /// The policy as sent in the form: base64. This text was signed.
    policy: String,
}

impl PostSignature {
    /// Reads it from a form's fields, whose names are in any case; `None` for a form that presents
    /// no signature of this version.
    ///
    /// Source: S3 User Guide, "HTML form fields": with a policy, the access key and the signature
    /// are required. Assumed: a form with the fields of both versions is refused as a request is.
    pub fn presented(fields: &[(String, String)]) -> Result<Option<Self>, Refusal> {
        let field = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.clone())
        };
        let (access_key_id, signature) = (field("AWSAccessKeyId"), field("signature"));
        if access_key_id.is_none() && signature.is_none() {
            return Ok(None);
        }
        let of_version_4 = ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"];
        if of_version_4.iter().any(|name| field(name).is_some()) {
            return Err(Refusal::TwoMechanisms { authorization: None });
        }
        let missing = |name| Refusal::MissingField { name };
        let signed = Signed {
            access_key_id: access_key_id.ok_or_else(|| missing("AWSAccessKeyId"))?,
            session_token: field(TOKEN),
            form: Form::Post,
            signature: signature.ok_or_else(|| missing("signature"))?,
        };
        let policy = field("policy").ok_or_else(|| missing("policy"))?;
        Ok(Some(Self { signed, policy }))
    }

    /// Whether the form's policy was signed with `secret`.
    ///
    /// Observed: the elements of a mismatch; the string to sign is the policy.
    pub fn verify(&self, secret: &[u8]) -> Result<(), Refusal> {
        let right = signature(secret, self.policy.as_bytes());
        if equal_in_constant_time(right.as_bytes(), self.signed.signature.as_bytes()) {
            return Ok(());
        }
        Err(Refusal::Mismatch(Box::new(Mismatch {
            access_key_id: self.signed.access_key_id.clone(),
            string_to_sign: self.policy.clone(),
            signature_provided: self.signed.signature.clone(),
            canonical_request: None,
        })))
    }
}
