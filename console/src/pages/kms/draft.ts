// What the create-key wizard has gathered so far.
import type { Tag } from "../../components/tags";
import { consolePolicy } from "./policy";

export interface KeyDraft {
  /** As typed, without `alias/`. */
  alias: string;
  description: string;
  tags: readonly Tag[];
  tagsValid: boolean;
  /** ARNs of users and roles. */
  administrators: readonly string[];
  mayDelete: boolean;
  users: readonly string[];
  otherAccounts: readonly string[];
  /** The policy as edited by hand; undefined while it follows the choices. */
  policy?: string;
}

export const NEW_KEY: KeyDraft = {
  alias: "",
  description: "",
  tags: [],
  tagsValid: true,
  administrators: [],
  mayDelete: true,
  users: [],
  otherAccounts: [],
};

export interface StepProps {
  draft: KeyDraft;
  change: (part: Partial<KeyDraft>) => void;
  policy: string;
  /** The user tried to continue: fields show their problems. */
  showProblems: boolean;
}

export function draftPolicy(draft: KeyDraft, account: string): string {
  return JSON.stringify(consolePolicy({ account, ...draft }), null, 2);
}
