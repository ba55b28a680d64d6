"""The documents as the linters that integrators use see them: not one finding.

`.ci/run` installs both from npm, where there is node; the versions are pinned there.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from houseful import paths

HERE = Path(__file__).parent
PATIENCE_S = 180


def lint(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed: it comes from npm")
    return subprocess.run(
        [found, "lint", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        cwd=HERE,
    )


def spectral(*documents: Path) -> subprocess.CompletedProcess[str]:
    rules = HERE / "spectral.yaml"
    return lint("spectral", "--fail-severity", "hint", "--ruleset", rules, *documents)


def test_spectral_finds_nothing_in_the_documents() -> None:
    done = spectral(paths.SCHEMAS / "openapi.json", paths.SCHEMAS / "asyncapi.json")
    assert done.returncode == 0, done.stdout


def test_redocly_finds_nothing_in_the_document() -> None:
    document, rules = paths.SCHEMAS / "openapi.json", HERE / "redocly.yaml"
    done = lint("redocly", document, "--format=json", "--config", rules)
    found = json.loads(done.stdout)
    assert found["problems"] == [], done.stdout


def test_what_has_no_description_is_found(tmp_path: Path) -> None:
    """The positive control."""
    document = json.loads((paths.SCHEMAS / "openapi.json").read_text())
    del document["paths"]["/events"]["get"]["description"]
    changed = tmp_path / "openapi.json"
    changed.write_text(json.dumps(document))
    assert "operation-description" in spectral(changed).stdout
