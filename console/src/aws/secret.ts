// The second half of a session. The cookie is the first, but a browser sends it to every port of this
// host. This half stays in the tab's own storage, which no other port and no object of a bucket can
// read, and goes from tab to tab, but no further.

/** How the server is shown the secret. */
export const SECRET_HEADER = "x-shoseki-session-secret";

const NAME = "shoseki.session";
/** How long a new tab waits for the others before it shows the form; a later answer still counts. */
const ANSWER_WAIT_MS = 250;

type Message = { kind: "asks" } | { kind: "ends" } | { kind: "answers" | "begins"; secret: string };

const tabs = new BroadcastChannel(NAME);
let kept = stored();
/** Takes the first answer to a question of this tab. */
let answered: ((secret: string) => void) | undefined;
let whenLate: () => void = () => undefined;
let whenEnded: () => void = () => undefined;

function stored(): string | undefined {
  try {
    return sessionStorage.getItem(NAME) ?? undefined;
  } catch {
    return undefined;
  }
}

function post(message: Message): void {
  tabs.postMessage(message);
}

export function keptSecret(): string | undefined {
  return kept;
}

export function keepSecret(secret: string): void {
  kept = secret;
  try {
    sessionStorage.setItem(NAME, secret);
  } catch {
    // Without storage the session ends with a reload.
  }
}

export function clearSecret(): void {
  kept = undefined;
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Then nothing was kept there.
  }
}

/** A session has begun here. The cookie is now this session's in all tabs, and so is the secret. */
export function beginSecret(secret: string): void {
  keepSecret(secret);
  post({ kind: "begins", secret });
}

/** The session was ended here, and with it that of all tabs. */
export function endSecret(): void {
  clearSecret();
  post({ kind: "ends" });
}

/** `listener` is called when another tab has ended the session. */
export function onEnd(listener: () => void): void {
  whenEnded = listener;
}

/** The secret of another open tab; undefined when none answers in time. */
export function askTabs(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      answered = (secret) => {
        keepSecret(secret);
        whenLate();
      };
      resolve(undefined);
    }, ANSWER_WAIT_MS);
    answered = (secret) => {
      clearTimeout(late);
      resolve(secret);
    };
    post({ kind: "asks" });
  });
}

/** `listener` is called when a secret has come unasked, or after the wait was over. */
export function onLateSecret(listener: () => void): void {
  whenLate = listener;
}

tabs.addEventListener("message", ({ data }: MessageEvent<Message>) => {
  if (data.kind === "asks") {
    if (kept) post({ kind: "answers", secret: kept });
  } else if (data.kind === "ends") {
    answered = undefined;
    clearSecret();
    whenEnded();
  } else if (data.kind === "begins") {
    answered = undefined;
    keepSecret(data.secret);
    whenLate();
  } else {
    // The first answer counts: a later one may come from a tab with an old secret.
    const take = answered;
    answered = undefined;
    take?.(data.secret);
  }
});
