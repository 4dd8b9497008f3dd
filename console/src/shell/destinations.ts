// The pages that the search box finds, and their names.
import { type MessageKey, lookup, t } from "../i18n";
import { printable } from "../i18n/printable";
import type { Named } from "./names";

interface Place {
  name: MessageKey;
  href: string;
  /** Other words, separated by spaces, in either language. */
  words: string;
}

const PLACES: readonly Place[] = [
  { name: "service.cloudtrail", href: "/cloudtrail", words: "cloudtrail dashboard audit 監査 ダッシュボード" },
  { name: "search.eventHistory", href: "/cloudtrail/events", words: "event history lookup イベント履歴" },
  { name: "search.trails", href: "/cloudtrail/trails", words: "trails 証跡" },
  { name: "search.createTrail", href: "/cloudtrail/trails/create", words: "create trail 証跡属性の設定画面 SNS通知の検証" },
  { name: "search.delivery", href: "/cloudtrail/delivery", words: "delivery queue 配信" },
  { name: "service.kms", href: "/kms/keys", words: "kms keys カスタマー管理型のキー cmk" },
  { name: "search.createKey", href: "/kms/keys/create", words: "create key キーの作成" },
  { name: "service.s3", href: "/s3/buckets", words: "s3 buckets バケット" },
  { name: "search.createBucket", href: "/s3/buckets/create", words: "create bucket バケットを作成" },
  { name: "service.iam", href: "/iam", words: "iam identity" },
  { name: "search.users", href: "/iam/users", words: "users ユーザー" },
  { name: "search.roles", href: "/iam/roles", words: "roles ロール" },
  { name: "search.policies", href: "/iam/policies", words: "policies ポリシー" },
  { name: "iam.groups", href: "/iam/groups", words: "groups グループ" },
  { name: "iam.own", href: "/iam/security-credentials", words: "security credentials password mfa パスワード 認証情報" },
];

export interface Suggestion {
  value: string;
  label: string;
  description: string;
}

/** Source: S3 User Guide, "Getting Amazon S3 request IDs": sixteen capital letters and digits. */
const S3_REQUEST = /^[A-Z0-9]{16}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Where a pasted identifier leads; undefined when it is none of these. */
function identifier(text: string): Suggestion[] {
  const found: Suggestion[] = [];
  const add = (value: string, kind: MessageKey) => found.push({ value, label: text, description: t(kind) });
  const arn = /^arn:aws[\w-]*:(\w+):[^:]*:[^:]*:(.+)$/.exec(text);
  if (arn) {
    const [, service, rest = ""] = arn;
    if (service === "cloudtrail") add(`/cloudtrail/trails/${encodeURIComponent(text)}`, "search.kind.trail");
    if (service === "kms" && rest.startsWith("key/")) add(`/kms/keys/${rest.slice(4)}`, "search.kind.key");
    if (service === "s3") {
      const [bucket = "", ...key] = rest.split("/");
      const object = key.join("/");
      add(
        object ? `/s3/object/${bucket}/${object.split("/").map(encodeURIComponent).join("/")}` : `/s3/buckets/${bucket}`,
        object ? "search.kind.object" : "search.kind.bucket",
      );
    }
    if (service === "iam" && rest.startsWith("user/")) add(`/iam/users/${rest.split("/").pop()}`, "search.kind.user");
    if (service === "iam" && rest.startsWith("role/")) add(`/iam/roles/${rest.split("/").pop()}`, "search.kind.role");
  }
  if (UUID.test(text)) {
    add(`/cloudtrail/events/${text}`, "search.kind.event");
    add(`/kms/keys/${text}`, "search.kind.key");
  }
  if (UUID.test(text) || S3_REQUEST.test(text)) add(`/cloudtrail/events?request=${text}`, "search.kind.request");
  if (/^(AKIA|ASIA)[A-Z0-9]{16}$/.test(text)) {
    add(`/cloudtrail/events?attribute=AccessKeyId&value=${text}`, "search.kind.accessKey");
  }
  return found;
}

/** So many names are offered; more letters find the others. */
const NAMES_MAX = 12;

function named(text: string, names: readonly Named[]): Suggestion[] {
  const wanted = text.toLowerCase();
  const begins = ({ name }: Named) => Number(!name.toLowerCase().startsWith(wanted));
  return names
    .filter(({ name }) => wanted.length > 1 && name.toLowerCase().includes(wanted))
    .sort((a, b) => begins(a) - begins(b) || a.name.localeCompare(b.name))
    .slice(0, NAMES_MAX)
    .map(({ name, href, kind }) => ({ value: href, label: printable(name), description: t(kind) }));
}

/** What the search box offers for a text; `names` is what the account has. */
export function suggestions(query: string, names: readonly Named[] = []): Suggestion[] {
  const text = query.trim();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const places = PLACES.filter(({ name, words: known }) => {
    const all = `${lookup(name) ?? ""} ${known}`.toLowerCase();
    return words.every((word) => all.includes(word));
  }).map(({ name, href }) => ({ value: href, label: t(name), description: t("search.kind.page") }));
  const more: Suggestion[] =
    /^[\w+=,.@-]{2,}$/.test(text) && !UUID.test(text)
      ? [
          {
            value: `/cloudtrail/events?attribute=ResourceName&value=${encodeURIComponent(text)}`,
            label: text,
            description: t("search.kind.resourceEvents"),
          },
        ]
      : [];
  return [...identifier(text), ...places, ...named(text, names), ...more];
}
