import { describe, expect, it } from "vitest";
import { deniedAction, failureOf, needsSignIn, refusesCredentials } from "./errors";

const sdk = (name: string, message = "", httpStatusCode?: number) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode, attempts: 2 } });

describe("an error", () => {
  it("of a browser that got no answer differs from one of a script", () => {
    for (const message of ["Failed to fetch", "NetworkError when attempting to fetch resource.", "Load failed"]) {
      expect(failureOf(sdk("TypeError", message)).code).toBe("Unreachable");
      expect(failureOf(new TypeError(message)).code).toBe("Unreachable");
    }
    expect(failureOf(new TypeError("x is undefined")).code).toBe("TypeError");
  });

  it("that asks for a sign-in is known with and without its suffix", () => {
    for (const name of ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"]) {
      expect(refusesCredentials(sdk(name, "", 403))).toBe(true);
    }
    expect(needsSignIn(sdk("SessionEnded"))).toBe(true);
    expect(needsSignIn(sdk("AccessDenied", "", 403))).toBe(false);
  });

  it("names the action that is not allowed", () => {
    const message = "User: arn:aws:iam::123456789012:user/kuma is not authorized to perform: kms:ListKeys on resource: *";
    expect(deniedAction(sdk("AccessDeniedException", message, 400))).toBe("kms:ListKeys");
    expect(deniedAction(sdk("AccessDenied", "Access Denied", 403))).toBeUndefined();
  });
});
