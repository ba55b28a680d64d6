"""How often somebody may try to pay, or a discount code: bounds what a stolen list of cards, or a list of
words, can be tried out with.

An attempt counts when it begins and is given back when it succeeds, so that a crowd behind one
address that pays is never held up, and sixty at once count as sixty. Over all workers, in Redis.

What it does not stop: someone with many addresses, who has as many attempts as addresses.
"""

from __future__ import annotations

import asyncio
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
        counter = self.counter
        if counter is None:
            return []
        counted = [(name, who, limit) for name, (who, limit) in names.items() if who]
        asking = asyncio.gather(  # one message to Redis instead of three
            *(
                counter.attempt(name, who, limit=limit, window_ms=WINDOW_MS)
                for name, who, limit in counted
            ),
            return_exceptions=True,
        )
        is_cancelled = False
        try:
            found = await asyncio.shield(asking)
        except asyncio.CancelledError:
            is_cancelled, found = True, await asking  # what was counted has to be known
        failures = [one for one in found if isinstance(one, BaseException)]
        known = [one for one in found if not isinstance(one, BaseException)]
        taken = [
            (name, who)
            for (name, who, _), one in zip(counted, found, strict=True)
            if not isinstance(one, BaseException) and one.allowed
        ]
        if len(taken) == len(counted) and not is_cancelled:
            return taken
        await self._give_all_back(taken)
        if is_cancelled:
            raise asyncio.CancelledError
        for failure in failures:
            raise failure
        reset_ms = max(one.reset_ms for one in known if not one.allowed)
        raise RateLimited(told, code=code, retry_after_s=reset_ms / 1000)

    async def _give_all_back(self, taken: Sequence[tuple[str, str]]) -> None:
        if taken:
            await asyncio.gather(*(self._give_back(name, who) for name, who in taken))

    async def paid(self, user: str, body: BookingRequest) -> None:
        """It was no try with a stolen card."""
        await self._give_all_back([("pay-user", user), *_of_address(body)])

    async def challenged(self, body: BookingRequest) -> None:
        """The bank asks the buyer, which is no answer that a thief can use."""
        await self._give_all_back(_of_address(body))

    async def _give_back(self, name: str, who: str) -> None:
        if self.counter is not None:
            with suppress(Unavailable):  # the window ends by itself
                await self.counter.give_back(name, who)


def _of_address(body: BookingRequest) -> list[tuple[str, str]]:
    return [("pay-address", body.address)] if body.address else []
