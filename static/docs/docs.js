// @ts-check
// Shows openapi.json and asyncapi.json. Everything is built as text nodes: the documents are data.

import { resolve, rowsOf } from "./schema-rows.js";

/** @typedef {import("./schema-rows.js").Schema} Schema */

/**
 * An element with attributes and children.
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 */
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const child of children) if (child) made.append(child);
  return made;
}

/**
 * Text in which `…` between backquotes is code.
 * @param {string} text
 */
function inline(text) {
  const part = document.createDocumentFragment();
  text.split(/`([^`]+)`/).forEach((piece, index) => {
    part.append(index % 2 ? el("code", {}, piece) : piece);
  });
  return part;
}

/**
 * Paragraphs, and lists of lines that begin with a dash.
 * @param {string} text
 */
function prose(text) {
  const blocks = text.trim().split(/\n\s*\n/).map((block) => {
    if (!block.startsWith("- ")) return el("p", {}, inline(block.replaceAll("\n", " ")));
    return el("ul", {}, ...block.split("\n").map((line) => el("li", {}, inline(line.slice(2)))));
  });
  return el("div", { class: "prose" }, ...blocks);
}

/**
 * @param {string[]} heads
 * @param {(Node | string)[][]} rows
 */
function table(heads, rows) {
  const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)));
  const body = rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell))));
  return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

/**
 * @param {Schema} schema
 * @param {Schema} root
 */
function fields(schema, root) {
  const rows = rowsOf(schema, root);
  if (!rows.length) return null;
  return table(
    ["Field", "Type", ""],
    rows.map((row) => [
      el("code", {}, row.path),
      el("span", {}, row.type, row.required ? "" : " · optional"),
      // The list of all codes is long and stands once, in the chapter on errors.
      inline(row.text.split("\n\n")[0] ?? ""),
    ]),
  );
}

/** @param {[string, any][]} examples */
function samples(examples) {
  return examples.flatMap(([name, value]) => [
    el("h4", {}, name === "example" ? "Example" : `Example: ${name}`),
    el("pre", { tabindex: "0" }, el("code", {}, JSON.stringify(value, null, 2))),
  ]);
}

/** @param {Schema} content */
const examplesOf = (content) =>
  Object.entries(content.examples ?? {}).map(([name, one]) => /** @type {[string, any]} */ ([name, one.value]));

/**
 * @param {string} status
 * @param {Schema} given
 * @param {Schema} root
 */
function answer(status, given, root) {
  const response = resolve(given, root);
  const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [
    el("code", {}, name),
    inline(resolve(header, root).description ?? ""),
  ]);
  const content = Object.entries(response.content ?? {});
  const inside = content.flatMap(([media, body]) => [
    el("p", {}, el("code", {}, media)),
    body.schema && fields(body.schema, root),
    ...samples(examplesOf(body)),
  ]);
  return el(
    "details",
    {},
    el(
      "summary",
      {},
      el("span", { class: "status", "data-class": status[0] ?? "" }, status),
      ` ${response.description}`,
    ),
    el("div", {}, headers.length > 0 && table(["Header", ""], headers), ...inside),
  );
}

/**
 * @param {string} path
 * @param {string} method
 * @param {Schema} operation
 * @param {Schema} root
 */
function operationCard(path, method, operation, root) {
  const verb = method.toUpperCase();
  const parameters = (operation.parameters ?? []).map((/** @type {Schema} */ given) => resolve(given, root));
  const body = operation.requestBody?.content?.["application/json"];
  return el(
    "article",
    { id: operation.operationId },
    el(
      "h3",
      {},
      el("span", { class: "method", "data-method": verb }, verb),
      path,
      operation.security?.length === 0 && el("span", { class: "tag" }, "no token needed"),
    ),
    el("p", {}, inline(`${operation.summary}.`)),
    operation.description && el("p", {}, inline(operation.description)),
    parameters.length > 0 && el("h4", {}, "Parameters"),
    parameters.length > 0 &&
      table(
        ["Name", "In", ""],
        parameters.map((/** @type {Schema} */ one) => [
          el("code", {}, one.name),
          `${one.in}${one.required ? "" : ", optional"}`,
          inline(one.description ?? ""),
        ]),
      ),
    body && el("h4", {}, "Request"),
    body && fields(body.schema, root),
    ...(body ? samples(examplesOf(body)) : []),
    el("h4", {}, "Answers"),
    ...Object.entries(operation.responses).map(([status, given]) => answer(status, given, root)),
  );
}

/**
 * @param {Schema} message
 * @param {boolean} fromServer
 * @param {Schema} root
 */
function messageCard(message, fromServer, root) {
  const who = fromServer ? "SERVER" : "CLIENT";
  return el(
    "article",
    { id: `live-${message.name}` },
    el("h3", {}, el("span", { class: "method", "data-method": who }, who), message.name),
    el("p", {}, inline(message.summary ?? "")),
    message.description && prose(message.description),
    message.payload && fields(message.payload, root),
    ...samples(examplesOfMessage(message)),
  );
}

/**
 * AsyncAPI's `examples` are JSON payloads; a binary message has one of ours, with its bytes in hexadecimal.
 * @param {Schema} message
 * @returns {[string, any][]}
 */
const examplesOfMessage = (message) => [
  ...(message.examples ?? []).map((/** @type {Schema} */ one) => [one.name ?? "example", one.payload]),
  ...("x-example" in message ? [/** @type {[string, any]} */ (["example", message["x-example"]])] : []),
];

/**
 * @param {string} title
 * @param {string} [text]
 * @param {...Node} cards
 */
function chapter(title, text, ...cards) {
  return el("section", { "aria-label": title }, el("h2", {}, title), text ? prose(text) : null, ...cards);
}

/** @param {Schema} api */
function httpChapters(api) {
  return api.tags.map((/** @type {Schema} */ tag) => {
    const cards = Object.entries(api.paths).flatMap(([path, item]) =>
      Object.entries(/** @type {Schema} */ (item))
        .filter(([, operation]) => operation.tags.includes(tag.name))
        .map(([method, operation]) => operationCard(path, method, operation, api))
    );
    const title = tag.name.charAt(0).toUpperCase() + tag.name.slice(1);
    return chapter(title, tag.description, ...cards);
  });
}

/** @param {Schema} live */
function liveChapters(live) {
  const commands = Object.values(live.operations).filter((operation) => operation.action === "receive");
  const named = new Set(
    commands.flatMap((operation) =>
      operation.messages.map((/** @type {Schema} */ one) => resolve(one, live).$ref ?? one.$ref)
    ),
  );
  const all = Object.entries(live.components.messages);
  const isCommand = (/** @type {string} */ name) =>
    named.has(`#/channels/live/messages/${name}`) || named.has(`#/components/messages/${name}`);
  const codes = live["x-close-codes"].map((/** @type {Schema} */ one) => [
    el("code", {}, String(one.code)),
    one.comeBack ? "come back" : "stay away",
    inline(one.meaning),
  ]);
  return [
    chapter(
      "Live socket",
      `\`GET ${live.channels.live.address}\`\n\n${live.info.description}`,
      ...all.filter(([name]) => !isCommand(name)).map(([, message]) => messageCard(message, true, live)),
    ),
    chapter(
      "Commands on the socket",
      "Each carries a `ref` of the client's own, which the answer (`ok` or `refused`) echoes.",
      ...all.filter(([name]) => isCommand(name)).map(([, message]) => messageCard(message, false, live)),
    ),
    chapter(
      "Close codes",
      "4000 to 4499: come back after a pause that grows. 4500 to 4999: asking again changes nothing.",
      el("article", { id: "close-codes" }, el("h3", {}, "Codes"), table(["Code", "Then", "Meaning"], codes)),
    ),
  ];
}

/** The list at the side, made of what the page shows. */
function contents() {
  return [...document.querySelectorAll("main > section")].flatMap((section) => {
    const links = [...section.querySelectorAll("article")].map((card) => {
      const method = card.querySelector(".method")?.cloneNode(true);
      const title = card.querySelector("h3")?.childNodes[method ? 1 : 0]?.textContent ?? card.id;
      return el("li", {}, el("a", { href: `#${card.id}` }, method, title));
    });
    return [el("h2", {}, section.getAttribute("aria-label") ?? ""), el("ul", {}, ...links)];
  });
}

/**
 * Show only the cards that contain every word.
 * @param {string} wanted
 */
function find(wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  for (const card of document.querySelectorAll("article")) {
    const text = (card.textContent ?? "").toLowerCase();
    const hidden = !words.every((word) => text.includes(word));
    card.toggleAttribute("hidden", hidden);
    document.querySelector(`nav a[href="#${card.id}"]`)?.parentElement?.toggleAttribute("hidden", hidden);
  }
}

/** @param {string} path */
async function load(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`expected ${path}, got status ${response.status}`);
  return await response.json();
}

async function show() {
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  try {
    const [api, live] = await Promise.all([load("../openapi.json"), load("../asyncapi.json")]);
    main.replaceChildren(
      el("h1", {}, api.info.title, " ", el("span", { class: "tag" }, api.info.version)),
      prose(api.info.description),
      ...httpChapters(api),
      ...liveChapters(live),
      chapter("Errors", api.components.schemas.Error.description),
    );
  } catch (error) {
    main.replaceChildren(el("p", { role: "alert" }, `The documents could not be loaded: ${error}`));
    return;
  }
  document.getElementById("nav")?.replaceChildren(...contents());
  const input = /** @type {HTMLInputElement} */ (document.getElementById("find"));
  input.addEventListener("input", () => find(input.value));
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

await show();
