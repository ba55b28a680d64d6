// @ts-check
// Turns a JSON Schema into rows a person can read. Pure: no DOM.

/** @typedef {Record<string, any>} Schema */
/** @typedef {{path: string, type: string, required: boolean, text: string}} Row */

const DEPTH = 6;

/**
 * The part of `document` that `node` refers to, or `node` itself.
 * @param {Schema} node
 * @param {Schema} document
 * @returns {Schema}
 */
export function resolve(node, document) {
  let found = node;
  for (let hops = 0; typeof found?.$ref === "string" && hops < 8; hops++) {
    const path = found.$ref.replace(/^#\//, "").split("/");
    found = path.reduce((part, key) => part?.[key], /** @type {any} */ (document)) ?? {};
  }
  return found ?? {};
}

/**
 * What kind of value a schema allows, in a few words.
 * @param {Schema} schema
 * @param {Schema} document
 * @returns {string}
 */
export function typeOf(schema, document) {
  const found = resolve(schema, document);
  if ("const" in found) return JSON.stringify(found.const);
  if (found.enum) return found.enum.map((/** @type {unknown} */ item) => JSON.stringify(item)).join(" | ");
  const choices = found.anyOf ?? found.oneOf;
  if (choices) return choices.map((/** @type {Schema} */ item) => typeOf(item, document)).join(" | ");
  if (found.prefixItems) {
    return `[${found.prefixItems.map((/** @type {Schema} */ item) => typeOf(item, document)).join(", ")}]`;
  }
  if (found.type === "array") return `${typeOf(found.items ?? {}, document)}[]`;
  return found.type ?? (found.properties ? "object" : "any");
}

/**
 * One row per field, nested ones by their dotted path.
 * @param {Schema} schema
 * @param {Schema} document
 * @param {string} [prefix]
 * @param {number} [depth]
 * @returns {Row[]}
 */
export function rowsOf(schema, document, prefix = "", depth = 0) {
  const found = resolve(schema, document);
  if (depth > DEPTH) return [];
  const choices = found.anyOf ?? found.oneOf;
  if (choices) {
    const rows = choices.flatMap((/** @type {Schema} */ item) => rowsOf(item, document, prefix, depth + 1));
    const seen = new Set();
    return rows.filter((/** @type {Row} */ row) => !seen.has(row.path) && seen.add(row.path));
  }
  if (found.type === "array" && found.items) {
    return rowsOf(found.items, document, `${prefix}[]`, depth + 1);
  }
  return Object.entries(found.properties ?? {}).flatMap(([name, part]) => {
    const path = prefix ? `${prefix}.${name}` : name;
    const whole = resolve(part, document);
    const row = {
      path,
      type: typeOf(part, document),
      required: (found.required ?? []).includes(name),
      text: part.description ?? whole.description ?? "",
    };
    return [row, ...rowsOf(part, document, path, depth + 1)];
  });
}
