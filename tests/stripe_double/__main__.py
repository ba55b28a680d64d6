"""`python -m tests.stripe_double [PORT]`: the double as a process; prints its address."""

from __future__ import annotations

import sys

from tests.stripe_double.server import StripeDouble

double = StripeDouble(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
print(double.url, flush=True)
double.serve()
