"""How often somebody may try to pay, or a discount code: bounds what a stolen list of cards, or a list of
words, can be tried out with.

An attempt counts when it begins and is given back when it succeeds, so that a crowd behind one
address that pays is never held up, and sixty at once count as sixty. Over all workers, in Redis.

What it does not stop: someone with many addresses, who has as many attempts as addresses.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol

from houseful.checkout.booking_request import BookingRequest
from houseful.domain.errors import InvalidRequest, RateLimited, Unavailable

WINDOW_MS: Final = 600_000


class Allowance(Protocol):
    """Whether an attempt may be made, and when the window ends."""

    @property
    def allowed(self) -> bool: ...

    @property
    def reset_ms(self) -> int: ...


class Counter(Protocol):
    """Counts attempts in windows that all workers share."""

    async def attempt(self, name: str, user: str, *, limit: int, window_ms: int) -> Allowance:
        """Count one, unless the limit is reached."""

    async def give_back(self, name: str, user: str) -> None:
        """One does not count any more."""


@dataclass(frozen=True, slots=True)
class PaymentAttempts:
    """Unfinished or failed payments in ten minutes: per user, reservation and address. Without a
    counter everybody may try."""

    counter: Counter | None = None
    per_user: int = 10
    per_address: int = 100
    codes_per_user: int = 10
    codes_per_address: int = 100
    """Discount codes that do not exist, in ten minutes."""

    @asynccontextmanager
    async def counted(
        self, user: str, body: BookingRequest, reservation_id: int
    ) -> AsyncIterator[None]:
        """Count one attempt, unless the block raises: then nothing was tried at the gateway.

        Raises RateLimited, Unavailable.
        """
        names = {
            "pay-user": (user, self.per_user),
            "pay-hold": (f"{body.event_id}-{reservation_id}", self.per_user),
            "pay-address": (body.address, self.per_address),
        }
        told = "too many payments that came to nothing; please wait a while"
        taken = await self._take(names, told, "too_many_payments")
        try:
            yield
        except BaseException:
            await self._give_all_back(taken)
            raise

    @asynccontextmanager
    async def guessed(self, user: str, address: str, code: str | None) -> AsyncIterator[None]:
        """Count a discount code until the block has found that there is one of that name.

        Raises RateLimited, Unavailable.
        """
        names = {
            "code-user": (user, self.codes_per_user),
            "code-address": (address, self.codes_per_address),
        }
        told = "too many discount codes that do not exist; please wait a while"
        taken = await self._take(names, told, RateLimited.code) if code else []
        try:
            yield
        except InvalidRequest as error:
            if error.code != "discount_unknown":
                await self._give_all_back(taken)
            raise
        except BaseException:
            await self._give_all_back(taken)
            raise
        await self._give_all_back(taken)

    async def _take(
        self, names: Mapping[str, tuple[str, int]], told: str, code: str
    ) -> list[tuple[str, str]]:
        """Count one for each name, or none. Raises RateLimited, Unavailable."""
        taken: list[tuple[str, str]] = []
        try:
            for name, (who, limit) in names.items():
                if self.counter is None or not who:
                    continue
                found = await self.counter.attempt(name, who, limit=limit, window_ms=WINDOW_MS)
                if not found.allowed:
                    raise RateLimited(told, code=code, retry_after_s=found.reset_ms / 1000)
                taken.append((name, who))
        except BaseException:
            await self._give_all_back(taken)
            raise
        return taken

    async def _give_all_back(self, taken: Sequence[tuple[str, str]]) -> None:
        for name, who in taken:
            await self._give_back(name, who)

    async def paid(self, user: str, body: BookingRequest) -> None:
        """It was no try with a stolen card."""
        await self._give_back("pay-user", user)
        await self.challenged(body)

    async def challenged(self, body: BookingRequest) -> None:
        """The bank asks the buyer, which is no answer that a thief can use."""
        if body.address:
            await self._give_back("pay-address", body.address)

    async def _give_back(self, name: str, who: str) -> None:
        if self.counter is not None:
            with suppress(Unavailable):  # the window ends by itself
                await self.counter.give_back(name, who)
