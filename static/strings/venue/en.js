// @ts-check
/** English, for the venue's staff: fetched with their part of the page. */
/** @type {import("../../lib/i18n.js").Strings} */
export default {
  "venue.title": "Venue",
  "venue.lead": "Every house, as it fills.",
  "venue.all": "All events",
  "venue.none": "No events yet",
  "venue.noneHelp": "Create one from a seating plan.",
  "venue.new": "New event",
  "venue.open": "Open",
  "venue.who": "{who} ({role})",
  "venue.role.venue": "staff",
  "venue.role.admin": "admin",
  "venue.role.door": "door",
  "venue.until": "Signed in until {when}",
  "venue.ending": {
    one:
      "Your sign-in ends in {n} minute. Finish what is open and sign in again.",
    other:
      "Your sign-in ends in {n} minutes. Finish what is open and sign in again.",
  },
  "venue.theme": "Light or dark",
  "venue.keep": "Go back",
  "venue.save": "Save",
  "venue.saved": "Saved. Every open page knows.",
  "venue.reason": "Reason",
  "venue.reason.help": "Stands in the log beside your name.",
  "venue.reason.optional": "Reason (optional)",
  "venue.zone.of": "In the time of {zone}",
  "venue.zone.help": "All times of the venue’s events are told by its clocks.",
  "venue.zone.known":
    "{venue} has this time zone; it is changed at one of its events.",
  "venue.zone.change":
    "Of the venue, for all its events. The hours below are then those of the new zone.",
  "venue.phone": "Phone",
  "venue.page.before": "Page before",
  "venue.page.after": "Next page",

  "venue.signin.title": "Venue staff",
  "venue.signin.lead":
    "Sign in with a staff token. It is kept in this tab only.",
  "venue.signin.token": "Staff token",
  "venue.signin.help":
    "“houseful token --user you --role venue --ttl 43200” prints one on the server, good for 12 hours.",
  "venue.signin.go": "Sign in",
  "venue.signin.noToken": "This is not a token, or its time is over.",
  "venue.signin.notStaff":
    "This token is for the role “{role}”. Staff need “venue”, “admin” or “door”.",
  "venue.signin.refused": "The server does not accept this token.",
  "venue.signin.ended": "Your sign-in has ended. Please sign in again.",

  "venue.tabs": "Parts of this event",
  "venue.tab.board": "Live",
  "venue.tab.bookings": "Bookings",
  "venue.tab.holds": "Holds",
  "venue.tab.door": "Door",
  "venue.tab.sale": "Sale",
  "venue.tab.discounts": "Discounts",
  "venue.tab.audit": "Log",
  "venue.sale.upcoming": "Not yet on sale",
  "venue.sale.open": "On sale",
  "venue.sale.closed": "Sale ended",

  "venue.sold": "Sold",
  "venue.share": "Share",
  "venue.count.held": "Held",
  "venue.viewers": "Viewers",
  "venue.revenue": "Revenue",
  "venue.bar":
    "{name}: {booked} of {total} booked, {held} held, {blocked} blocked, {available} free",

  "venue.tiles": "Figures now",
  "venue.tile.booked": "Booked",
  "venue.tile.available": "Available",
  "venue.tile.reserved": "Reserved",
  "venue.tile.paying": "Paying",
  "venue.tile.expiring": "Expiring in 60 s",
  "venue.tile.blocked": "Blocked",
  "venue.tile.checkedIn": "Checked in",
  "venue.tile.revenue": "Revenue",
  "venue.tile.viewers": "Viewers",
  "venue.tile.share": "{share}",
  "venue.tile.of": "of {n}",
  "venue.tile.perMinute": "{n} per minute",
  "venue.tile.sold": "{share}, {n} per minute",
  "venue.tile.holds": { one: "{n} hold", other: "{n} holds" },
  "venue.tile.refunded": "{amount} refunded",

  "venue.pause": "Pause",
  "venue.resume": "Go on",
  "venue.paused": "Paused. What you see is {age} old.",
  "venue.wall": "Wall",
  "venue.wall.leave": "Leave the wall",
  "venue.span": "Charts show",
  "venue.minutes": "{n} min",
  "venue.map": "The house",
  "venue.tools": "Map tools",
  "venue.tool.look": "Look",
  "venue.tool.box": "Pick by box",
  "venue.tool.lasso": "Pick by lasso",
  "venue.heat": "Heat",
  "venue.heatKey": "share sold",
  "venue.tip.sold": "{share} sold ({booked})",
  "venue.tip.rest": "{available} free, {held} held",

  "venue.chart.table": "Table",
  "venue.chart.picture": "Chart",
  "venue.chart.minute": "Minute",
  "venue.chart.sales": "Sales per minute",
  "venue.chart.holds": "Holds",
  "venue.chart.flow": "From looking to booking",
  "venue.chart.booked": "Booked",
  "venue.chart.reserved": "Reserved",
  "venue.chart.held": "Held now",
  "venue.chart.expired": "Expired",
  "venue.chart.refused": "Refused",
  "venue.chart.declined": "Declined",
  "venue.chart.cancelled": "Cancelled",
  "venue.chart.viewers": "Viewers",
  "venue.funnel": "Since the sale opened",
  "venue.funnel.reserved": "Reservations",
  "venue.funnel.checkout": "Checkouts begun",
  "venue.funnel.booked": "Bookings",

  "venue.sections": "Sections",
  "venue.column.name": "Section",
  "venue.column.share": "Sold",
  "venue.column.available": "Free",
  "venue.column.reserved": "Reserved",
  "venue.column.paying": "Paying",
  "venue.column.booked": "Booked",
  "venue.column.blocked": "Blocked",
  "venue.column.checkedIn": "In",
  "venue.column.revenue": "Revenue",

  "venue.activity": "Just now",
  "venue.activity.none": "Nothing has happened yet.",
  "venue.did.reserved": {
    one: "{n} seat reserved",
    other: "{n} seats reserved",
  },
  "venue.did.released": {
    one: "{n} seat released",
    other: "{n} seats released",
  },
  "venue.did.expired": { one: "{n} seat expired", other: "{n} seats expired" },
  "venue.did.paying": {
    one: "{n} seat being paid for",
    other: "{n} seats being paid for",
  },
  "venue.did.booked": { one: "{n} seat booked", other: "{n} seats booked" },
  "venue.did.cancelled": {
    one: "{n} seat cancelled",
    other: "{n} seats cancelled",
  },
  "venue.did.blocked": { one: "{n} seat blocked", other: "{n} seats blocked" },
  "venue.did.unblocked": {
    one: "{n} seat unblocked",
    other: "{n} seats unblocked",
  },
  "venue.did.checked_in": {
    one: "{n} guest let in",
    other: "{n} guests let in",
  },
  "venue.did.refused": {
    one: "{n} attempt refused",
    other: "{n} attempts refused",
  },
  "venue.did.declined": {
    one: "{n} payment declined",
    other: "{n} payments declined",
  },
  "venue.alert.refusals_spike": "Many refusals",
  "venue.alert.refusals_spike.text": {
    one: "{n} attempt to reserve got no seat in the last minute.",
    other: "{n} attempts to reserve got no seat in the last minute.",
  },
  "venue.alert.declines_spike": "Many declined payments",
  "venue.alert.declines_spike.text": {
    one: "{n} payment was declined in the last minute.",
    other: "{n} payments were declined in the last minute.",
  },
  "venue.alert.payments_stuck": "Payments are stuck",
  "venue.alert.payments_stuck.text": {
    one: "{n} payment is past its deadline without an outcome.",
    other: "{n} payments are past their deadline without an outcome.",
  },
  "venue.alert.refunds_failed": "Refunds have failed",
  "venue.alert.refunds_failed.text": {
    one: "{n} refund was rejected and needs a person.",
    other: "{n} refunds were rejected and need a person.",
  },
  "venue.alert.feed_behind": "The figures are old",
  "venue.alert.feed_behind.text": {
    one: "The seats have not answered for {n} second.",
    other: "The seats have not answered for {n} seconds.",
  },
  "venue.alert.gateway_refuses": "The payment service refuses payments",
  "venue.alert.gateway_refuses.text": {
    one:
      "{n} payment of the last hour was refused for a fault of the shop's; the booking says which.",
    other:
      "{n} payments of the last hour were refused for a fault of the shop's; the bookings say which.",
  },
  "venue.alert.payment_problems": "Payments need a person",
  "venue.alert.payment_problems.text": {
    one: "{n} payment could not be put right by itself.",
    other: "{n} payments could not be put right by themselves.",
  },
  "venue.alert.payments_disputed": "Payments are disputed",
  "venue.alert.payments_disputed.text": {
    one:
      "{n} payment is disputed at the bank; its tickets open no door until that has decided.",
    other:
      "{n} payments are disputed at the bank; their tickets open no door until that has decided.",
  },
  "venue.alert.foreign_payments": "Payments of another house",
  "venue.alert.foreign_payments.text": {
    one:
      "{n} payment on this account was made by another house; nothing of it is touched.",
    other:
      "{n} payments on this account were made by another house; nothing of them is touched.",
  },

  "venue.payments.show": "Show these payments",
  "venue.payments.title": "Payments that need a person",
  "venue.payments.none": "There are none.",
  "venue.payments.unapplied":
    "The booking could not be brought in line with it; it is tried again",
  "venue.payments.mismatch":
    "Amount, currency or house are not those of its booking",
  "venue.payments.foreign": "Made by another house on this account",
  "venue.payments.refund_failed": "Giving it back has failed",
  "venue.payments.refund_held":
    "Not given back by itself: too many refunds within an hour",
  "venue.pick": "Picked seats",
  "venue.pick.none":
    "Pick seats on the map by box, lasso or one by one, or from the list.",
  "venue.pick.count": {
    one:
      "{n} seat: {available} free, {reserved} held, {booked} booked, {blocked} blocked",
    other:
      "{n} seats: {available} free, {reserved} held, {booked} booked, {blocked} blocked",
  },
  "venue.pick.tooMany": "No more than {n} seats at once, please.",
  "venue.pick.byList": "Pick from the list",
  "venue.pick.section": "Section",
  "venue.pick.from": "From row",
  "venue.pick.to": "To row",
  "venue.pick.add": "Add these rows",
  "venue.pick.take": "Take them out",
  "venue.pick.clear": "Pick none",
  "venue.pick.inSection": "{name}: {n} seats",
  "venue.block": "Block",
  "venue.block.title": { one: "Block {n} seat", other: "Block {n} seats" },
  "venue.block.done": { one: "{n} seat blocked.", other: "{n} seats blocked." },
  "venue.unblock": "Unblock",
  "venue.unblock.title": {
    one: "Unblock {n} seat",
    other: "Unblock {n} seats",
  },
  "venue.unblock.done": {
    one: "{n} seat is free again.",
    other: "{n} seats are free again.",
  },
  "venue.unblock.of": "Unblock {seats}",
  "venue.blocks": "Blocked seats",
  "venue.blocks.none": "No seat is blocked.",
  "venue.blocks.more": "and {n} more",
  "venue.failed": {
    one: "{n} seat stayed as it was: {words}",
    other: "{n} seats stayed as they were: {words}",
  },

  "venue.bookings.find": "Find a booking",
  "venue.bookings.findHelp":
    "Name, e-mail, phone, reference, ticket code, or a seat: A12, row 3 seat 5.",
  "venue.bookings.state": "State",
  "venue.bookings.anyState": "Any",
  "venue.bookings.found": {
    one: "{n} booking found",
    other: "{n} bookings found",
  },
  "venue.bookings.none": "No bookings",
  "venue.bookings.noneHelp":
    "Nothing matches. Parts of a name or reference are enough.",
  "venue.bookings.noName": "No name given",
  "venue.booked": "Booked",
  "venue.csv": "Export CSV",
  "venue.tickets": "Tickets",
  "venue.dispute": "Dispute",
  "venue.dispute.INQUIRY": "The bank asks about the payment",
  "venue.dispute.OPEN":
    "Disputed at the bank; the tickets open no door until it has decided",
  "venue.dispute.LOST":
    "Lost: the money is gone, the tickets are void. Cancel the booking to sell its seats again.",
  "venue.dispute.WON": "Won",
  "venue.problem": "Problem",
  "venue.ticket.VALID": "Valid",
  "venue.ticket.USED": "Used",
  "venue.ticket.VOID": "Void",
  "venue.ticket.DISPUTED": "Disputed",
  "venue.refund": "Cancel and refund",
  "venue.refund.title": "Cancel and refund?",
  "venue.refund.body": {
    one:
      "Booking {reference} is cancelled, its seat goes back on sale and {total} is refunded. This cannot be undone.",
    other:
      "Booking {reference} is cancelled, its {n} seats go back on sale and {total} is refunded. This cannot be undone.",
  },
  "venue.refund.confirm": "Refund {total}",
  "venue.refund.done": "Booking {reference} is cancelled and refunded.",
  "venue.resend": "Resend tickets",
  "venue.resend.title": "Resend tickets",

  "venue.holds.lead":
    "Seats that are held now. A hold in payment is being paid for.",
  "venue.holds.none": "Nobody holds a seat",
  "venue.hold.ACTIVE": "Held",
  "venue.hold.PAYING": "Paying",
  "venue.release": "Release",
  "venue.release.of": "Release {seats}",
  "venue.release.title": "Release this hold?",
  "venue.release.body":
    "{seats} go back on sale at once. Whoever holds them is told.",
  "venue.release.done": {
    one: "{n} seat is free again.",
    other: "{n} seats are free again.",
  },

  "venue.hoard.of": {
    one: "{n} seat from this network",
    other: "{n} seats from this network",
  },
  "venue.hoard.title": "Release all from this network?",
  "venue.hoard.body": {
    one:
      "{n} seat is held from {address}. It goes back on sale, unless it is being paid for.",
    other:
      "{n} seats are held from {address}. They go back on sale, but for those being paid for.",
  },

  "venue.audit.lead": "What staff did here, newest first.",
  "venue.audit.none": "Nothing yet",
  "venue.audit.at": "When",
  "venue.audit.who": "Who",
  "venue.audit.act": "What",
  "venue.audit.reason": "Reason",
  "venue.audit.details": "Details",
  "venue.audit.door": "door {door}",
  "venue.audit.until": "until {when}",
  "venue.audit.change": "{field}: {before} → {after}",
  "venue.audit.unset": "not set",
  "venue.field.name": "Name",
  "venue.field.startsAt": "Starts",
  "venue.field.onSaleAt": "On sale from",
  "venue.field.offSaleAt": "On sale until",
  "venue.field.timeZone": "Time zone",
  "venue.act.add_discount": "Created a code",
  "venue.act.add_event": "Created the event",
  "venue.act.add_plan": "Imported a seating plan",
  "venue.act.block": "Blocked seats",
  "venue.act.change_event": "Changed the event",
  "venue.act.check_in": "Let in",
  "venue.act.dispute": "A payment is disputed",
  "venue.act.end_discount": "Ended a code",
  "venue.act.export_bookings": "Exported the bookings",
  "venue.act.open_door": "Signed in a phone as a door",
  "venue.act.refund_booking": "Cancelled and refunded a booking",
  "venue.act.refund_payment": "Gave back a payment without a booking",
  "venue.act.release_hold": "Released a hold",
  "venue.act.remove_demo": "Removed the demo events",
  "venue.act.remove_event": "Removed an event",
  "venue.act.send_tickets": "Sent tickets again",
  "venue.act.unblock": "Unblocked seats",
  "venue.act.undo_check_in": "Undid a check-in",

  "venue.event": "Event",
  "venue.event.rename": "Rename",
  "venue.event.hide": "Hide from buyers",
  "venue.event.hide.body":
    "Buyers neither find nor see it and can reserve nothing more. Bookings stay good.",
  "venue.event.show": "Show to buyers",
  "venue.event.remove": "Remove event",
  "venue.event.remove.body":
    "“{name}” goes for good. Only an event that sold nothing can be removed.",
  "venue.event.removed": "“{name}” is removed.",
  "venue.hidden": "Hidden",
  "venue.yes": "yes",
  "venue.no": "no",
  "venue.field.hidden": "Hidden",
  "venue.demo.remove": "Remove demo events",
  "venue.demo.body":
    "The demo events that sold nothing go for good, and so does their code SUMMER10.",
  "venue.demo.done": {
    one: "{n} demo event is removed.",
    other: "{n} demo events are removed.",
  },
  "venue.demo.kept": {
    one: "{n} demo event sold something and stays. It can be hidden.",
    other: "{n} demo events sold something and stay. They can be hidden.",
  },
  "venue.past.title": "This start is over",
  "venue.past.body":
    "{when} is in the past, so that nobody can buy. Is that meant?",
  "venue.past.change": "Change it",
  "venue.past.keep": "It is meant",
  "venue.plan.sample": "Download a sample plan to try this with",
  "venue.ready": {
    one: "Not ready to sell: {n} thing to see to",
    other: "Not ready to sell: {n} things to see to",
  },
  "venue.ready.guide": "How to set this: “Your first real event”",
  "venue.ready.files_missing":
    "Files of Houseful are missing. Install it again.",
  "venue.ready.data_directory_open":
    "Other users of the server can read the data directory. Close it to them.",
  "venue.ready.data_directory_unwritable":
    "The data directory cannot be written to.",
  "venue.ready.redis_unfit":
    "The Redis server does not fit, or does not answer.",
  "venue.ready.redis_not_durable":
    "Redis keeps nothing on disk: a restart forgets every hold. Set “appendonly yes”.",
  "venue.ready.database_unreachable": "The database does not answer.",
  "venue.ready.database_open":
    "Other users of the server can read the database. Close it to them.",
  "venue.ready.event_unreadable":
    "Events that nobody is shown, because what is stored of them is broken: {ids}. The server’s log says what (“row_skipped”).",
  "venue.ready.booking_unreadable":
    "Bookings that lists leave out, because what is stored of them is broken: {ids}. The server’s log says what (“row_skipped”).",
  "venue.ready.discount_unreadable":
    "Discount codes that the list leaves out, because what is stored of them is broken: {ids}. The server’s log says what (“row_skipped”).",
  "venue.ready.act_unreadable":
    "Lines that the staff’s log leaves out, because what is stored of them is broken: {ids}. The server’s log says what (“row_skipped”).",
  "venue.ready.port_taken": "Another program has the server’s port.",
  "venue.ready.stripe_demo":
    "No money moves: set STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY to take payments.",
  "venue.ready.stripe_test_mode": "Stripe’s key is a test key: no money moves.",
  "venue.ready.stripe_keys_differ":
    "One of Stripe’s keys is for tests and one is live. Take both from the same page.",
  "venue.ready.stripe_refused": "Stripe refuses the key.",
  "venue.ready.stripe_unreachable": "Stripe does not answer.",
  "venue.ready.stripe_no_webhooks":
    "Stripe’s news come late: set STRIPE_WEBHOOK_SECRET.",
  "venue.ready.mail_not_set": "No mail is sent: set HOUSEFUL_SMTP_URL.",
  "venue.ready.mail_sender_default":
    "Mail from {sender} is not delivered: set HOUSEFUL_MAIL_FROM.",
  "venue.ready.mail_sender_needs_smtputf8":
    "The mail server {host}:{port} takes no mail from {sender}: set HOUSEFUL_MAIL_FROM to an address in plain letters (a to z).",
  "venue.ready.mail_unreachable":
    "The mail server {host}:{port} takes no mail.",
  "venue.ready.time_zone_not_set":
    "Times are shown in {zone}: set HOUSEFUL_TIMEZONE.",
  "venue.ready.public_address_not_set":
    "Mails cannot link here: set HOUSEFUL_PUBLIC_URL to the address that people reach.",
  "venue.ready.public_address_insecure":
    "{url} is not https: cameras at the door and payments need it.",
  "venue.ready.proxies_not_trusted":
    "All visitors count as one: name the proxy in HOUSEFUL_TRUSTED_PROXIES.",
  "venue.ready.secret_generated":
    "Tickets hold only as long as the data directory is kept: set HOUSEFUL_JWT_SECRET.",
  "venue.ready.secret_unreadable": "The signing secret cannot be read.",
  "venue.ready.check_failed": "This could not be looked at: {subject}.",

  "venue.window": "Sale window",
  "venue.window.change": "Change times",
  "venue.window.openNow": "Open the sale now",
  "venue.window.closeNow": "Close the sale now",
  "venue.onSaleAt": "On sale from",
  "venue.onSaleAt.help": "Empty: at once.",
  "venue.onSaleAt.always": "at once",
  "venue.offSaleAt": "On sale until",
  "venue.offSaleAt.help": "Empty: when the event starts.",
  "venue.offSaleAt.never": "the start",
  "venue.prices": "Prices",
  "venue.prices.change": "Change prices",
  "venue.prices.wrong": "An amount like 50 or 49.90, please.",
  "venue.prices.later": "Prices come with the plan’s categories.",
  "venue.currency": "Currency",

  "venue.plan": "Seating plan",
  "venue.plan.choose": "Choose a plan",
  "venue.plan.none": "–",
  "venue.plan.option": "{name} ({n} seats)",
  "venue.plan.file": "Or add one from a file",
  "venue.plan.fileHelp": "JSON as pretix or seats.io export it, up to 32 MB.",
  "venue.plan.tooLarge": "This file has more than 32 MB.",
  "venue.plan.added": {
    one: "{name} added: {n} seat.",
    other: "{name} added: {n} seats.",
  },
  "venue.plan.seats": { one: "{n} seat", other: "{n} seats" },
  "venue.new.what": "What and when",
  "venue.new.name": "Name of the event",
  "venue.new.venue": "Venue",
  "venue.new.startsAt": "Starts",
  "venue.new.save": "Create event",
  "venue.new.done": "The event is there.",

  "venue.discount.new": "New code",
  "venue.discount.save": "Create code",
  "venue.discount.added": "Code {code} can be used.",
  "venue.discount.none": "No discount codes",
  "venue.discount.noneHelp": "A code takes a share or an amount off an order.",
  "venue.discount.code": "Code",
  "venue.discount.kind": "Takes off",
  "venue.discount.percent": "a share in percent",
  "venue.discount.amount": "an amount",
  "venue.discount.value": "How much",
  "venue.discount.maxUses": "Uses in all (optional)",
  "venue.discount.maxUsesPerUser": "Uses per buyer (optional)",
  "venue.discount.minimum": "Least order (optional)",
  "venue.discount.startsAt": "From (optional)",
  "venue.discount.endsAt": "Until (optional)",
  "venue.discount.from": "from {when}",
  "venue.discount.until": "until {when}",
  "venue.discount.least": "orders from {amount}",
  "venue.discount.perBuyer": "{n} per buyer",
  "venue.discount.everywhere": "all events",
  "venue.discount.used": { one: "used {n} time", other: "used {n} times" },
  "venue.discount.usedOf": "used {n} of {all}",
  "venue.discount.active": "Active",
  "venue.discount.inactive": "Ended",
  "venue.discount.end": "End",
  "venue.discount.end.title": "End code {code}",
  "venue.discount.ended": "Code {code} has ended.",

  "venue.pass": "Sign in a phone as a door",
  "venue.pass.lead":
    "The phone can then check tickets in at this event, and nothing else.",
  "venue.pass.show": "Show the code",
  "venue.pass.scan": "Point the phone’s camera at this code",
  "venue.pass.until":
    "It signs a phone in as a door until {when}. Show it to those who stand at a door only.",
  "venue.pass.qr": "QR code with the sign-in link",
  "venue.pass.link": "Or open this link on the phone",
  "venue.pass.local":
    "A phone cannot open {host}. Set HOUSEFUL_PUBLIC_URL to the address that people reach.",
  "venue.pass.plain":
    "The camera needs https. Over http a phone can only type ticket codes.",

  "venue.door.anotherDay":
    "This is the door of “{name}” on {when}, not of today.",
  "venue.door.waiting": "Scan a ticket or type its code.",
  "venue.door.code": "Ticket code",
  "venue.door.codeHelp": "The letters under the QR code.",
  "venue.door.check": "Check in",
  "venue.door.yes": "Let in",
  "venue.door.no": "Do not let in",
  "venue.door.why.already_used": "Already used",
  "venue.door.why.ticket_void": "Cancelled ticket",
  "venue.door.why.wrong_event": "Another event",
  "venue.door.why.other_event": "Another event’s door",
  "venue.door.why.forged_ticket": "Not one of our tickets",
  "venue.door.why.malformed_ticket": "Not a ticket code",
  "venue.door.why.unknown_ticket": "Unknown ticket",
  "venue.door.why.network": "No connection",
  "venue.door.usedAt": "{seat}: let in at {time}.",
  "venue.door.usedAtDoor": "{seat}: let in at {time}, door {door}.",
  "venue.door.otherEvent": "This ticket is for “{name}”, {when}.",
  "venue.door.name": "This door",
  "venue.door.nameHelp": "So that a second try says where the first was.",
  "venue.door.sound": "Sound and vibration",
  "venue.door.cameraOn": "Scan with the camera",
  "venue.door.cameraOff": "Camera off",
  "venue.door.camera.missing":
    "This browser gives no camera to pages. Type the code instead.",
  "venue.door.camera.insecure":
    "Browsers give the camera to pages over https only. Open this page by its https address, or type the code.",
  "venue.door.camera.unreached":
    "No connection to read pictures. Still trying.",
  "venue.door.camera.denied":
    "The camera is not available. Type the code instead.",
  "venue.door.recent": "Let in last",
  "venue.door.inside": "{checkedIn} of {booked} inside ({share})",
  "venue.door.none": "Nobody yet.",
  "venue.door.undo": "Undo",
  "venue.door.undo.title": "Undo check-in of {seat}",
  "venue.door.undo.body":
    "The ticket of {name} ({reference}) can then be used again.",
  "venue.door.undone": "{seat} can be let in again.",
};
