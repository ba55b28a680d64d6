"""What the payment gateway takes of each currency: digits, steps, the least and the most.

Owns: the one table, which every door asks before it accepts a price, a discount or a total.

Source: docs.stripe.com/currencies as stored on 2026-11-28 ("Supported presentment currencies",
"Minor units in API amounts", "Special cases", "Minimum and maximum charge amounts"). The digits are
Stripe's, not ISO 4217's: an ariary has two digits in ISO and none there, and a króna or a Ugandan
shilling is sent with two digits that must be 00. The demo gateway keeps to the same table, so that
what was tried out with it can be sold with Stripe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.wording import shown


@dataclass(frozen=True, slots=True)
class Currency:
    """`digits` after the point; amounts in minor units: multiples of `step_minor` that are 0 or lie
    between `least_minor` and `most_minor`."""

    digits: int
    step_minor: int
    least_minor: int
    most_minor: int


_TWO_DIGITS: Final = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF
    CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
    INR ISK JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN
    NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD
    STD SZL THB TJS TOP TRY TTD TWD TZS UAH UGX USD UYU UZS WST XCD YER ZAR ZMW
"""
_NO_DIGITS: Final = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_THREE_DIGITS: Final = "BHD JOD KWD OMR TND"

_STEPS: Final = {"ISK": 100, "UGX": 100, **dict.fromkeys(_THREE_DIGITS.split(), 10)}
"""HUF and TWD are whole numbers in payouts alone; charges may have their two digits."""

_LEAST: Final = {
    **dict.fromkeys("USD AUD BRL CAD CHF EUR INR NZD SGD".split(), 50),
    **dict.fromkeys("AED MYR PLN RON".split(), 200),
    **dict.fromkeys("NOK SEK".split(), 300),
    **dict.fromkeys("MXN THB".split(), 1000),
    "BGN": 100,
    "CZK": 1500,
    "DKK": 250,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17_500,
    "JPY": 50,
}
"""Of charges paid out in their own currency. For the others Stripe asks for the equivalent in the
currency of the bank account, which no table can know."""

_MOST: Final = {"IDR": 999_999_999_999, "INR": 999_999_999}
"""Some cards take more yen, forints, pounds and pesos than eight digits; not all do."""

CURRENCIES: Final[dict[str, Currency]] = {
    code: Currency(
        digits,
        _STEPS.get(code, 1),
        _LEAST.get(code, _STEPS.get(code, 1)),
        _MOST.get(code, 99_999_999),
    )
    for digits, codes in ((0, _NO_DIGITS), (2, _TWO_DIGITS), (3, _THREE_DIGITS))
    for code in codes.split()
}
"""ISO code → what can be charged in it."""


def currency_of(code: str) -> Currency:
    """Raises InvalidRequest for a currency that no card can be charged in."""
    found = CURRENCIES.get(code)
    if found is None:
        raise InvalidRequest(
            f"currency: expected one that the payment gateway takes, got {shown(code)}",
            code="currency_not_chargeable",
        )
    return found


def fault(amount_minor: int, code: str) -> str | None:
    """Why the gateway would refuse to charge this amount, in its own words, or None."""
    currency = currency_of(code)
    if amount_minor % currency.step_minor:
        return "amount_not_in_steps"
    if amount_minor < currency.least_minor:
        return "amount_too_small"
    return "amount_too_large" if amount_minor > currency.most_minor else None


def check_price(amount_minor: int, code: str) -> int:
    """`amount_minor` of one ticket, when a single one can be sold. Raises InvalidRequest."""
    currency_of(code)
    if amount_minor and fault(amount_minor, code):
        raise _refused("a price", amount_minor, code, least_minor=currency_of(code).least_minor)
    return amount_minor


def check_reduction(amount_minor: int, code: str) -> int:
    """`amount_minor` off a price, when what is left can be charged. Raises InvalidRequest."""
    if fault(amount_minor, code) in {"amount_not_in_steps", "amount_too_large"}:
        raise _refused("a reduction", amount_minor, code, least_minor=currency_of(code).step_minor)
    return amount_minor


def chargeable(total_minor: int, code: str) -> int:
    """What is charged of a total: rounded down to the gateway's step, and nothing when it is below
    the least charge. Always in the buyer's favour, so that nobody pays more than was shown."""
    currency = currency_of(code)
    rounded = total_minor - total_minor % currency.step_minor
    return rounded if rounded >= currency.least_minor else 0


def _refused(what: str, amount_minor: int, code: str, *, least_minor: int) -> InvalidRequest:
    currency = CURRENCIES[code]
    amount, least, most, step = (
        _decimal(value, currency.digits)
        for value in (amount_minor, least_minor, currency.most_minor, currency.step_minor)
    )
    return InvalidRequest(
        f"expected {what} of {least} to {most} {code} in steps of {step}, got {amount}",
        code="amount_not_chargeable",
        details={"currency": code, "amount": amount, "least": least, "most": most, "step": step},
    )


def _decimal(amount_minor: int, digits: int) -> str:
    return f"{amount_minor / 10**digits:.{digits}f}"
