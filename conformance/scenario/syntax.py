"""The grammar of an expression: what stands in `$eval`, in `${...}` and in an operator's condition.

It is JSON-e's grammar (the evaluators in the harnesses parse with their own), less what `expressions` refuses
by name. Parsing here, and not with an evaluator's parser, gives positions, and bounds what either evaluator
will be asked to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_NODES = 64
MAX_SAFE = 2**53 - 1

PRECEDENCE: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("in",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("+", "-"),
    ("*",),
)
"""Binary operators, weakest first; all of them lean to the left."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<word>[a-zA-Z_][a-zA-Z_0-9]*)
    |(?P<string>'[^']*'|"[^"]*")
    |(?P<sign>\*\*|>=|<=|==|!=|&&|\|\||[-+*/\[\].(){}:,<>!])""",
    re.VERBOSE,
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class ExpressionError(ValueError):
    """An expression that isn't admitted, or that failed: what is wrong, and what would be right."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        """Keep the hint apart from the message."""
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Constant:
    """A number, a string, true, false or null."""

    value: int | str | bool | None


@dataclass(frozen=True)
class Name:
    """A name of the scope."""

    name: str


@dataclass(frozen=True)
class Property:
    """`of.name`."""

    of: Node
    name: str


@dataclass(frozen=True)
class Index:
    """`of[key]`."""

    of: Node
    key: Node


@dataclass(frozen=True)
class Slice:
    """`of[start:end]`, both optional."""

    of: Node
    start: Node | None
    end: Node | None


@dataclass(frozen=True)
class Call:
    """`function(arguments)`."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Unary:
    """`!x`, `-x`, `+x`."""

    sign: str
    operand: Node


@dataclass(frozen=True)
class Binary:
    """`left sign right`."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class ListOf:
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class ObjectOf:
    """`{a: 1, 'b c': 2}`."""

    items: tuple[tuple[str, Node], ...]


Node: TypeAlias = Constant | Name | Property | Index | Slice | Call | Unary | Binary | ListOf | ObjectOf


def below(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - a case a kind of node
    """The nodes right in a node, as they are written."""
    match node:
        case Property(of, _):
            return (of,)
        case Index(of, key):
            return (of, key)
        case Slice(of, start, end):
            return tuple(part for part in (of, start, end) if part is not None)
        case Call(_, arguments):
            return arguments
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case ListOf(items):
            return items
        case ObjectOf(pairs):
            return tuple(value for _, value in pairs)
    return ()


@dataclass(frozen=True)
class Token:
    """A piece of an expression: `kind` is number, word, string, sign or end."""

    kind: str
    text: str
    start: int


@lru_cache(maxsize=4096)
def parse(source: str) -> Node:
    """Parse a whole expression; the same one is evaluated over and over.

    Raises:
        ExpressionError: It isn't one, or it is beyond the bounds of length and depth.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression of {len(source)} characters", f"at most {MAX_LENGTH}; bind parts with `let`"
        )
    parser = _Parser(source)
    node = parser.expression()
    parser.expect_end()
    return _shallow(node)


def parse_prefix(source: str) -> tuple[Node, int]:
    """Parse up to the `}` that closes an interpolation; give its position too.

    Raises:
        ExpressionError: It isn't an expression, or nothing closes it.
    """
    parser = _Parser(source)
    node = parser.expression()
    if parser.token.text != "}":
        raise ExpressionError(
            "`${` is not closed by `}`" if parser.token.kind == "end" else parser.surprise()
        )
    return _shallow(node), parser.token.start


def _shallow(node: Node) -> Node:
    """The node, if a walk of it will not go too deep: `a + b + c` is as deep as it is long.

    Raises:
        ExpressionError: It is deeper than any walk must be able to go.
    """
    rest = [(node, 1)]
    while rest:
        item, depth = rest.pop()
        if depth > MAX_NODES:
            raise ExpressionError(
                f"an expression with more than {MAX_NODES} operations in one another", "bind parts with `let`"
            )
        rest += [(part, depth + 1) for part in below(item)]
    return node


class _Parser:
    """Recursive descent, one token ahead and no further: any text may follow an interpolation."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.depth = 0
        self.end = 0
        self.token = self._next()

    def _next(self) -> Token:
        while self.end < len(self.source):
            start = self.end
            found = _TOKEN.match(self.source, start)
            if found is None:
                # Only a word that nobody asked for yet; what closes an interpolation has been seen by then.
                return Token("unknown", self.source[start], start)
            self.end = found.end()
            kind = found.lastgroup or ""
            if kind != "space":
                return Token(kind, found.group(), start)
        return Token("end", "", self.end)

    def surprise(self) -> str:
        seen = "its end" if self.token.kind == "end" else f"`{self.token.text}`"
        return f"{seen} was not expected at position {self.token.start} of the expression `{self.source}`"

    def take(self, *signs: str) -> str:
        if self.token.text not in signs or self.token.kind == "string":
            raise ExpressionError(self.surprise(), "wanted " + " or ".join(f"`{sign}`" for sign in signs))
        text = self.token.text
        self.token = self._next()
        return text

    def at(self, *signs: str) -> bool:
        return self.token.kind in ("sign", "word") and self.token.text in signs

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self._refuse_unwanted()
            raise ExpressionError(self.surprise())

    def _refuse_unwanted(self) -> None:
        if self.at("**"):
            raise ExpressionError("`**` is not in the subset of JSON-e", "9**9**9 never ends; use `*`")
        if self.at("/"):
            raise ExpressionError(
                "`/` is not in the subset of JSON-e",
                "4/2 is 2.0 in Python and 2 in JavaScript; give the quotient",
            )

    def expression(self, level: int = 0) -> Node:
        if level == len(PRECEDENCE):
            return self._access()
        node = self.expression(level + 1)
        while self.at(*PRECEDENCE[level]):
            sign = self.take(*PRECEDENCE[level])
            node = Binary(sign, node, self.expression(level + 1))
        if level == len(PRECEDENCE) - 1:
            self._refuse_unwanted()
        return node

    def _access(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"an expression nested deeper than {MAX_DEPTH}", "bind parts with `let`")
        node = self._unit()
        while self.at("[", ".", "("):
            if isinstance(node, Unary):
                message = f"JSON-e binds `{node.sign}` closer than `.`, `[` and `(`"
                raise ExpressionError(message, f"write `{node.sign}(...)` around what it is for")
            if self.at("."):
                node = self._property(node)
            elif self.at("["):
                node = self._brackets(node)
            else:
                node = self._call(node)
        self.depth -= 1
        return node

    def _property(self, of: Node) -> Node:
        self.take(".")
        if self.token.kind != "word" or self.token.text in (*_CONSTANTS, "in"):
            raise ExpressionError(self.surprise(), "wanted a property's name; `a['b c']` takes any")
        name = self.token.text
        self.token = self._next()
        return Property(of, name)

    def _brackets(self, of: Node) -> Node:
        self.take("[")
        start = None if self.at(":") else self.expression()
        if start is not None and not self.at(":"):
            self.take("]")
            return Index(of, start)
        self.take(":")
        end = None if self.at("]") else self.expression()
        self.take("]")
        return Slice(of, start, end)

    def _call(self, of: Node) -> Node:
        if not isinstance(of, Name):
            raise ExpressionError(self.surprise(), "only a function's name can be called")
        self.take("(")
        arguments = self._list(")")
        return Call(of.name, arguments)

    def _list(self, close: str) -> tuple[Node, ...]:
        items: list[Node] = []
        if not self.at(close):
            items.append(self.expression())
            while self.at(","):
                self.take(",")
                items.append(self.expression())
        self.take(close)
        return tuple(items)

    def _unit(self) -> Node:
        if self.at("!", "-", "+"):
            return self._unary()
        if self.at("(", "[", "{"):
            return self._group()
        token = self.token
        if token.kind == "number":
            return self._number(token)
        if token.kind == "string":
            self.token = self._next()
            return Constant(token.text[1:-1])
        if token.kind == "word" and token.text != "in":
            self.token = self._next()
            return Constant(_CONSTANTS[token.text]) if token.text in _CONSTANTS else Name(token.text)
        raise ExpressionError(self.surprise(), "wanted a value")

    def _group(self) -> Node:
        if self.at("{"):
            return self._object()
        if self.take("(", "[") == "[":
            return ListOf(self._list("]"))
        node = self.expression()
        self.take(")")
        return node

    def _unary(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"an expression nested deeper than {MAX_DEPTH}", "bind parts with `let`")
        sign = self.take("!", "-", "+")
        node = Unary(sign, self._unit())
        self.depth -= 1
        return node

    def _number(self, token: Token) -> Node:
        if "." in token.text:
            raise ExpressionError(
                f"the fraction {token.text} in an expression",
                "the evaluators differ about them; use whole numbers",
            )
        if int(token.text) > MAX_SAFE:
            raise ExpressionError(
                f"{token.text} is beyond the safe integers", f"at most {MAX_SAFE} (2^53 - 1)"
            )
        self.token = self._next()
        return Constant(int(token.text))

    def _object(self) -> Node:
        self.take("{")
        items: list[tuple[str, Node]] = []
        while self.token.kind in ("word", "string"):
            key = self.token.text if self.token.kind == "word" else self.token.text[1:-1]
            self.token = self._next()
            self.take(":")
            items.append((key, self.expression()))
            if self.at("}"):
                break
            self.take(",")
        self.take("}")
        if len({key for key, _ in items}) != len(items):
            raise ExpressionError("a key is given twice in an object", "give each once")
        return ObjectOf(tuple(items))
