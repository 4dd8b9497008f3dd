// Services that a policy of a bucket or a key allows regardless of the account they act for: another
// customer of the service can make it use the resource (the confused deputy). The server has the same
// rules, with the same cases: `crates/policy/src/unbound_services.rs` has their sources.

export interface UnboundService {
  /** The statement's `Sid`, or its position counted from zero. */
  statement: string;
  /** Such as `cloudtrail.amazonaws.com`. */
  service: string;
}

type Json = Record<string, unknown>;

const OPERATORS = ["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"];
const OWN = ["${aws:resourceaccount}", "${aws:resourceorgid}"];

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function members(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** Neither a wildcard nor a variable. */
function isFixed(value: string): boolean {
  return value !== "" && !/[*?]|\$\{/.test(value);
}

function hasFixedAccount(arn: string): boolean {
  return isFixed(arn.split(":")[4] ?? "");
}

/** Whether a value of a condition key names an account or a resource. */
function isBound(key: string, value: string, service: string): boolean {
  switch (key) {
    case "aws:sourcearn":
      return isFixed(value) || hasFixedAccount(value);
    case "aws:sourceaccount":
    case "aws:sourceorgid":
      return isFixed(value) || OWN.includes(value.toLowerCase());
    case "aws:sourceorgpaths":
      return isFixed(value.split("/")[0] ?? "");
    default:
      return /^kms:encryptioncontext:aws:.*:arn$/.test(key) && service !== "cloudtrail.amazonaws.com" && hasFixedAccount(value);
  }
}

function binds(condition: unknown, service: string): boolean {
  return members(condition).some(([operator, keys]) => {
    const name = operator.toLowerCase().replace(/^foranyvalue:/, "");
    if (!OPERATORS.includes(name)) return false;
    return members(keys).some(([key, value]) => {
      const values = list(value);
      return values.length > 0 && values.every((one) => isBound(key.toLowerCase(), String(one), service));
    });
  });
}

/** None for a text that is no policy: its problems are shown elsewhere. */
export function unboundServices(policy: string): UnboundService[] {
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    return [];
  }
  return list((document as Json | null)?.Statement).flatMap((statement, at) => {
    const { Effect, Principal, Condition, Sid } = (statement ?? {}) as Json;
    if (Effect !== "Allow") return [];
    const services = list((Principal as Json | undefined)?.Service).filter((service) => typeof service === "string");
    const unbound = services.filter((service) => !binds(Condition, service));
    return unbound.map((service) => ({ statement: typeof Sid === "string" ? Sid : String(at), service }));
  });
}
