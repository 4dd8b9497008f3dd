import { describe, expect, it } from "vitest";
import { constraintsText, granteeOf, retiringOf } from "./grant";

describe("a grant", () => {
  it("is named by its grantee, an identity or a service", () => {
    expect(granteeOf({ GranteePrincipal: "arn:aws:iam::111122223333:role/keeper" })).toBe("arn:aws:iam::111122223333:role/keeper");
    expect(granteeOf({ GranteeServicePrincipal: "s3.amazonaws.com" })).toBe("s3.amazonaws.com");
    expect(retiringOf({})).toBe("");
  });

  it("shows the encryption context that it requires", () => {
    expect(constraintsText({ EncryptionContextSubset: { forest: "north" }, EncryptionContextEquals: undefined })).toBe(
      'EncryptionContextSubset {"forest":"north"}',
    );
    expect(constraintsText(undefined)).toBe("");
  });
});
