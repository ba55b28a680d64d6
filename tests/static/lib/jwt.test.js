// @ts-check
import { readToken } from "../../../static/lib/jwt.js";
import { equal, test } from "../check.js";

const part = (/** @type {object} */ claims) => {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

test("a token's words about itself can be read, whatever letters they have", () => {
  const token = `${part({ alg: "HS256" })}.${part({ sub: "Zoë ✓", role: "venue", exp: 1000 })}.signature`;
  equal(readToken(` ${token}\n`), { sub: "Zoë ✓", role: "venue", expiresAt: 1_000_000, event: null });
  const door = `${part({})}.${part({ sub: "door", role: "door", event: 7 })}.signature`;
  equal(readToken(door)?.event, 7);
});

test("what is no token is told from one", () => {
  equal([readToken(""), readToken("hello"), readToken("a.b.c"), readToken("a.!!!.c")], [null, null, null, null]);
});
