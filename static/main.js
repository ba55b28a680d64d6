// @ts-check
/** Starts the page: language, look, the buyer's session, and the shell with its views. */
import { pickLanguage, speak } from "./lib/i18n.js";
import { openShelf } from "./lib/platform.js";
import { createApp } from "./app/app.js";
import { custom } from "./lib/dom.js";
import { applyTheme } from "./ui/settings.js";
import "./shell.js";

const shelf = openShelf("localStorage");
const language = pickLanguage(shelf.getItem("houseful.language"), navigator.languages);
const words = await Promise.all(
  language === "de"
    ? [import("./strings/de.js"), import("./strings/faults/de.js")]
    : [import("./strings/en.js"), import("./strings/faults/en.js")],
);
speak(language, { ...words[0].default, ...words[1].default }, navigator.languages);
document.documentElement.lang = language;
applyTheme(shelf.getItem("houseful.theme"));

const app = createApp(shelf);
document.body.append(custom("app-shell", { app }));
