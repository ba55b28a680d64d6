// @ts-check
/** Signs a phone in as a door for tonight: a QR code to point its camera at. */
import { h } from "../../lib/dom.js";
import { shortDate, t } from "../../lib/i18n.js";
import { ask } from "../../ui/dialog.js";
import { icon } from "../../ui/icons.js";
import { act } from "../act-dialog.js";
import { sign } from "../signs.js";

/** Names of this machine alone; a phone would look for itself there. */
const HERE_ALONE = /^(localhost|127\.|\[::1\])/;

/** @param {{ staff: import("../staff.js").StaffRoom, desk: import("../board/desk.js").Desk }} parts */
export const doorPassButton = ({ staff, desk }) =>
  h(
    "div",
    { class: "venue-toolbar" },
    h(
      "button",
      { type: "button", class: "button is-secondary is-small", onclick: () => void signIn(staff, desk) },
      sign("phone"),
      t("venue.pass"),
    ),
  );

/** @param {import("../staff.js").StaffRoom} staff @param {import("../board/desk.js").Desk} desk */
async function signIn(staff, desk) {
  const pass = await act({
    title: t("venue.pass"),
    content: () => h("p", null, t("venue.pass.lead")),
    fields: [{
      name: "door",
      label: t("venue.door.name"),
      help: t("venue.door.nameHelp"),
      props: { maxlength: 60, autocomplete: "off" },
    }],
    confirm: t("venue.pass.show"),
    keep: t("venue.pass.keep"),
    run: ({ door = "" }) => staff.venue.doorPass(desk.eventId, door),
  });
  if (pass) await show(pass, desk.zone());
}

/** @param {import("../../net/venue-api.js").DoorPass} pass @param {string} zone */
function show(pass, zone) {
  const { host, protocol } = new URL(pass.url);
  const trouble = HERE_ALONE.test(host) ? "venue.pass.local" : protocol === "http:" ? "venue.pass.plain" : null;
  return ask({
    title: t("venue.pass.scan"),
    content: () => [
      h("p", null, t("venue.pass.until", { when: shortDate(pass.expiresAt, zone) })),
      h("img", {
        class: "door-pass",
        alt: t("venue.pass.qr"),
        src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(pass.qr)}`,
      }),
      h("p", { class: "small" }, h("a", { href: pass.url, target: "_blank", rel: "noopener" }, t("venue.pass.link"))),
      trouble ? h("p", { class: "fault" }, icon("warning"), t(trouble, { host })) : null,
    ],
    actions: [{ label: t("close"), value: "close", kind: "secondary" }],
  });
}
