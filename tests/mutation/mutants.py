"""Small faults put into a file's text: one mutant each, in Python by its syntax tree, in Lua by words.

Operators after Offutt's sufficient set: relations, connectives, arithmetic, constants, statements.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class Mutant:
    """`text` stands in the place of `before` at `start` (a position in the file's text).

    `first` to `last` are the lines of its statement; 0 if it runs when the module is imported.
    """

    file: str
    line: int
    start: int
    before: str
    text: str
    first: int = 0
    last: int = 0
    name: str = ""
    """What survivors are listed by: the same wherever its line moves to."""

    @property
    def place(self) -> str:
        """About one function."""
        return f"{self.file}:{self.line // 20}"

    def is_reached(self, lines: Sequence[int] | None) -> bool:
        """By a test that reached these lines of its file; a script of Lua is reached as a whole."""
        if lines is None or not self.first:
            return lines is not None
        return any(self.first <= line <= self.last for line in lines)

    def apply(self, whole: str) -> str:
        return whole[: self.start] + self.text + whole[self.start + len(self.before) :]


def mutants_of(root: Path, file: str) -> list[Mutant]:
    whole = (root / file).read_text(encoding="utf-8")
    made = python(file, whole) if file.endswith(".py") else lua(file, whole)
    return named([mutant for mutant in made if mutant.apply(whole) != whole], whole)


def named(made: Sequence[Mutant], whole: str) -> list[Mutant]:
    """`file: its line | before → after`, numbered where that is not one alone."""
    lines, seen, done = whole.splitlines(), Counter[str](), []
    for mutant in made:
        before, text = (_brief(part) for part in (mutant.before, mutant.text))
        name = f"{mutant.file}: {lines[mutant.line - 1].strip()} | {before} → {text or 'nothing'}"
        seen[name] += 1
        number = f" ({seen[name]})" if seen[name] > 1 else ""
        done.append(replace(mutant, name=name + number))
    return done


def _brief(code: str) -> str:
    words = " ".join(code.split())
    return words if len(words) <= 40 else f"{words[:39]}…"


RELATIONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
WORDS: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
SUMS: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
}


class _Python(ast.NodeVisitor):
    def __init__(self, file: str, whole: str) -> None:
        self.file, self.whole = file, whole
        starts = [0]
        for line in whole.splitlines(keepends=True):
            starts.append(starts[-1] + len(line.encode()))
        self.starts, self.bytes = starts, whole.encode()
        self.found: list[Mutant] = []
        self.statement, self.depth = (0, 0), 0

    def at(self, line: int, column: int) -> int:
        return len(self.bytes[: self.starts[line - 1] + column].decode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        end = self.at(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self.at(node.lineno, node.col_offset), end

    def put(self, line: int, start: int, end: int, text: str) -> None:
        first, last = self.statement if self.depth else (0, 0)
        before = self.whole[start:end]
        self.found.append(Mutant(self.file, line, start, before, text, first, last))

    def visit(self, node: ast.AST) -> None:
        around = self.statement
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            self.statement = (node.lineno, max(node.lineno, last))
        super().visit(node)
        self.statement = around

    def between(self, left: ast.expr, right: ast.expr, word: str, text: str) -> None:
        start, end = self.span(left)[1], self.span(right)[0]
        found = re.search(rf"(?<![\w!<>=]){re.escape(word)}(?![\w=])", self.whole[start:end])
        if found:
            self.put(left.lineno, start + found.start(), start + found.end(), text)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.depth += 1
        for statement in node.body:
            self.visit(statement)
        self.depth -= 1
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's own spelling

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Without its decorators: `frozen=False` is no fault that a user could meet."""
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            if type(op) in RELATIONS:
                self.between(left, right, WORDS[type(op)], RELATIONS[type(op)])
            left = right
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between(left, right, word, other)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            start, _ = self.span(node)
            self.put(node.lineno, start, self.span(node.operand)[0], "")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in SUMS:
            self.between(node.left, node.right, *SUMS[type(node.op)])
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        start, end = self.span(node.test)
        for text in ("True", "False"):
            self.put(node.lineno, start, end, text)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        start, end = self.span(node)
        if isinstance(node.value, bool):
            self.put(node.lineno, start, end, str(not node.value))
        elif isinstance(node.value, int):
            self.put(node.lineno, start, end, str(changed(node.value)))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Words for people."""

    def visit_Raise(self, node: ast.Raise) -> None:
        self.put(node.lineno, *self.span(node), "pass")

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self.put(node.lineno, *self.span(node), "return None")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call | ast.Await):
            self.put(node.lineno, *self.span(node), "pass")
        self.generic_visit(node)


def changed(number: int) -> int:
    """One more; a time or a size is nothing, because nobody could notice one of its thousands."""
    return 0 if number >= 1_000 else number + 1


def python(file: str, whole: str) -> list[Mutant]:
    visitor = _Python(file, whole)
    visitor.visit(ast.parse(whole))
    return visitor.found


LUA: Final = (
    (r"==", "~="),
    (r"~=", "=="),
    (r"<=", "<"),
    (r">=", ">"),
    (r"(?<![<>=~])<(?!=)", "<="),
    (r"(?<![<>=~])>(?!=)", ">="),
    (r"\band\b", "or"),
    (r"\bor\b", "and"),
    (r"\bnot ", ""),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \* ", " + "),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"\bmin\b", "max"),
    (r"\bmax\b", "min"),
)
_NUMBER: Final = re.compile(r"(?<![\w.'])\d+(?![\w.'])")
_ACT: Final = re.compile(r"^\s*(?:redis\.call|[a-z_]+)\([^()]*(?:\([^()]*\)[^()]*)*\)$")


def lua(file: str, whole: str) -> list[Mutant]:
    return list(_lua(file, whole))


def _lua(file: str, whole: str) -> Iterator[Mutant]:
    at = 0
    for number, line in enumerate(whole.splitlines(keepends=True), 1):
        code = line.split("--")[0].rstrip("\n")
        quoted = [match.span() for match in re.finditer(r"'[^']*'", code)]
        for pattern, text in LUA:
            for found in re.finditer(pattern, code):
                if not any(first < found.start() < last for first, last in quoted):
                    yield Mutant(file, number, at + found.start(), found[0], text)
        for found in _NUMBER.finditer(code):
            if not any(first < found.start() < last for first, last in quoted):
                yield Mutant(
                    file, number, at + found.start(), found[0], str(changed(int(found[0])))
                )
        if _ACT.match(code):
            yield Mutant(file, number, at, code, "")
        at += len(line)
