//! The operations of IAM and STS.

mod absent;
mod access_keys;
mod account;
mod attached;
mod authorization_details;
mod boundaries;
mod change_password;
mod groups;
mod holders;
mod inline;
mod login_profiles;
mod mfa_devices;
mod mfa_in_use;
mod password_policy;
pub(crate) mod policies;
mod roles;
mod simulate;
mod tags;
mod users;
mod versions;

use gateway::{Row, row};

use crate::action::action;
use crate::noun::{Groups, Roles, Users};
use crate::sts;
pub(crate) use change_password::REUSED;
use policies::Policies;

/// The operations of IAM and STS.
pub const ROWS: &[Row] = &[
    action::<users::CreateUser>(),
    action::<users::GetUser>(),
    action::<users::ListUsers>(),
    action::<users::UpdateUser>(),
    action::<users::DeleteUser>(),
    action::<tags::TagIt<Users>>(),
    action::<tags::UntagIt<Users>>(),
    action::<tags::ListTags<Users>>(),
    action::<boundaries::Put<Users>>(),
    action::<boundaries::Delete<Users>>(),
    action::<access_keys::CreateAccessKey>(),
    action::<access_keys::ListAccessKeys>(),
    action::<access_keys::UpdateAccessKey>(),
    action::<access_keys::DeleteAccessKey>(),
    action::<access_keys::GetAccessKeyLastUsed>(),
    action::<roles::CreateRole>(),
    action::<roles::GetRole>(),
    action::<roles::ListRoles>(),
    action::<roles::UpdateRole>(),
    action::<roles::UpdateRoleDescription>(),
    action::<roles::UpdateAssumeRolePolicy>(),
    action::<roles::DeleteRole>(),
    action::<tags::TagIt<Roles>>(),
    action::<tags::UntagIt<Roles>>(),
    action::<tags::ListTags<Roles>>(),
    action::<boundaries::Put<Roles>>(),
    action::<boundaries::Delete<Roles>>(),
    action::<groups::CreateGroup>(),
    action::<groups::GetGroup>(),
    action::<groups::ListGroups>(),
    action::<groups::UpdateGroup>(),
    action::<groups::DeleteGroup>(),
    action::<groups::AddUserToGroup>(),
    action::<groups::RemoveUserFromGroup>(),
    action::<groups::ListGroupsForUser>(),
    action::<inline::Put<Users>>(),
    action::<inline::Get<Users>>(),
    action::<inline::Delete<Users>>(),
    action::<inline::List<Users>>(),
    action::<inline::Put<Roles>>(),
    action::<inline::Get<Roles>>(),
    action::<inline::Delete<Roles>>(),
    action::<inline::List<Roles>>(),
    action::<inline::Put<Groups>>(),
    action::<inline::Get<Groups>>(),
    action::<inline::Delete<Groups>>(),
    action::<inline::List<Groups>>(),
    action::<attached::Attach<Users>>(),
    action::<attached::Detach<Users>>(),
    action::<attached::List<Users>>(),
    action::<attached::Attach<Roles>>(),
    action::<attached::Detach<Roles>>(),
    action::<attached::List<Roles>>(),
    action::<attached::Attach<Groups>>(),
    action::<attached::Detach<Groups>>(),
    action::<attached::List<Groups>>(),
    action::<attached::ListEntitiesForPolicy>(),
    action::<policies::CreatePolicy>(),
    action::<policies::GetPolicy>(),
    action::<policies::ListPolicies>(),
    action::<policies::DeletePolicy>(),
    action::<versions::CreatePolicyVersion>(),
    action::<versions::GetPolicyVersion>(),
    action::<versions::ListPolicyVersions>(),
    action::<versions::SetDefaultPolicyVersion>(),
    action::<versions::DeletePolicyVersion>(),
    action::<tags::TagIt<Policies>>(),
    action::<tags::UntagIt<Policies>>(),
    action::<tags::ListTags<Policies>>(),
    action::<account::CreateAccountAlias>(),
    action::<account::DeleteAccountAlias>(),
    action::<account::ListAccountAliases>(),
    action::<account::GetAccountSummary>(),
    action::<authorization_details::GetAccountAuthorizationDetails>(),
    action::<simulate::SimulatePrincipalPolicy>(),
    action::<simulate::SimulateCustomPolicy>(),
    action::<login_profiles::CreateLoginProfile>(),
    action::<login_profiles::GetLoginProfile>(),
    action::<login_profiles::UpdateLoginProfile>(),
    action::<login_profiles::DeleteLoginProfile>(),
    action::<change_password::ChangePassword>(),
    action::<password_policy::GetAccountPasswordPolicy>(),
    action::<password_policy::UpdateAccountPasswordPolicy>(),
    action::<password_policy::DeleteAccountPasswordPolicy>(),
    action::<mfa_devices::CreateVirtualMFADevice>(),
    action::<mfa_devices::DeleteVirtualMFADevice>(),
    action::<mfa_devices::ListVirtualMFADevices>(),
    action::<mfa_in_use::EnableMFADevice>(),
    action::<mfa_in_use::ResyncMFADevice>(),
    action::<mfa_in_use::DeactivateMFADevice>(),
    action::<mfa_in_use::ListMFADevices>(),
    action::<absent::ListSSHPublicKeys>(),
    action::<absent::ListSigningCertificates>(),
    action::<absent::ListServiceSpecificCredentials>(),
    action::<absent::ListInstanceProfilesForRole>(),
    action::<absent::ListInstanceProfiles>(),
    action::<absent::ListServerCertificates>(),
    action::<absent::ListSAMLProviders>(),
    action::<absent::ListOpenIDConnectProviders>(),
    row::<sts::GetCallerIdentity>(),
    row::<sts::AssumeRole>(),
    row::<sts::GetSessionToken>(),
    row::<sts::GetAccessKeyInfo>(),
];
