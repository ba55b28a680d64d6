"""Houseful: a self-hosted server that sells reserved seats live."""

__version__ = "0.1.0"
