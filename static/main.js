// @ts-check
/** Starts the page: language, look, the buyer's session, and the shell with its views. */
import { pickLanguage, speak } from "./lib/i18n.js";
import { createApp } from "./app/app.js";
import { custom } from "./lib/dom.js";
import { applyTheme } from "./ui/settings.js";
import "./shell.js";

const language = pickLanguage(localStorage.getItem("houseful.language"), navigator.languages);
const words = await (language === "de" ? import("./strings/de.js") : import("./strings/en.js"));
speak(language, words.default, navigator.languages);
document.documentElement.lang = language;
applyTheme(localStorage.getItem("houseful.theme"));

const app = createApp(localStorage);
document.body.append(custom("app-shell", { app }));
