// What is wrong with rules for other origins before the server is asked.
import { t } from "../../i18n";

/** Source: S3 User Guide, "Elements of a CORS configuration". */
const METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"];
const RULES_MAX = 100;

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === "string");

/** The first mistake of a JSON text that parses; undefined when there is none. */
export function corsProblem(json: string): string | undefined {
  const rules = JSON.parse(json) as unknown;
  if (!Array.isArray(rules)) return t("s3.cors.problem.list");
  if (rules.length > RULES_MAX) return t("s3.cors.problem.count", { count: RULES_MAX });
  for (const [at, rule] of rules.entries()) {
    const { AllowedMethods, AllowedOrigins } = (rule ?? {}) as Record<string, unknown>;
    const number = at + 1;
    if (!isTexts(AllowedOrigins) || AllowedOrigins.length === 0) return t("s3.cors.problem.origins", { number });
    if (!isTexts(AllowedMethods) || AllowedMethods.length === 0) return t("s3.cors.problem.methods", { number });
    const unknown = AllowedMethods.find((method) => !METHODS.includes(method));
    if (unknown !== undefined) return t("s3.cors.problem.method", { number, method: unknown, methods: METHODS.join(", ") });
    if (AllowedOrigins.some((origin) => origin.split("*").length > 2)) return t("s3.cors.problem.wildcard", { number });
  }
  return undefined;
}
