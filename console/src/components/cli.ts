// AWS CLI commands as text, for "equivalent commands" boxes and scripts.
type Value = string | number | boolean | object | undefined | null;

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}

/** `keyId` as the CLI spells it: `key-id`. */
function option(name: string): string {
  return `--${name.replace(/([a-z\d])([A-Z])/g, "$1-$2").toLowerCase()}`;
}

/**
 * `cli("cloudtrail", "create-trail", { name: "x", isMultiRegionTrail: true, kmsKeyId: undefined })`.
 * `true` and `false` become `--flag` and `--no-flag`; objects become JSON; absent values vanish.
 */
export function cli(service: string, command: string, options: Readonly<Record<string, Value>> = {}): string {
  const parts = [`aws ${service} ${command}`];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === "") continue;
    const flag = option(name);
    if (value === true) parts.push(flag);
    else if (value === false) parts.push(flag.replace("--", "--no-"));
    else parts.push(`${flag} ${quoted(typeof value === "object" ? JSON.stringify(value) : String(value))}`);
  }
  return parts.join(" \\\n  ");
}
