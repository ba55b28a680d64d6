"""The browser that tests drive, and how it is started where there is no network and no graphics card."""

from __future__ import annotations

import os
import shutil

CHROMIUM = (
    os.environ.get("CHROMIUM_PATH")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
)
"""The browser's path; None where there is none. Debian's headless shell is preferred: Chromium's own
headless mode draws its window's frame as pages too, which costs five times the CPU for each context
(10 contexts with a screenshot: 10.3 s against 2.2 s)."""
WHERE_TO_GET_IT = "needs Chromium (apt install chromium-headless-shell, or chromium)"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",  # a process less, which took 8 % of the CPU of all tests in a browser
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=SpareRendererForSitePerProcess",  # one process more for each page
]
