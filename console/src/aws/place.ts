// The address of the server, and how it identifies the console's calls.

/** Sent with every call: the console's own port listens to nothing else. */
export const CONSOLE_HEADER = { "x-shoseki-console": "1" };

let apiPort: number | undefined;

/** Applies the port for AWS's clients from the sign-in response, if it is not the console's. */
export function noteApiPort(body: Record<string, unknown>): void {
  apiPort = typeof body.apiPort === "number" ? body.apiPort : undefined;
}

/** What AWS's clients have to be pointed at; the console itself calls where it came from. */
export function apiOrigin(): string {
  const { origin, protocol, hostname } = window.location;
  return apiPort === undefined ? origin : `${protocol}//${hostname}:${apiPort}`;
}
