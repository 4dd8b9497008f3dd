// Recognises the key policies that the console writes, and only those: they can be shown in words and
// changed by choices. Source: KMS Developer Guide, "Changing a key policy": the default view is there
// for policies with the statements of the console.
import { consolePolicy, type Statement } from "./policy";

export interface PolicyChoice {
  /** ARNs of users and roles. */
  administrators: readonly string[];
  mayDelete: boolean;
  users: readonly string[];
  /** Twelve digits each. */
  otherAccounts: readonly string[];
}

function list(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
}

const ROOT = /^arn:aws:iam::(\d{12}):root$/;

/** The same statement in one spelling: lists of one element and the order of lists do not matter. */
function spelled(statement: Statement): string {
  const principal = "AWS" in statement.Principal ? list(statement.Principal.AWS).sort() : statement.Principal;
  return JSON.stringify([statement.Sid, statement.Effect, principal, list(statement.Action).sort(), list(statement.Resource), statement.Condition ?? null]);
}

/** The choices that a policy results from; undefined when it is any other policy. */
export function choiceOf(text: string, account: string): PolicyChoice | undefined {
  let statements: Statement[];
  try {
    const { Statement: found } = (JSON.parse(text) ?? {}) as { Statement?: Statement[] | Statement };
    statements = found === undefined ? [] : Array.isArray(found) ? found : [found];
  } catch {
    return undefined;
  }
  const named = (sid: string) => statements.find(({ Sid }) => Sid === sid);
  const principals = (statement: Statement | undefined) =>
    statement && "AWS" in statement.Principal ? list(statement.Principal.AWS) : [];
  const administering = named("Allow access for Key Administrators");
  const using = principals(named("Allow use of the key"));
  const choice: PolicyChoice = {
    administrators: principals(administering),
    mayDelete: administering ? list(administering.Action).includes("kms:ScheduleKeyDeletion") : true,
    users: using.filter((arn) => !ROOT.test(arn)),
    otherAccounts: using.flatMap((arn) => ROOT.exec(arn)?.[1] ?? []),
  };
  const written = consolePolicy({ account, ...choice }).Statement.map(spelled).sort();
  const there = statements.map((statement) => {
    const { Principal } = statement;
    return typeof Principal === "object" && Principal !== null ? spelled(statement) : "";
  });
  return JSON.stringify(written) === JSON.stringify(there.sort()) ? choice : undefined;
}
