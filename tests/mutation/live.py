"""Put a mutant into functions that are loaded already: a fork is ready to run a test at once."""

from __future__ import annotations

import functools
import gc
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any, Final

from tests.mutation.rooms import CHECKOUT

Functions = dict[tuple[str, str, int], list[FunctionType]]
SOURCE: Final = f"{CHECKOUT}/server/houseful/"


class NotInAFunction(Exception):
    """The fault is in what runs while a module is imported."""


def loaded() -> Functions:
    """Every function of ours, by (file, qualified name, first line)."""
    found: Functions = defaultdict(list)
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename.startswith(SOURCE):
            code = thing.__code__
            found[code.co_filename, code.co_qualname, code.co_firstlineno].append(thing)
    return found


def put_in(functions: Functions, file: str, before: str, after: str) -> None:
    """Raises NotInAFunction if other code than that of loaded functions changes."""
    path = str(CHECKOUT / file)
    swaps = list(_swaps(compile(before, path, "exec"), compile(after, path, "exec")))
    for old, new in swaps:
        live = functions.get((path, old.co_qualname, old.co_firstlineno), [])
        for function in live:
            try:
                function.__code__ = new
            except ValueError as error:  # another number of variables from outside
                raise NotInAFunction from error
        if not live and not _is_inside(old):
            raise NotInAFunction
    forget_results()


def forget_results() -> None:
    for thing in gc.get_objects():
        is_cache = isinstance(thing, functools._lru_cache_wrapper)
        if is_cache and (thing.__module__ or "").startswith("houseful."):
            thing.cache_clear()


def _is_inside(code: CodeType) -> bool:
    """Made anew whenever the function around it runs."""
    return "<locals>" in code.co_qualname


def _swaps(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Pairs of functions whose own code or whose inner code differs. A module's own must not."""
    old_inner, new_inner = _inner(old), _inner(new)
    is_function = bool(old.co_flags & 0x1)  # CO_OPTIMIZED: neither a module nor a class
    inner: list[tuple[CodeType, CodeType]] = []
    is_alike = len(old_inner) == len(new_inner)
    if is_alike:
        inner = [pair for both in zip(old_inner, new_inner, strict=True) for pair in _swaps(*both)]
    changed = not is_alike or _own(old) != _own(new)
    if changed and not is_function:
        raise NotInAFunction
    if is_function and (changed or inner):
        yield old, new
    yield from inner


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _own(code: CodeType) -> tuple[Any, ...]:
    plain = tuple(
        (type(constant), repr(constant))
        for constant in code.co_consts
        if not isinstance(constant, CodeType)
    )
    return code.co_code, plain, code.co_names, code.co_varnames, code.co_freevars
