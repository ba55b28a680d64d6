"""The seats of an event in plain Python: what the Lua scripts must do, said once more.

Driven by `TRANSITIONS`: a move that the table does not list raises, so that model, table and Lua
are held equal together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from houseful.domain.seats import TRANSITIONS, SeatStatus, last_moment

A, R, P, B, X = SeatStatus
MIN_LEFT_MS = 60_000


@dataclass
class ModelSeat:
    version: int
    status: SeatStatus = A
    ref: int = 0
    deadline: int = 0


@dataclass
class ModelReservation:
    user: str
    session: str
    created: int
    deadline: int
    seats: list[int]
    last: int
    status: str = "ACTIVE"
    booking: int = 0
    left: int = 0
    topped: bool = False


@dataclass
class Model:
    """`first`…`first + count - 1` are the seats; `now` moves only when told."""

    base: int
    first: int
    count: int
    hold: int
    max_seats: int
    now: int = 1_000_000
    seq: int = 1
    next_ref: int = 0
    seats: dict[int, ModelSeat] = field(default_factory=dict)
    reservations: dict[int, ModelReservation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.next_ref = self.base + 1

    def seat(self, seat_id: int) -> ModelSeat:
        return self.seats.get(seat_id, ModelSeat(self.base))

    def exists(self, seat_id: int) -> bool:
        return self.first <= seat_id < self.first + self.count

    def move(
        self, name: str, seat_ids: list[int], status: SeatStatus, ref: int = 0, deadline: int = 0
    ) -> None:
        starts, end = TRANSITIONS[name]
        if not seat_ids:
            return
        for seat_id in seat_ids:
            old = self.seat(seat_id)
            assert old.status in starts, f"{name} from {old.status}"
            assert status == end or (name == "abandon_checkout" and status == A)
            self.seats[seat_id] = ModelSeat(old.version + 1, status, ref, deadline)
        self.seq += 1

    def held(self, ref: int, status: SeatStatus) -> list[int]:
        return [
            seat_id
            for seat_id in self.reservations[ref].seats
            if (self.seat(seat_id).status, self.seat(seat_id).ref) == (status, ref)
        ]

    def expire(self, ref: int) -> None:
        self.move("sweep", self.held(ref, R), A, ref)
        self.reservations[ref].status = "EXPIRED"

    def shrink(self, ref: int, leaving: set[int], status: str) -> None:
        reservation = self.reservations[ref]
        rest = [seat_id for seat_id in reservation.seats if seat_id not in leaving]
        if rest:
            reservation.seats = rest
        else:
            reservation.status = status

    def sweep(self) -> None:
        lapsed = sorted(
            (r.deadline, str(ref))
            for ref, r in self.reservations.items()
            if r.status == "ACTIVE" and r.deadline <= self.now
        )
        for _, ref in lapsed:
            self.expire(int(ref))

    def held_by(self, user: str) -> int:
        return sum(
            len(r.seats)
            for r in self.reservations.values()
            if r.user == user
            and (r.status == "PAYING" or (r.status == "ACTIVE" and r.deadline > self.now))
        )

    def judge_reserve(self, seat_id: int, version: int, user: str, session: str) -> str:
        if not self.exists(seat_id):
            return "unknown_seat"
        seat = self.seat(seat_id)
        if seat.status == B:
            return "booked"
        if seat.status == X:
            return "blocked"
        lapsed = seat.status == R and seat.deadline <= self.now
        if seat.status != A and not lapsed:
            owner = self.reservations[seat.ref]
            if (owner.user, owner.session) != (user, session):
                return "reserved"
            return "mine" if seat.status == R else "paying"
        return "free" if seat.version == version else "stale_version"

    def reserve(
        self, user: str, session: str, wanted: list[tuple[int, int]]
    ) -> tuple[int | None, list[int], list[tuple[int, str]]]:
        room = self.max_seats - self.held_by(user)
        taken: list[int] = []
        mine: list[int] = []
        result: list[int] = []
        failed: list[tuple[int, str]] = []
        for seat_id, version in wanted:
            verdict = self.judge_reserve(seat_id, version, user, session)
            if verdict == "free" and len(taken) >= room:
                verdict = "limit_reached"
            if verdict in ("free", "mine"):
                (taken if verdict == "free" else mine).append(seat_id)
                result.append(seat_id)
            else:
                failed.append((seat_id, verdict))
        if not result:
            return None, [], failed
        old = {self.seat(seat_id).ref for seat_id in mine}
        if not taken and len(old) == 1:
            return old.pop(), result, failed
        for seat_id in taken:
            seat = self.seat(seat_id)
            if seat.status == R and self.reservations[seat.ref].status == "ACTIVE":
                self.expire(seat.ref)
        olds = [self.reservations[ref] for ref in old]
        created = min([self.now, *(r.created for r in olds)])
        last = min([last_moment(self.now, self.hold), *(r.last for r in olds)])
        held_until = max([0, *(r.deadline for r in olds)])
        for ref in old:
            self.shrink(ref, {s for s in mine if self.seat(s).ref == ref}, "RELEASED")
        ref = self.next_ref
        self.next_ref += 1
        fair = min(self.now + self.hold, created + 2 * self.hold)
        deadline = min(max(fair, held_until), last)
        self.reservations[ref] = ModelReservation(
            user, session, created, deadline, list(result), last
        )
        self.move("reserve", result, R, ref, deadline)
        return ref, result, failed

    def extend(self, user: str, ref: int) -> str:
        reservation = self.reservations.get(ref)
        if reservation is None or reservation.user != user:
            return "unknown_reservation"
        ended = {
            "PAYING": "in_payment",
            "BOOKED": "already_booked",
            "RELEASED": "released",
            "EXPIRED": "expired",
        }
        if reservation.status in ended:
            return ended[reservation.status]
        if reservation.deadline <= self.now:
            return "expired"
        bound = reservation.created + 2 * self.hold
        if reservation.deadline >= bound:
            return "extension_limit"
        deadline = min(self.now + self.hold, bound)
        if deadline <= reservation.deadline:
            return "extended"
        reservation.deadline = deadline
        self.move("extend", self.held(ref, R), R, ref, deadline)
        return "extended"

    def release(self, user: str, seat_ids: list[int]) -> tuple[list[int], list[tuple[int, str]]]:
        released: dict[int, list[int]] = {}
        failed: list[tuple[int, str]] = []
        for seat_id in seat_ids:
            seat = self.seat(seat_id)
            if not self.exists(seat_id):
                failed.append((seat_id, "unknown_seat"))
                continue
            mine = seat.status in (R, P) and self.reservations[seat.ref].user == user
            if mine and seat.status == R and seat.deadline > self.now:
                released.setdefault(seat.ref, []).append(seat_id)
            else:
                failed.append((seat_id, "paying" if mine and seat.status == P else "not_held"))
        for ref, ids in released.items():
            self.move("release", ids, A, ref)
            self.shrink(ref, set(ids), "RELEASED")
        return [s for s in seat_ids if any(s in ids for ids in released.values())], failed

    def block(self, seat_ids: list[int]) -> list[int]:
        free, done = [], []
        for seat_id in seat_ids:
            seat = self.seat(seat_id)
            lapsed = seat.status == R and seat.deadline <= self.now
            if self.exists(seat_id) and (seat.status in (A, X) or lapsed):
                done.append(seat_id)
                if seat.status != X:
                    free.append(seat_id)
        for seat_id in free:
            seat = self.seat(seat_id)
            if seat.status == R and self.reservations[seat.ref].status == "ACTIVE":
                self.expire(seat.ref)
        self.move("block", free, X)
        return done

    def unblock(self, seat_ids: list[int]) -> None:
        self.move("unblock", [s for s in seat_ids if self.seat(s).status == X], A)

    def begin_checkout(self, user: str, booking: int, seat_ids: list[int], pay_ms: int) -> bool:
        seats = {seat_id: self.seat(seat_id) for seat_id in seat_ids}
        mine = all(
            self.exists(seat_id)
            and seat.status in (R, P)
            and self.reservations[seat.ref].user == user
            for seat_id, seat in seats.items()
        )
        if not mine:
            return False
        if any(s.status == R and s.deadline <= self.now for s in seats.values()):
            return False
        if any(
            s.status == P and self.reservations[s.ref].booking != booking for s in seats.values()
        ):
            return False
        if all(s.status == P for s in seats.values()):
            return True
        if any(s.status == P for s in seats.values()):
            raise AssertionError("one booking never names other seats than it began with")
        refs = dict.fromkeys(seat.ref for seat in seats.values())
        whole = self.reservations[list(refs)[-1]]
        if len(refs) == 1 and len(whole.seats) == len(seat_ids):
            ref, reservation = next(iter(refs)), whole
        else:
            ref = self.next_ref
            self.next_ref += 1
            olds = [self.reservations[r] for r in refs]
            reservation = ModelReservation(
                user,
                whole.session,
                min(r.created for r in olds),
                min(r.deadline for r in olds),
                [],
                min(r.last for r in olds),
                topped=any(r.topped for r in olds),
            )
            for old in refs:
                self.shrink(old, {s for s in seat_ids if seats[s].ref == old}, "RELEASED")
            self.reservations[ref] = reservation
        reservation.left = max(0, reservation.deadline - self.now)
        reservation.seats, reservation.status = list(seat_ids), "PAYING"
        reservation.booking, reservation.deadline = booking, self.now + pay_ms
        self.move("begin_checkout", seat_ids, P, ref, reservation.deadline)
        return True

    def abandon_checkout(self, booking: int, *, keep: bool) -> None:
        for ref, reservation in self.reservations.items():
            if reservation.booking != booking or reservation.status != "PAYING":
                continue
            seats = self.held(ref, P)
            if not keep or reservation.last <= self.now:
                reservation.status = "RELEASED"
                self.move("abandon_checkout", seats, A, ref)
                return
            if reservation.left < MIN_LEFT_MS and not reservation.topped:
                reservation.left, reservation.topped = MIN_LEFT_MS, True
            reservation.status, reservation.booking = "ACTIVE", 0
            reservation.deadline = min(self.now + reservation.left, reservation.last)
            self.move("abandon_checkout", seats, R, ref, reservation.deadline)
            return

    def book_seats(self, booking: int, seat_ids: list[int]) -> None:
        changing = [s for s in seat_ids if (self.seat(s).status, self.seat(s).ref) != (B, booking)]
        for ref in {self.seat(s).ref for s in changing if self.seat(s).status in (R, P)}:
            reservation = self.reservations[ref]
            leaving = {s for s in changing if self.seat(s).ref == ref}
            ends = "BOOKED" if reservation.booking == booking else "RELEASED"
            self.shrink(ref, leaving, ends)
        self.move("book_seats", changing, B, booking)

    def unbook_seats(self, booking: int, seat_ids: list[int]) -> None:
        changing = [s for s in seat_ids if (self.seat(s).status, self.seat(s).ref) == (B, booking)]
        self.move("unbook_seats", changing, A)
