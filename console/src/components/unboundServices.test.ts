import { describe, expect, it } from "vitest";
// The cases of the policy engine.
import cases from "../../../crates/policy/src/unbound_services/cases.json";
import { unboundServices } from "./unboundServices";

interface Case {
  case: string;
  statement: object;
  services: string[];
}

describe("a service that is let in", () => {
  it.each(cases as Case[])("$case", ({ statement, services }) => {
    const whole = { Sid: "Only", Effect: "Allow", Action: "s3:PutObject", Resource: "*", ...statement };
    const found = unboundServices(JSON.stringify({ Version: "2012-10-17", Statement: [whole] }));
    expect(found).toEqual(services.map((service) => ({ statement: "Only", service })));
  });

  it("is found in a lone statement without a name, and not in what is no policy", () => {
    const statement = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" }, Action: "s3:*", Resource: "*" };
    const found = unboundServices(JSON.stringify({ Statement: statement }));
    expect(found).toEqual([{ statement: "0", service: "config.amazonaws.com" }]);
    for (const text of ["", "{", "null", "[]", "1", '{"Statement":null}', '{"Statement":[null,1,{"Principal":"*"}]}']) {
      expect(unboundServices(text)).toEqual([]);
    }
  });
});
