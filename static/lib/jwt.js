// @ts-check
/** What a token says of itself. Never: trusted; only the server can check it. */

/**
 * @param {string} token
 * @returns {{ sub: string, role: string, expiresAt: number } | null} null: not a JWT; `expiresAt` in ms
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
      expiresAt: typeof claims.exp === "number" ? claims.exp * 1000 : Infinity,
    };
  } catch {
    return null;
  }
}
