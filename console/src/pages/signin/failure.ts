// Refusals of a sign-in, of a new password and of the first run, in the user's language.
import type { SignInFailure } from "../../aws/session";
import { t } from "../../i18n";
import { passwordRule } from "../../i18n/passwordRule";

export function failureText(failure: SignInFailure): string {
  switch (failure.code) {
    case "TooManyAttempts":
      return t("signin.tooMany", { seconds: failure.retryAfterSeconds });
    case "Unreachable":
      return failure.status === undefined ? t("error.Unreachable") : t("signin.unreachable", { status: failure.status });
    case "PasswordRefused":
      return passwordRule(failure.message) ?? failure.message;
    case "InvalidToken":
      return t("firstRun.token.invalid");
    default:
      return t("signin.wrong");
  }
}
