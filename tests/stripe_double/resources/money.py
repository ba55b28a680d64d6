"""What Stripe takes of each currency, as docs.stripe.com/currencies says (read 2026-11-28).

Written down apart from `houseful.domain.prices.currencies`, so that a slip in one shows in the other.
"""

from __future__ import annotations

from tests.stripe_double.errors import ApiError, invalid

ZERO_DECIMAL = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()
)  # section "Zero-decimal currencies"; ugx stands there and under "Special cases"
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())  # section "Three-decimal currencies"
NO_FRACTIONS = frozenset({"isk", "ugx"})  # section "Special cases": two digits that are 00
LEAST = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500,
    "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
"""Section "Minimum and maximum charge amounts", where the account is paid out in that currency."""
MOST_DIGITS = {"idr": 12, "inr": 9}
"""The same section; 8 for all other currencies."""
PRESENTMENT = frozenset(
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd "
    "cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq "
    "gyd hkd hnl htg huf idr ils inr isk jmd jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad "
    "mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln "
    "pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs "
    "uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw bhd jod kwd omr tnd".split()
)  # section "Supported presentment currencies"


def fault(amount: int, currency: str) -> str | None:
    """Stripe's error code for a charge of `amount`, or None."""
    step = 10 if currency in THREE_DECIMAL else 100 if currency in NO_FRACTIONS else 1
    if amount < 1:
        return "parameter_invalid_integer"
    if amount % step:
        return "invalid_amount"
    if amount < LEAST.get(currency, 1):
        return "amount_too_small"
    return "amount_too_large" if amount >= 10 ** MOST_DIGITS.get(currency, 8) else None


def check(amount: int, currency: str) -> None:
    """Raise Stripe's 400 for what it would not charge."""
    if currency not in PRESENTMENT:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    code = fault(amount, currency)
    if code is not None:
        raise ApiError(
            400,
            f"Amount {amount} cannot be charged in {currency}.",
            code=code,
            param="amount",
            stored=False,
        )
