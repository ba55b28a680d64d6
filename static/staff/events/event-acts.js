// @ts-check
/** What an event is called, whether buyers see it, and taking it away while nothing of it is sold. */
import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { go } from "../../lib/routes.js";
import { act, reasonField } from "../act-dialog.js";
import { cancellation } from "./cancellation.js";
import { readRefundTerms, refundTermFields } from "./refund-term-fields.js";

/** @param {import("../venue.js").EventPlace} place */
export function eventActs(place) {
  const { staff, desk } = place;
  const name = () => desk.latest.value?.name ?? "";
  const isHidden = () => Boolean(desk.latest.value?.hidden);

  /** @param {string} title @param {import("../act-dialog.js").FieldSpec[]} fields @param {(values: Record<string, string>) => Record<string, unknown>} changes @param {string} [body] */
  const change = async (title, fields, changes, body) => {
    const done = await act({
      title: t(title),
      content: () => body ? h("p", null, t(body)) : null,
      fields: [...fields, reasonField()],
      confirm: t(title),
      run: ({ reason = "", ...values }) => staff.venue.changeEvent(desk.eventId, { ...changes(values), reason }),
    });
    if (!done) return;
    staff.app.toasts.show("success", t("venue.saved"));
    await Promise.all([desk.loadEvent(), desk.readWhole()]);
  };

  const rename = () =>
    change("venue.event.rename", [{
      name: "name",
      label: t("venue.new.name"),
      value: name(),
      required: true,
      props: { maxlength: 200, autocomplete: "off" },
    }], ({ name = "" }) => ({ name }));
  const turnHidden = () =>
    isHidden()
      ? change("venue.event.show", [], () => ({ hidden: false }))
      : change("venue.event.hide", [], () => ({ hidden: true }), "venue.event.hide.body");
  const remove = async () => {
    const done = await act({
      title: t("venue.event.remove"),
      icon: "warning",
      tone: "warning",
      content: () => h("p", null, t("venue.event.remove.body", { name: name() })),
      fields: [reasonField()],
      confirm: t("venue.event.remove"),
      keep: t("venue.event.keep"),
      isDanger: true,
      run: ({ reason = "" }) => staff.venue.removeEvent(desk.eventId, reason),
    });
    if (!done) return;
    staff.app.toasts.show("success", t("venue.event.removed", { name: name() }));
    go("/venue");
  };

  const refundTerms = async () => {
    const terms = await staff.venue.refundTerms(desk.eventId);
    const done = await act({
      title: t("venue.refundTerms"),
      fields: [
        ...refundTermFields(terms, terms.currency),
        reasonField(),
      ],
      confirm: t("venue.save"),
      run: ({ reason = "", ...values }) =>
        staff.venue.setRefundTerms(desk.eventId, { ...readRefundTerms(values), reason }),
    });
    if (done) staff.app.toasts.show("success", t("venue.saved"));
  };

  /** @param {string | (() => string)} words @param {() => void} run */
  const button = (words, run) =>
    h(
      "button",
      { type: "button", class: "button is-secondary is-small", onclick: run },
      typeof words === "string" ? t(words) : () => t(words()),
    );
  return h(
    "section",
    { class: "card-box", "aria-labelledby": "venue-event-acts" },
    h("h2", { id: "venue-event-acts" }, t("venue.event")),
    h("p", null, name, () => isHidden() ? h("span", { class: "pill" }, t("venue.hidden")) : null),
    h(
      "div",
      { class: "pick-acts" },
      button("venue.event.rename", rename),
      button(() => isHidden() ? "venue.event.show" : "venue.event.hide", turnHidden),
      button("venue.refundTerms", refundTerms),
      button("venue.event.remove", remove),
    ),
    h("div", { class: "pick-acts" }, cancellation(place)),
  );
}
