// Lists that several IAM pages need, and the difference between users, groups and roles.
import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  type AttachedPolicy,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupPoliciesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  type Policy,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { everyPage } from "../../aws/useQuery";

/** The calls on an identity that has policies. */
export interface Holder {
  attached: (signal: AbortSignal) => Promise<AttachedPolicy[]>;
  inline: (signal: AbortSignal) => Promise<string[]>;
  attach: (arn: string) => Promise<unknown>;
  detach: (arn: string) => Promise<unknown>;
  putInline: (policy: string, document: string) => Promise<unknown>;
  deleteInline: (policy: string) => Promise<unknown>;
}

export function userHolder(iam: IAMClient, UserName: string): Holder {
  return {
    attached: (abortSignal) =>
      everyPage(
        (Marker) => iam.send(new ListAttachedUserPoliciesCommand({ UserName, Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.AttachedPolicies,
      ),
    inline: (abortSignal) =>
      everyPage(
        (Marker) => iam.send(new ListUserPoliciesCommand({ UserName, Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.PolicyNames,
      ),
    attach: (PolicyArn) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    detach: (PolicyArn) => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    putInline: (PolicyName, PolicyDocument) => iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
    deleteInline: (PolicyName) => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
  };
}

export function groupHolder(iam: IAMClient, GroupName: string): Holder {
  return {
    attached: (abortSignal) =>
      everyPage(
        (Marker) => iam.send(new ListAttachedGroupPoliciesCommand({ GroupName, Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.AttachedPolicies,
      ),
    inline: (abortSignal) =>
      everyPage(
        (Marker) => iam.send(new ListGroupPoliciesCommand({ GroupName, Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.PolicyNames,
      ),
    attach: (PolicyArn) => iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn })),
    detach: (PolicyArn) => iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })),
    putInline: (PolicyName, PolicyDocument) =>
      iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument })),
    deleteInline: (PolicyName) => iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName })),
  };
}

export function roleHolder(iam: IAMClient, RoleName: string): Holder {
  return {
    attached: (abortSignal) =>
      everyPage(
        (Marker) => iam.send(new ListAttachedRolePoliciesCommand({ RoleName, Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.AttachedPolicies,
      ),
    inline: (abortSignal) =>
      everyPage(
        (Marker) => iam.send(new ListRolePoliciesCommand({ RoleName, Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.PolicyNames,
      ),
    attach: (PolicyArn) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
    detach: (PolicyArn) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
    putInline: (PolicyName, PolicyDocument) => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
    deleteInline: (PolicyName) => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
  };
}

/** Every managed policy, of the account and of AWS. */
export function loadPolicies(iam: IAMClient, abortSignal: AbortSignal): Promise<Policy[]> {
  return everyPage(
    (Marker) => iam.send(new ListPoliciesCommand({ Scope: "All", Marker }), { abortSignal }),
    (answer) => answer.Marker,
    (answer) => answer.Policies,
  );
}

/** IAM hands documents out percent-encoded. */
export function plainDocument(encoded: string | undefined): string {
  try {
    return decodeURIComponent(encoded ?? "");
  } catch {
    return encoded ?? "";
  }
}

/** The first document of an inline or managed policy. */
export const FIRST_DOCUMENT = JSON.stringify(
  { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["s3:ListAllMyBuckets"], Resource: "*" }] },
  null,
  2,
);
