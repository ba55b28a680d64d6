"""`python -m houseful.process` is one worker, as the supervisor starts it."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # nothing that is loaded here goes again; `spare_the_collector` turns it on
    from houseful import lean

    lean.load("structlog", without="rich")
    lean.load("redis", without="opentelemetry")

    from houseful.app import create_app
    from houseful.process.preparation import prepare
    from houseful.process.worker import run

    sys.exit(run(create_app, prepare))
