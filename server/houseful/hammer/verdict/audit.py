"""After quiet: is every viewer's map the server's, and has every payment what belongs to it?"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from houseful.hammer.client.http_client import Reply
from houseful.hammer.people.buyer import Buyer
from houseful.hammer.people.identities import Identity
from houseful.hammer.people.viewer import VirtualViewer
from houseful.hammer.run_context import RunContext, reason_of
from houseful.hammer.seat_forms import BOOKED, RESERVED
from houseful.hammer.verdict import verdict
from houseful.hammer.verdict.record import BookingSeen
from houseful.hammer.verdict.seat_map import Node
from houseful.wire.codec import parse_iso

CONVERGE_WITHIN_S: Final = 20.0
FINAL_WITHIN_S: Final = 20.0
PAGE: Final = 100
PAPERS: Final = 10
"""Bookings of one process whose PDF and QR codes are fetched too."""

AT_ONCE: Final = 4
CLOCKS_MS: Final = 1_000
"""How much earlier than the run a booking of it may seem to be."""


class Audit:
    """Looks at one process's viewers and buyers."""

    def __init__(
        self, hall: RunContext, viewers: Sequence[VirtualViewer], buyers: Sequence[Buyer]
    ) -> None:
        self._hall = hall
        self._viewers = viewers
        self._buyers = buyers
        self._bookings: list[BookingSeen] = []
        self._looked_at_papers = 0

    async def examine(self) -> None:
        who = await self._hall.identities.next()
        await self._examine_maps(who)
        await self._examine_bookings()
        await self._examine_sold(who)
        for fault in self._hall.maps.faults:
            self._hall.recorder.fault("versions", fault)

    async def _examine_maps(self, who: Identity) -> None:
        """The server's map before and after a moment at which all viewers' maps are taken."""
        recorder = self._hall.recorder
        before = await self._status(who)
        nodes = await self._converged(before)
        after = await self._status(who)
        alike: Counter[Node] = Counter()
        for viewer, node in zip(self._viewers, nodes, strict=True):
            if viewer.gone:
                recorder.error(f"viewer.sent_away_{viewer.gone[:4]}")
            elif node is None or not viewer.in_sync.is_set():
                recorder.fault("maps", "a viewer was not in sync at the end")
            elif node.house.epoch == before.house.epoch and node.seq < before.seq:
                recorder.fault(
                    "maps", f"a viewer stopped at {node.seq}, the server is at {after.seq}"
                )
            else:
                alike[node] += 1
        for node, count in alike.items():
            for fault in verdict.unlike(node, before, after):
                recorder.fault("maps", fault if count == 1 else f"{fault} ({count} viewers)")
        recorder.count("verdict.maps", sum(alike.values()))
        recorder.batch.reserved = dict(after.versions_of(RESERVED))
        recorder.batch.epoch = after.house.epoch

    async def _converged(self, server: Node) -> list[Node | None]:
        """Every viewer's map once all are where the server was, or time is up."""
        deadline = time.monotonic() + CONVERGE_WITHIN_S
        while time.monotonic() < deadline:
            if all(viewer.gone or _is_at(viewer, server) for viewer in self._viewers):
                break
            await asyncio.sleep(0.02)
        return [viewer.node for viewer in self._viewers]

    async def _status(self, who: Identity) -> Node:
        """The map of now; asked again while the server is busy."""
        deadline = time.monotonic() + CONVERGE_WITHIN_S
        while True:
            try:
                return await self._hall.status(who)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def _examine_bookings(self) -> None:
        todo = list({who.user: who for buyer in self._buyers for who in buyer.paid}.values())

        async def some() -> None:
            while todo:
                who = todo.pop()
                try:
                    self._bookings.extend(await self._bookings_of(who))
                except OSError as error:
                    self._hall.recorder.fault(
                        "payments", f"bookings of {who.user} cannot be had: {reason_of(error)}"
                    )

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        self._hall.recorder.batch.bookings.extend(self._bookings)

    async def _bookings_of(self, who: Identity) -> list[BookingSeen]:
        """All of them, asked again until none is under way."""
        deadline = time.monotonic() + FINAL_WITHIN_S
        while True:
            found = [item for item in await self._listed(who) if self._is_ours(item)]
            settled = all(
                item["status"] in verdict.FINAL and item["paymentStatus"] != "REFUND_PENDING"
                for item in found
            )
            if settled or time.monotonic() > deadline:
                return [await self._seen(who, item) for item in found]
            await asyncio.sleep(0.3)

    def _is_ours(self, item: dict[str, Any]) -> bool:
        """Of this run: a given token's user may have bought before."""
        begun_ms = (self._hall.begun_s + self._hall.facts.ahead_s) * 1000
        is_new = parse_iso(item["createdAt"]) >= begun_ms - CLOCKS_MS
        return bool(is_new and item["eventId"] == self._hall.facts.event_id)

    async def _listed(self, who: Identity) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        page = 1
        while True:
            reply = await self._get(who, f"/bookings?page={page}&pageSize={PAGE}")
            items.extend(reply.data)
            if page * PAGE >= reply.json["page"]["total"]:
                return items
            page += 1

    async def _seen(self, who: Identity, item: dict[str, Any]) -> BookingSeen:
        reference = item["bookingReference"]
        whole = (await self._get(who, f"/bookings/{reference}")).data
        tickets = [t for t in whole.get("tickets") or () if t["state"] in ("VALID", "USED")]
        papers = ""
        if item["status"] == "CONFIRMED" and self._looked_at_papers < PAPERS:
            self._looked_at_papers += 1
            papers = await self._papers(who, whole, tickets)
        return BookingSeen(
            holder=who.user,
            reference=reference,
            status=whole["status"],
            payment_status=whole["paymentStatus"],
            seats=tuple(whole["seatIds"]),
            total=whole["totalAmount"],
            refunded=whole["refundedAmount"],
            valid_tickets=len(tickets),
            papers=papers,
            empty_seats=len(whole["seatIds"]) - len(whole["seats"]),
        )

    async def _papers(
        self, who: Identity, whole: dict[str, Any], tickets: Sequence[dict[str, Any]]
    ) -> str:
        """What is wrong with the PDF and the QR codes; empty when nothing is."""
        pdf = await self._hall.ask(who, "GET", whole["pdfUrl"])
        if pdf.status != 200 or not pdf.body.startswith(b"%PDF"):
            return f"no PDF ({pdf.status})"
        for ticket in tickets:
            code = await self._hall.ask(who, "GET", ticket["qrUrl"])
            if code.status != 200 or b"<svg" not in code.body[:500]:
                return f"no QR code of ticket {ticket['id']} ({code.status})"
        return ""

    async def _get(self, who: Identity, path: str) -> Reply:
        reply = await self._hall.ask(who, "GET", path)
        if reply.status != 200:
            raise ConnectionError(f"{path.partition('?')[0]}_{reply.status}")
        return reply

    async def _examine_sold(self, who: Identity) -> None:
        """What was sold shows as BOOKED; confirmed bookings may reach the map a moment later."""
        deadline = time.monotonic() + FINAL_WITHIN_S
        while True:
            node = await self._status(who)
            booked = {seat for seat, _ in node.versions_of(BOOKED)}
            # Places are counted, not shown; their ids come after those of all seats.
            end = node.house.first_seat_id + node.house.count
            missing = list(verdict.not_booked(self._bookings, booked, end))
            places = {area.id: area.places for area in self._hall.facts.areas}
            wrong = list(verdict.miscounted(places, self._hall.areas, self._bookings))
            split = list(verdict.split_units(self._hall.facts.units, node))
            if not (missing or wrong or split) or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        for fault in missing:
            self._hall.recorder.fault("payments", fault)
        for fault in wrong:
            self._hall.recorder.fault("areas", fault)
        for fault in split:
            self._hall.recorder.fault("units", fault)
        self._hall.recorder.count("verdict.areas", len(places))
        self._hall.recorder.count("verdict.units", len(self._hall.facts.units))


def _is_at(viewer: VirtualViewer, server: Node) -> bool:
    node = viewer.node
    return (
        node is not None
        and viewer.in_sync.is_set()
        and node.house.epoch == server.house.epoch
        and node.seq >= server.seq
    )
