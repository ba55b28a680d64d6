// @ts-check
/** What a token says of itself. Never: trusted; only the server can check it. */

/**
 * @param {string} token
 * @returns {{ sub: string, role: string, expiresAt: number, event: number | null } | null}
 *   null: not a JWT; `expiresAt` in ms; `event`: a door's only one
 */
export function readToken(token) {
  const [, body, signature] = token.trim().split(".");
  if (!body || !signature) return null;
  try {
    const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return {
      sub: String(claims.sub ?? ""),
      role: String(claims.role ?? ""),
      event: typeof claims.event === "number" ? claims.event : null,
      expiresAt: typeof claims.exp === "number" ? claims.exp * 1000 : Infinity,
    };
  } catch {
    return null;
  }
}
