// @ts-check
// The guide's search: sections whose text has every word typed, titles first.

/** @typedef {{path: string, page: string, title: string, text: string}} Section */

const MOST = 20;
const AROUND = 80;

const root = document.body.dataset.root ?? "";
const input = /** @type {HTMLInputElement} */ (document.getElementById("find"));
const found = /** @type {HTMLElement} */ (document.getElementById("found"));

/** @type {Promise<Section[]> | undefined} */
let sections;

/** @returns {Promise<Section[]>} */
function load() {
  sections ??= fetch(`${root}docs/search.json`).then((answer) => {
    if (!answer.ok) throw new Error(`search.json: ${answer.status}`);
    return answer.json();
  });
  sections.catch(() => (sections = undefined));
  return sections;
}

/** @param {string} text */
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * How well a section answers: 0 where a word is missing.
 * @param {Section} section
 * @param {string[]} words
 */
function score(section, words) {
  const title = fold(`${section.title} ${section.page}`);
  const text = fold(section.text);
  let sum = 0;
  for (const word of words) {
    const here = (title.includes(word) ? 3 : 0) + (text.includes(word) ? 1 : 0);
    if (!here) return 0;
    sum += here;
  }
  return sum;
}

/**
 * The text around the first word.
 * @param {Section} section
 * @param {string[]} words
 */
function excerpt(section, words) {
  const at = Math.max(0, fold(section.text).indexOf(words[0]) - AROUND);
  const cut = section.text.slice(at, at + 2 * AROUND + words[0].length);
  return `${at ? "… " : ""}${cut}${at + cut.length < section.text.length ? " …" : ""}`;
}

/**
 * @param {Section} section
 * @param {string[]} words
 */
function row(section, words) {
  const link = document.createElement("a");
  link.href = root + section.path;
  link.textContent = section.title === section.page ? section.page : `${section.page}: ${section.title}`;
  const text = document.createElement("p");
  text.textContent = excerpt(section, words);
  const item = document.createElement("li");
  item.append(link, text);
  return item;
}

async function search() {
  const words = fold(input.value).split(/\s+/).filter(Boolean);
  found.hidden = !words.length;
  if (!words.length) return;
  const asked = input.value;
  const heading = document.createElement("h2");
  const list = document.createElement("ul");
  try {
    const ranked = (await load())
      .map((section) => ({ section, points: score(section, words) }))
      .filter(({ points }) => points)
      .sort((a, b) => b.points - a.points);
    heading.textContent = ranked.length ? `Found: ${ranked.length}` : "Nothing found";
    list.append(...ranked.slice(0, MOST).map(({ section }) => row(section, words)));
  } catch {
    heading.textContent = "The search cannot be reached. Try again.";
  }
  if (asked === input.value) found.replaceChildren(heading, list);
}

input.addEventListener("input", search);
if (input.value) search();
