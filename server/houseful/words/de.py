"""German."""

from __future__ import annotations

from houseful.words.words import Words

GERMAN = Words(
    language="de",
    weekdays=(
        *("Montag", "Dienstag", "Mittwoch", "Donnerstag"),
        *("Freitag", "Samstag", "Sonntag"),
    ),
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    date_pattern="{weekday}, {day}. {month} {year}",
    time_pattern="{time} Uhr ({zone})",
    zones={
        "CET": "MEZ",
        "CEST": "MESZ",
        "WET": "WEZ",
        "WEST": "WESZ",
        "EET": "OEZ",
        "EEST": "OESZ",
    },
    decimal_point=",",
    admit_one="EINTRITT FÜR EINE PERSON",
    date_label="DATUM",
    venue_label="ORT",
    section_label="BEREICH",
    seat_label="PLATZ",
    holder_label="NAME",
    category_label="KATEGORIE",
    price_label="PREIS",
    entrance_label="EINGANG",
    booking_label="BUCHUNG",
    bearer="Inhaber",
    free="Kostenlos ({price})",
    ticket_of="Karte {number} von {count}",
    one_person_once="Dieser Code gilt einmal für eine Person. Zeigen Sie ihn erst am Eingang.",
    letters_left_out="Zeichen, die hier keine Schrift hat, fehlen im Druck. Der Code enthält alles.",
    demo_band="DEMO · ES WURDE NICHTS BEZAHLT",
    rows={"row": "REIHE", "table": "TISCH", "booth": "STAND", "standing": "STEHPLATZ"},
    rows_and_seats={
        "row": "REIHE UND PLATZ",
        "table": "TISCH UND PLATZ",
        "booth": "STAND UND PLATZ",
    },
    restricted_view="Eingeschränkte Sicht",
    accessible="Rollstuhlgerecht",
    companion="Platz für Begleitung",
    qr_title="{reference}: {place}",
    place_words={"row": "Reihe", "table": "Tisch", "booth": "Stand", "seat": "Platz"},
    entrance_in_line="Eingang {entrance}",
    hello="Guten Tag,",
    hello_name="Guten Tag {name},",
    subject_tickets="Ihre Karten für {event}",
    subject_moved="Neuer Termin: {event}",
    subject_cancelled="Storniert: Ihre Buchung für {event}",
    tickets_attached="Ihre Karten hängen an: eine Seite je Platz, jede mit eigenem Code.",
    was_moved=(
        "{event} war geplant für {before} und beginnt nun am {now}. Ihre Karten und ihre Codes "
        "gelten weiter; sie hängen mit dem neuen Termin noch einmal an."
    ),
    subject_returned="Karten zurückgegeben: {event}",
    subject_called_off="Abgesagt: {event}",
    was_cancelled="Ihre Buchung {reference} ist storniert. Ihre Karten gelten nicht mehr.",
    was_returned=(
        "Von Ihrer Buchung {reference} wurden diese Plätze zurückgegeben: {places}. Deren Karten "
        "gelten nicht mehr; die übrigen bleiben gültig und hängen an."
    ),
    was_called_off=(
        "{event} findet nicht statt. Ihre Buchung {reference} ist storniert, und ihre Karten gelten "
        "nicht mehr."
    ),
    money_goes_back="{amount} gehen auf dem Weg an Sie zurück, auf dem Sie bezahlt haben.",
    given_back="Zurückgegeben",
    demo_notice="Dies ist eine Vorführung. Es wurde nichts bezahlt.",
    when="Wann",
    where="Wo",
    discount="Rabatt",
    order_fee="Gebühr je Bestellung",
    total="Summe",
    seats="Plätze",
    ticket_code="Code {code}",
    your_booking="Ihre Buchung: {url}",
    see_your_booking="Ihre Buchung ansehen",
    calendar_booking="Buchung {reference}",
    calendar_demo="DEMO: es wurde nichts bezahlt",
    calendar_more="und {count} weitere",
    calendar_cancelled="Storniert",
)
