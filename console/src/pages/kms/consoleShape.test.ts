import { describe, expect, it } from "vitest";
import { choiceOf } from "./consoleShape";
import { cloudTrailStatement, consolePolicy, withStatement } from "./policy";

const ACCOUNT = "123456789012";
const choice = {
  administrators: [`arn:aws:iam::${ACCOUNT}:user/kuma`],
  mayDelete: false,
  users: [`arn:aws:iam::${ACCOUNT}:role/keeper`, `arn:aws:iam::${ACCOUNT}:user/risu`],
  otherAccounts: ["111122223333"],
};
const NONE = { administrators: [], mayDelete: true, users: [], otherAccounts: [] };
const text = (one: typeof choice | typeof NONE) => JSON.stringify(consolePolicy({ account: ACCOUNT, ...one }));

describe("a key policy", () => {
  it("of the console is read back as its choices", () => {
    expect(choiceOf(text(choice), ACCOUNT)).toEqual(choice);
    expect(choiceOf(text(NONE), ACCOUNT)).toEqual(NONE);
    expect(choiceOf(text({ ...choice, mayDelete: true }), ACCOUNT)?.mayDelete).toBe(true);
  });

  it("that was written otherwise is not", () => {
    expect(choiceOf(withStatement(text(NONE), cloudTrailStatement(ACCOUNT, "eu-west-1", "t")) ?? "", ACCOUNT)).toBeUndefined();
    expect(choiceOf(text(choice).replace("kms:Encrypt", "kms:*"), ACCOUNT)).toBeUndefined();
    expect(choiceOf(text(NONE), "999999999999")).toBeUndefined();
    for (const other of ["", "{", "null", "{}", '{"Statement":[{"Effect":"Allow","Principal":"*"}]}']) expect(choiceOf(other, ACCOUNT)).toBeUndefined();
  });
});
