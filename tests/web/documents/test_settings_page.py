"""The guide's page of settings is what the code says, and says something of each."""

from __future__ import annotations

from houseful.settings import Settings, variable
from houseful.web.documents.settings_page import PAGE, settings_page


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), (
        "run python -m houseful.web.documents.generate"
    )


def test_every_setting_says_what_it_is_and_what_it_expects() -> None:
    silent = [
        variable(name)
        for name, about in Settings.model_fields.items()
        if not (about.title and about.description)
    ]
    assert silent == []
