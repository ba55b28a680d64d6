"""At the checkout an address is taken only if the mail server that is set up can deliver to it."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from pydantic import SecretStr

from houseful.tickets import delivery
from tests.support.mail_office import Office, smtp_server
from tests.support.ports import free_port
from tests.support.serving import eventually, running_server
from tests.support.staff import refused, statuses

JOERG = {"name": "Jörg", "email": "jörg@bücher.example"}


async def test_a_local_part_in_another_alphabet_buys_where_the_mail_server_has_smtputf8(
    tmp_path: Path, redis_binary: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, port = Office(), free_port()
    url = SecretStr(f"smtp://127.0.0.1:{port}")
    with running_server(tmp_path, valkey_binary=redis_binary, smtp_url=url) as server:
        sale = server.add_event()
        async with server.user() as guest:
            await guest.held(sale, sale.seats[0])
            async with smtp_server(office, port, enable_SMTPUTF8=False):
                answer = await guest.pay(sale, sale.seats[0], contact=JOERG)
                error = refused(answer, 400, "address_needs_smtputf8")
                assert error["field"] == "contact.email"
                assert await statuses(guest, sale, sale.seats[0]) == ["RESERVED"]
                bought = await guest.pay(
                    sale, sale.seats[0], contact={**JOERG, "email": "joerg@bücher.example"}
                )
                assert bought.status_code == 201, bought.text
                await eventually(lambda: arrived(office, "joerg@xn--bcher-kva.example"))

            monkeypatch.setattr(delivery, "monotonic", lambda: monotonic() + delivery.REMEMBERED_S)
            async with smtp_server(office, port, enable_SMTPUTF8=True):
                booking = await guest.bought(sale, sale.seats[1], contact=JOERG)
                assert booking["contact"]["email"] == "jörg@bücher.example"
                await eventually(lambda: arrived(office, "jörg@xn--bcher-kva.example"))


async def arrived(office: Office, address: str) -> bool:
    return [address] in [envelope.rcpt_tos for envelope in office.envelopes]
