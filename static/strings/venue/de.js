// @ts-check
/** Deutsch, für das Haus: wird mit dessen Teil der Seite geladen. */
/** @type {import("../../lib/i18n.js").Strings} */
export default {
  "venue.title": "Haus",
  "venue.lead": "Jedes Haus, wie es sich füllt.",
  "venue.all": "Alle Veranstaltungen",
  "venue.none": "Noch keine Veranstaltungen",
  "venue.noneHelp": "Legen Sie eine aus einem Saalplan an.",
  "venue.new": "Neue Veranstaltung",
  "venue.open": "Öffnen",
  "venue.who": "{who} ({role})",
  "venue.role.venue": "Team",
  "venue.role.admin": "Leitung",
  "venue.role.door": "Einlass",
  "venue.until": "Angemeldet bis {when}",
  "venue.ending": {
    one:
      "Die Anmeldung endet in {n} Minute. Bitte Offenes abschließen und neu anmelden.",
    other:
      "Die Anmeldung endet in {n} Minuten. Bitte Offenes abschließen und neu anmelden.",
  },
  "venue.theme": "Hell oder dunkel",
  "venue.keep": "Zurück",
  "venue.save": "Speichern",
  "venue.saved": "Gespeichert. Alle offenen Seiten wissen es.",
  "venue.reason": "Grund",
  "venue.reason.help": "Steht im Protokoll neben Ihrem Namen.",
  "venue.reason.optional": "Grund (freiwillig)",
  "venue.zone.of": "In der Zeit von {zone}",
  "venue.zone.help":
    "Alle Zeiten der Veranstaltungen dieses Hauses stehen nach seinen Uhren da.",
  "venue.zone.known":
    "{venue} hat diese Zeitzone; sie wird bei einer Veranstaltung dort geändert.",
  "venue.zone.change":
    "Die des Hauses, für alle seine Veranstaltungen. Die Stunden unten gelten dann in der neuen Zone.",
  "venue.phone": "Telefon",
  "venue.page.before": "Seite davor",
  "venue.page.after": "Nächste Seite",

  "venue.signin.title": "Für das Haus",
  "venue.signin.lead":
    "Melden Sie sich mit einem Personal-Token an. Er bleibt nur in diesem Tab.",
  "venue.signin.token": "Personal-Token",
  "venue.signin.help":
    "„houseful token --user name --role venue --ttl 43200“ gibt auf dem Server einen aus, der 12 Stunden gilt.",
  "venue.signin.go": "Anmelden",
  "venue.signin.noToken": "Das ist kein Token, oder seine Zeit ist um.",
  "venue.signin.notStaff":
    "Dieser Token gilt für die Rolle „{role}“. Nötig ist „venue“, „admin“ oder „door“.",
  "venue.signin.refused": "Der Server nimmt diesen Token nicht an.",
  "venue.signin.ended":
    "Ihre Anmeldung ist beendet. Bitte melden Sie sich neu an.",

  "venue.tabs": "Teile dieser Veranstaltung",
  "venue.tab.board": "Live",
  "venue.tab.bookings": "Buchungen",
  "venue.tab.holds": "Reservierungen",
  "venue.tab.door": "Einlass",
  "venue.tab.sale": "Verkauf",
  "venue.tab.discounts": "Rabatte",
  "venue.tab.audit": "Protokoll",
  "venue.sale.upcoming": "Noch nicht im Verkauf",
  "venue.sale.open": "Im Verkauf",
  "venue.sale.closed": "Verkauf beendet",

  "venue.sold": "Verkauft",
  "venue.share": "Anteil",
  "venue.count.held": "Gehalten",
  "venue.viewers": "Zuschauende",
  "venue.revenue": "Umsatz",
  "venue.bar":
    "{name}: {booked} von {total} gebucht, {held} gehalten, {blocked} gesperrt, {available} frei",

  "venue.tiles": "Zahlen jetzt",
  "venue.tile.booked": "Gebucht",
  "venue.tile.available": "Frei",
  "venue.tile.reserved": "Reserviert",
  "venue.tile.paying": "In Zahlung",
  "venue.tile.expiring": "Verfällt in 60 s",
  "venue.tile.blocked": "Gesperrt",
  "venue.tile.checkedIn": "Eingelassen",
  "venue.tile.revenue": "Umsatz",
  "venue.tile.viewers": "Zuschauende",
  "venue.tile.share": "{share}",
  "venue.tile.of": "von {n}",
  "venue.tile.perMinute": "{n} pro Minute",
  "venue.tile.sold": "{share}, {n} pro Minute",
  "venue.tile.holds": { one: "{n} Reservierung", other: "{n} Reservierungen" },
  "venue.tile.refunded": "{amount} erstattet",

  "venue.pause": "Anhalten",
  "venue.resume": "Weiter",
  "venue.paused": "Angehalten. Was Sie sehen, ist {age} alt.",
  "venue.wall": "Wand",
  "venue.wall.leave": "Wand verlassen",
  "venue.span": "Diagramme zeigen",
  "venue.minutes": "{n} min",
  "venue.map": "Das Haus",
  "venue.tools": "Werkzeuge",
  "venue.tool.look": "Ansehen",
  "venue.tool.box": "Rechteck",
  "venue.tool.lasso": "Lasso",
  "venue.heat": "Wärme",
  "venue.heatKey": "Anteil verkauft",
  "venue.tip.sold": "{share} verkauft ({booked})",
  "venue.tip.rest": "{available} frei, {held} gehalten",

  "venue.chart.table": "Tabelle",
  "venue.chart.picture": "Diagramm",
  "venue.chart.minute": "Minute",
  "venue.chart.sales": "Verkäufe pro Minute",
  "venue.chart.holds": "Reservierungen",
  "venue.chart.flow": "Vom Ansehen zum Buchen",
  "venue.chart.booked": "Gebucht",
  "venue.chart.reserved": "Reserviert",
  "venue.chart.held": "Jetzt gehalten",
  "venue.chart.expired": "Verfallen",
  "venue.chart.refused": "Abgelehnt",
  "venue.chart.declined": "Zahlung abgelehnt",
  "venue.chart.cancelled": "Storniert",
  "venue.chart.viewers": "Zuschauende",
  "venue.funnel": "Seit Verkaufsbeginn",
  "venue.funnel.reserved": "Reservierungen",
  "venue.funnel.checkout": "Begonnene Zahlungen",
  "venue.funnel.booked": "Buchungen",

  "venue.sections": "Bereiche",
  "venue.column.name": "Bereich",
  "venue.column.share": "Verkauft",
  "venue.column.available": "Frei",
  "venue.column.reserved": "Reserviert",
  "venue.column.paying": "In Zahlung",
  "venue.column.booked": "Gebucht",
  "venue.column.blocked": "Gesperrt",
  "venue.column.checkedIn": "Da",
  "venue.column.revenue": "Umsatz",

  "venue.activity": "Gerade eben",
  "venue.activity.none": "Noch ist nichts geschehen.",
  "venue.did.reserved": {
    one: "{n} Platz reserviert",
    other: "{n} Plätze reserviert",
  },
  "venue.did.released": {
    one: "{n} Platz freigegeben",
    other: "{n} Plätze freigegeben",
  },
  "venue.did.expired": {
    one: "{n} Platz verfallen",
    other: "{n} Plätze verfallen",
  },
  "venue.did.paying": {
    one: "{n} Platz wird bezahlt",
    other: "{n} Plätze werden bezahlt",
  },
  "venue.did.booked": { one: "{n} Platz gebucht", other: "{n} Plätze gebucht" },
  "venue.did.cancelled": {
    one: "{n} Platz storniert",
    other: "{n} Plätze storniert",
  },
  "venue.did.blocked": {
    one: "{n} Platz gesperrt",
    other: "{n} Plätze gesperrt",
  },
  "venue.did.unblocked": {
    one: "{n} Platz entsperrt",
    other: "{n} Plätze entsperrt",
  },
  "venue.did.checked_in": {
    one: "{n} Gast eingelassen",
    other: "{n} Gäste eingelassen",
  },
  "venue.did.refused": {
    one: "{n} Versuch abgelehnt",
    other: "{n} Versuche abgelehnt",
  },
  "venue.did.declined": {
    one: "{n} Zahlung abgelehnt",
    other: "{n} Zahlungen abgelehnt",
  },
  "venue.alert.refusals_spike": "Viele Absagen",
  "venue.alert.refusals_spike.text": {
    one: "{n} Reservierungsversuch in der letzten Minute bekam keinen Platz.",
    other:
      "{n} Reservierungsversuche in der letzten Minute bekamen keinen Platz.",
  },
  "venue.alert.declines_spike": "Viele abgelehnte Zahlungen",
  "venue.alert.declines_spike.text": {
    one: "{n} Zahlung wurde in der letzten Minute abgelehnt.",
    other: "{n} Zahlungen wurden in der letzten Minute abgelehnt.",
  },
  "venue.alert.payments_stuck": "Zahlungen hängen",
  "venue.alert.payments_stuck.text": {
    one: "{n} Zahlung ist über ihre Frist hinaus ohne Ergebnis.",
    other: "{n} Zahlungen sind über ihre Frist hinaus ohne Ergebnis.",
  },
  "venue.alert.refunds_failed": "Erstattungen sind gescheitert",
  "venue.alert.refunds_failed.text": {
    one: "{n} Erstattung wurde abgelehnt und braucht einen Menschen.",
    other: "{n} Erstattungen wurden abgelehnt und brauchen einen Menschen.",
  },
  "venue.alert.feed_behind": "Die Zahlen sind alt",
  "venue.alert.feed_behind.text": {
    one: "Die Plätze haben seit {n} Sekunde nicht geantwortet.",
    other: "Die Plätze haben seit {n} Sekunden nicht geantwortet.",
  },
  "venue.alert.gateway_refuses": "Der Zahlungsdienst lehnt Zahlungen ab",
  "venue.alert.gateway_refuses.text": {
    one:
      "{n} Zahlung der letzten Stunde wurde wegen eines Fehlers des Hauses abgelehnt; die Buchung nennt ihn.",
    other:
      "{n} Zahlungen der letzten Stunde wurden wegen eines Fehlers des Hauses abgelehnt; die Buchungen nennen ihn.",
  },
  "venue.alert.payment_problems": "Zahlungen brauchen einen Menschen",
  "venue.alert.payment_problems.text": {
    one: "{n} Zahlung ließ sich nicht von selbst in Ordnung bringen.",
    other: "{n} Zahlungen ließen sich nicht von selbst in Ordnung bringen.",
  },
  "venue.alert.payments_disputed": "Zahlungen sind angefochten",
  "venue.alert.payments_disputed.text": {
    one:
      "{n} Zahlung ist bei der Bank angefochten; bis zur Entscheidung öffnen ihre Tickets keine Tür.",
    other:
      "{n} Zahlungen sind bei der Bank angefochten; bis zur Entscheidung öffnen ihre Tickets keine Tür.",
  },
  "venue.alert.foreign_payments": "Zahlungen eines anderen Hauses",
  "venue.alert.foreign_payments.text": {
    one:
      "{n} Zahlung auf diesem Konto stammt von einem anderen Haus; sie bleibt unberührt.",
    other:
      "{n} Zahlungen auf diesem Konto stammen von einem anderen Haus; sie bleiben unberührt.",
  },

  "venue.payments.show": "Diese Zahlungen zeigen",
  "venue.payments.title": "Zahlungen, die einen Menschen brauchen",
  "venue.payments.none": "Es gibt keine.",
  "venue.payments.unapplied":
    "Die Buchung ließ sich nicht angleichen; es wird wieder versucht",
  "venue.payments.mismatch":
    "Betrag, Währung oder Haus sind nicht die der Buchung",
  "venue.payments.foreign": "Von einem anderen Haus auf diesem Konto",
  "venue.payments.refund_failed": "Die Rückzahlung ist gescheitert",
  "venue.payments.refund_held":
    "Nicht von selbst zurückgezahlt: zu viele Erstattungen in einer Stunde",
  "venue.pick": "Gewählte Plätze",
  "venue.pick.none":
    "Wählen Sie Plätze auf dem Plan mit Rechteck, Lasso oder einzeln, oder aus der Liste.",
  "venue.pick.count": {
    one:
      "{n} Platz: {available} frei, {reserved} gehalten, {booked} gebucht, {blocked} gesperrt",
    other:
      "{n} Plätze: {available} frei, {reserved} gehalten, {booked} gebucht, {blocked} gesperrt",
  },
  "venue.pick.tooMany": "Bitte nicht mehr als {n} Plätze auf einmal.",
  "venue.pick.byList": "Aus der Liste wählen",
  "venue.pick.section": "Bereich",
  "venue.pick.from": "Von Reihe",
  "venue.pick.to": "Bis Reihe",
  "venue.pick.add": "Diese Reihen dazu",
  "venue.pick.take": "Wieder heraus",
  "venue.pick.clear": "Keine wählen",
  "venue.pick.inSection": "{name}: {n} Plätze",
  "venue.block": "Sperren",
  "venue.block.title": {
    one: "{n} Platz sperren",
    other: "{n} Plätze sperren",
  },
  "venue.block.done": {
    one: "{n} Platz gesperrt.",
    other: "{n} Plätze gesperrt.",
  },
  "venue.unblock": "Entsperren",
  "venue.unblock.title": {
    one: "{n} Platz entsperren",
    other: "{n} Plätze entsperren",
  },
  "venue.unblock.done": {
    one: "{n} Platz ist wieder frei.",
    other: "{n} Plätze sind wieder frei.",
  },
  "venue.unblock.of": "Entsperren: {seats}",
  "venue.blocks": "Gesperrte Plätze",
  "venue.blocks.none": "Kein Platz ist gesperrt.",
  "venue.blocks.more": "und {n} weitere",
  "venue.failed": {
    one: "{n} Platz blieb, wie er war: {words}",
    other: "{n} Plätze blieben, wie sie waren: {words}",
  },

  "venue.bookings.find": "Buchung suchen",
  "venue.bookings.findHelp":
    "Name, E-Mail, Telefon, Buchungsnummer, Kartencode oder Platz: A12, Reihe 3 Platz 5.",
  "venue.bookings.state": "Stand",
  "venue.bookings.anyState": "Alle",
  "venue.bookings.found": {
    one: "{n} Buchung gefunden",
    other: "{n} Buchungen gefunden",
  },
  "venue.bookings.none": "Keine Buchungen",
  "venue.bookings.noneHelp":
    "Nichts passt. Teile von Name oder Nummer genügen.",
  "venue.bookings.noName": "Ohne Namen",
  "venue.booked": "Gebucht",
  "venue.csv": "CSV ausgeben",
  "venue.tickets": "Karten",
  "venue.dispute": "Anfechtung",
  "venue.dispute.INQUIRY": "Die Bank fragt nach der Zahlung",
  "venue.dispute.OPEN":
    "Bei der Bank angefochten; bis zur Entscheidung öffnen die Tickets keine Tür",
  "venue.dispute.LOST":
    "Verloren: Das Geld ist weg, die Tickets sind ungültig. Stornieren Sie die Buchung, um die Plätze wieder zu verkaufen.",
  "venue.dispute.WON": "Gewonnen",
  "venue.problem": "Problem",
  "venue.ticket.VALID": "Gültig",
  "venue.ticket.USED": "Eingelöst",
  "venue.ticket.VOID": "Ungültig",
  "venue.ticket.DISPUTED": "Angefochten",
  "venue.refund": "Stornieren und erstatten",
  "venue.refund.title": "Stornieren und erstatten?",
  "venue.refund.body": {
    one:
      "Buchung {reference} wird storniert, ihr Platz geht zurück in den Verkauf und {total} werden erstattet. Das lässt sich nicht zurücknehmen.",
    other:
      "Buchung {reference} wird storniert, ihre {n} Plätze gehen zurück in den Verkauf und {total} werden erstattet. Das lässt sich nicht zurücknehmen.",
  },
  "venue.refund.confirm": "{total} erstatten",
  "venue.refund.done": "Buchung {reference} ist storniert und erstattet.",
  "venue.resend": "Karten erneut senden",
  "venue.resend.title": "Karten erneut senden",

  "venue.holds.lead":
    "Plätze, die jetzt gehalten werden. Was in Zahlung ist, wird gerade bezahlt.",
  "venue.holds.none": "Niemand hält einen Platz",
  "venue.hold.ACTIVE": "Gehalten",
  "venue.hold.PAYING": "In Zahlung",
  "venue.release": "Freigeben",
  "venue.release.of": "{seats} freigeben",
  "venue.release.title": "Diese Reservierung freigeben?",
  "venue.release.body":
    "{seats} gehen sofort zurück in den Verkauf. Wer sie hält, erfährt es.",
  "venue.release.done": {
    one: "{n} Platz ist wieder frei.",
    other: "{n} Plätze sind wieder frei.",
  },

  "venue.hoard.of": {
    one: "{n} Platz aus diesem Netz",
    other: "{n} Plätze aus diesem Netz",
  },
  "venue.hoard.title": "Alles aus diesem Netz freigeben?",
  "venue.hoard.body": {
    one:
      "{n} Platz wird aus {address} gehalten. Er geht zurück in den Verkauf, wenn er nicht gerade bezahlt wird.",
    other:
      "{n} Plätze werden aus {address} gehalten. Sie gehen zurück in den Verkauf, außer denen in Zahlung.",
  },

  "venue.audit.lead": "Was das Haus hier getan hat, das Neueste zuerst.",
  "venue.audit.none": "Noch nichts",
  "venue.audit.at": "Wann",
  "venue.audit.who": "Wer",
  "venue.audit.act": "Was",
  "venue.audit.reason": "Grund",
  "venue.audit.details": "Einzelheiten",
  "venue.audit.door": "Tür {door}",
  "venue.audit.until": "bis {when}",
  "venue.audit.change": "{field}: {before} → {after}",
  "venue.audit.unset": "nicht gesetzt",
  "venue.field.name": "Name",
  "venue.field.startsAt": "Beginn",
  "venue.field.onSaleAt": "Verkauf ab",
  "venue.field.offSaleAt": "Verkauf bis",
  "venue.field.timeZone": "Zeitzone",
  "venue.act.add_discount": "Code angelegt",
  "venue.act.add_event": "Veranstaltung angelegt",
  "venue.act.add_plan": "Saalplan eingelesen",
  "venue.act.block": "Plätze gesperrt",
  "venue.act.change_event": "Veranstaltung geändert",
  "venue.act.check_in": "Eingelassen",
  "venue.act.dispute": "Eine Zahlung wird angefochten",
  "venue.act.end_discount": "Code beendet",
  "venue.act.export_bookings": "Buchungen exportiert",
  "venue.act.open_door": "Telefon für den Einlass angemeldet",
  "venue.act.refund_booking": "Buchung storniert und erstattet",
  "venue.act.refund_payment": "Eine Zahlung ohne Buchung zurückgegeben",
  "venue.act.release_hold": "Reservierung freigegeben",
  "venue.act.remove_demo": "Demo-Veranstaltungen entfernt",
  "venue.act.remove_event": "Veranstaltung entfernt",
  "venue.act.send_tickets": "Karten erneut gesendet",
  "venue.act.unblock": "Plätze entsperrt",
  "venue.act.undo_check_in": "Einlass zurückgenommen",

  "venue.event": "Veranstaltung",
  "venue.event.rename": "Umbenennen",
  "venue.event.hide": "Vor Käufern verbergen",
  "venue.event.hide.body":
    "Käufer finden und sehen sie nicht mehr und können nichts mehr reservieren. Buchungen bleiben gültig.",
  "venue.event.show": "Käufern zeigen",
  "venue.event.remove": "Veranstaltung entfernen",
  "venue.event.remove.body":
    "„{name}“ verschwindet endgültig. Entfernt werden kann nur, wovon nichts verkauft ist.",
  "venue.event.removed": "„{name}“ ist entfernt.",
  "venue.hidden": "Verborgen",
  "venue.yes": "ja",
  "venue.no": "nein",
  "venue.field.hidden": "Verborgen",
  "venue.demo.remove": "Demo-Veranstaltungen entfernen",
  "venue.demo.body":
    "Die Demo-Veranstaltungen, von denen nichts verkauft ist, verschwinden endgültig, mit ihrem Code SUMMER10.",
  "venue.demo.done": {
    one: "{n} Demo-Veranstaltung ist entfernt.",
    other: "{n} Demo-Veranstaltungen sind entfernt.",
  },
  "venue.demo.kept": {
    one:
      "Von {n} Demo-Veranstaltung ist etwas verkauft; sie bleibt und lässt sich verbergen.",
    other:
      "Von {n} Demo-Veranstaltungen ist etwas verkauft; sie bleiben und lassen sich verbergen.",
  },
  "venue.past.title": "Dieser Beginn ist vorbei",
  "venue.past.body":
    "{when} liegt in der Vergangenheit, sodass niemand kaufen kann. Ist das gewollt?",
  "venue.past.change": "Ändern",
  "venue.past.keep": "Ist gewollt",
  "venue.plan.sample": "Einen Beispielplan zum Ausprobieren herunterladen",
  "venue.ready": {
    one: "Noch nicht verkaufsbereit: {n} Punkt ist offen",
    other: "Noch nicht verkaufsbereit: {n} Punkte sind offen",
  },
  "venue.ready.guide":
    "So wird es eingestellt: „Your first real event“ (englisch)",
  "venue.ready.files_missing":
    "Dateien von Houseful fehlen. Bitte neu installieren.",
  "venue.ready.data_directory_open":
    "Andere Nutzer des Servers können das Datenverzeichnis lesen. Bitte schließen.",
  "venue.ready.data_directory_unwritable":
    "In das Datenverzeichnis kann nicht geschrieben werden.",
  "venue.ready.redis_unfit":
    "Der Redis-Server passt nicht oder antwortet nicht.",
  "venue.ready.redis_not_durable":
    "Redis speichert nichts: Ein Neustart vergisst jede Reservierung. „appendonly yes“ setzen.",
  "venue.ready.database_unreachable": "Die Datenbank antwortet nicht.",
  "venue.ready.database_open":
    "Andere Nutzer des Servers können die Datenbank lesen. Bitte schließen.",
  "venue.ready.event_unreadable":
    "Veranstaltungen, die niemand zu sehen bekommt, weil ihre gespeicherten Angaben fehlerhaft sind: {ids}. Näheres im Protokoll des Servers („row_skipped“).",
  "venue.ready.booking_unreadable":
    "Buchungen, die in Listen fehlen, weil ihre gespeicherten Angaben fehlerhaft sind: {ids}. Näheres im Protokoll des Servers („row_skipped“).",
  "venue.ready.discount_unreadable":
    "Rabattcodes, die in der Liste fehlen, weil ihre gespeicherten Angaben fehlerhaft sind: {ids}. Näheres im Protokoll des Servers („row_skipped“).",
  "venue.ready.act_unreadable":
    "Zeilen, die im Protokoll des Hauses fehlen, weil ihre gespeicherten Angaben fehlerhaft sind: {ids}. Näheres im Protokoll des Servers („row_skipped“).",
  "venue.ready.port_taken": "Ein anderes Programm belegt den Port des Servers.",
  "venue.ready.stripe_demo":
    "Es fließt kein Geld: STRIPE_SECRET_KEY und STRIPE_PUBLISHABLE_KEY setzen, um Zahlungen anzunehmen.",
  "venue.ready.stripe_test_mode":
    "Der Stripe-Schlüssel ist ein Testschlüssel: Es fließt kein Geld.",
  "venue.ready.stripe_keys_differ":
    "Ein Stripe-Schlüssel ist für Tests, der andere echt. Bitte beide von derselben Seite nehmen.",
  "venue.ready.stripe_refused": "Stripe weist den Schlüssel ab.",
  "venue.ready.stripe_unreachable": "Stripe antwortet nicht.",
  "venue.ready.stripe_no_webhooks":
    "Nachrichten von Stripe kommen spät: STRIPE_WEBHOOK_SECRET setzen.",
  "venue.ready.mail_not_set":
    "Es werden keine Mails verschickt: HOUSEFUL_SMTP_URL setzen.",
  "venue.ready.mail_sender_default":
    "Mails von {sender} werden nicht zugestellt: HOUSEFUL_MAIL_FROM setzen.",
  "venue.ready.mail_sender_needs_smtputf8":
    "Der Mailserver {host}:{port} nimmt keine Mail von {sender}: HOUSEFUL_MAIL_FROM braucht eine Adresse aus einfachen Buchstaben (a bis z).",
  "venue.ready.mail_unreachable":
    "Der Mailserver {host}:{port} nimmt keine Mails an.",
  "venue.ready.time_zone_not_set":
    "Zeiten stehen in {zone}: HOUSEFUL_TIMEZONE setzen.",
  "venue.ready.public_address_not_set":
    "Mails können nicht hierher verweisen: HOUSEFUL_PUBLIC_URL auf die öffentliche Adresse setzen.",
  "venue.ready.public_address_insecure":
    "{url} ist nicht https: Kameras am Einlass und Zahlungen brauchen es.",
  "venue.ready.proxies_not_trusted":
    "Alle Besucher zählen als einer: den Proxy in HOUSEFUL_TRUSTED_PROXIES nennen.",
  "venue.ready.secret_generated":
    "Karten gelten nur, solange das Datenverzeichnis bleibt: HOUSEFUL_JWT_SECRET setzen.",
  "venue.ready.secret_unreadable": "Das Signaturgeheimnis ist nicht lesbar.",
  "venue.ready.check_failed": "Das ließ sich nicht prüfen: {subject}.",

  "venue.window": "Verkaufszeit",
  "venue.window.change": "Zeiten ändern",
  "venue.window.openNow": "Verkauf jetzt öffnen",
  "venue.window.closeNow": "Verkauf jetzt schließen",
  "venue.onSaleAt": "Im Verkauf ab",
  "venue.onSaleAt.help": "Leer: sofort.",
  "venue.onSaleAt.always": "sofort",
  "venue.offSaleAt": "Im Verkauf bis",
  "venue.offSaleAt.help": "Leer: wenn die Veranstaltung beginnt.",
  "venue.offSaleAt.never": "zum Beginn",
  "venue.prices": "Preise",
  "venue.prices.change": "Preise ändern",
  "venue.prices.wrong": "Bitte ein Betrag wie 50 oder 49,90.",
  "venue.prices.later": "Die Preise kommen mit den Kategorien des Plans.",
  "venue.currency": "Währung",

  "venue.plan": "Saalplan",
  "venue.plan.choose": "Plan wählen",
  "venue.plan.none": "–",
  "venue.plan.option": "{name} ({n} Plätze)",
  "venue.plan.file": "Oder aus einer Datei",
  "venue.plan.fileHelp":
    "JSON, wie pretix oder seats.io es ausgeben, bis 32 MB.",
  "venue.plan.tooLarge": "Diese Datei hat mehr als 32 MB.",
  "venue.plan.added": {
    one: "{name} ist da: {n} Platz.",
    other: "{name} ist da: {n} Plätze.",
  },
  "venue.plan.seats": { one: "{n} Platz", other: "{n} Plätze" },
  "venue.new.what": "Was und wann",
  "venue.new.name": "Name der Veranstaltung",
  "venue.new.venue": "Haus",
  "venue.new.startsAt": "Beginn",
  "venue.new.save": "Veranstaltung anlegen",
  "venue.new.done": "Die Veranstaltung ist da.",

  "venue.discount.new": "Neuer Code",
  "venue.discount.save": "Code anlegen",
  "venue.discount.added": "Code {code} gilt.",
  "venue.discount.none": "Keine Rabattcodes",
  "venue.discount.noneHelp":
    "Ein Code nimmt einen Anteil oder Betrag von einer Bestellung.",
  "venue.discount.code": "Code",
  "venue.discount.kind": "Zieht ab",
  "venue.discount.percent": "einen Anteil in Prozent",
  "venue.discount.amount": "einen Betrag",
  "venue.discount.value": "Wie viel",
  "venue.discount.maxUses": "Einlösungen insgesamt (freiwillig)",
  "venue.discount.maxUsesPerUser": "Einlösungen pro Person (freiwillig)",
  "venue.discount.minimum": "Mindestbestellung (freiwillig)",
  "venue.discount.startsAt": "Ab (freiwillig)",
  "venue.discount.endsAt": "Bis (freiwillig)",
  "venue.discount.from": "ab {when}",
  "venue.discount.until": "bis {when}",
  "venue.discount.least": "Bestellungen ab {amount}",
  "venue.discount.perBuyer": "{n} pro Person",
  "venue.discount.everywhere": "alle Veranstaltungen",
  "venue.discount.used": {
    one: "{n}-mal eingelöst",
    other: "{n}-mal eingelöst",
  },
  "venue.discount.usedOf": "{n} von {all} eingelöst",
  "venue.discount.active": "Gilt",
  "venue.discount.inactive": "Beendet",
  "venue.discount.end": "Beenden",
  "venue.discount.end.title": "Code {code} beenden",
  "venue.discount.ended": "Code {code} ist beendet.",

  "venue.pass": "Telefon für den Einlass anmelden",
  "venue.pass.lead":
    "Das Telefon kann dann bei dieser Veranstaltung einlassen, sonst nichts.",
  "venue.pass.show": "Code zeigen",
  "venue.pass.scan": "Die Kamera des Telefons auf diesen Code richten",
  "venue.pass.until":
    "Er meldet ein Telefon bis {when} für den Einlass an. Nur denen zeigen, die an einer Tür stehen.",
  "venue.pass.qr": "QR-Code mit dem Anmeldelink",
  "venue.pass.link": "Oder diesen Link auf dem Telefon öffnen",
  "venue.pass.local":
    "Ein Telefon erreicht {host} nicht. HOUSEFUL_PUBLIC_URL auf die öffentliche Adresse setzen.",
  "venue.pass.plain":
    "Die Kamera braucht https. Über http kann ein Telefon nur Kartencodes eintippen.",

  "venue.door.anotherDay":
    "Dies ist der Einlass von „{name}“ am {when}, nicht von heute.",
  "venue.door.waiting": "Karte scannen oder Code eingeben.",
  "venue.door.code": "Kartencode",
  "venue.door.codeHelp": "Die Zeichen unter dem QR-Code.",
  "venue.door.check": "Einlassen",
  "venue.door.yes": "Einlassen",
  "venue.door.no": "Nicht einlassen",
  "venue.door.why.already_used": "Schon eingelöst",
  "venue.door.why.ticket_void": "Stornierte Karte",
  "venue.door.why.wrong_event": "Andere Veranstaltung",
  "venue.door.why.other_event": "Tür einer anderen Veranstaltung",
  "venue.door.why.forged_ticket": "Keine Karte von uns",
  "venue.door.why.malformed_ticket": "Kein Kartencode",
  "venue.door.why.unknown_ticket": "Unbekannte Karte",
  "venue.door.why.network": "Keine Verbindung",
  "venue.door.usedAt": "{seat}: eingelassen um {time}.",
  "venue.door.usedAtDoor": "{seat}: eingelassen um {time}, Tür {door}.",
  "venue.door.otherEvent": "Diese Karte gilt für „{name}“, {when}.",
  "venue.door.name": "Diese Tür",
  "venue.door.nameHelp": "Damit ein zweiter Versuch sagt, wo der erste war.",
  "venue.door.sound": "Ton und Vibration",
  "venue.door.cameraOn": "Mit der Kamera scannen",
  "venue.door.cameraOff": "Kamera aus",
  "venue.door.camera.missing":
    "Dieser Browser gibt Seiten keine Kamera. Bitte den Code eingeben.",
  "venue.door.camera.insecure":
    "Browser geben die Kamera nur über https frei. Diese Seite mit https öffnen oder den Code eingeben.",
  "venue.door.camera.unreached":
    "Keine Verbindung, um Bilder zu lesen. Es wird weiter versucht.",
  "venue.door.camera.denied":
    "Die Kamera ist nicht verfügbar. Bitte den Code eingeben.",
  "venue.door.recent": "Zuletzt eingelassen",
  "venue.door.inside": "{checkedIn} von {booked} im Haus ({share})",
  "venue.door.none": "Noch niemand.",
  "venue.door.undo": "Rückgängig",
  "venue.door.undo.title": "Einlass von {seat} zurücknehmen",
  "venue.door.undo.body":
    "Die Karte von {name} ({reference}) kann dann wieder eingelöst werden.",
  "venue.door.undone": "{seat} kann wieder eingelassen werden.",
};
