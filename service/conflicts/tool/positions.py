"""Read JSON and keep the line of every value and key.

The standard reader forgets where things stood, and quietly keeps the last of two equal keys. This
one is slower, so it is used where a person needs the line: on knowledge files, and on a plan only
once something is wrong with it. Scalars are left to the standard reader.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LEVELS = 200
_SPACE = re.compile(r"[ \t\n\r]*")
_WORDS = {
    "Expecting value": "a value is missing or misspelt",
    "Unterminated string starting at": "a text does not end",
    "Invalid control character at": "a text holds a line break or control character",
    "Invalid \\escape": "a text holds a wrong escape",
    "Invalid \\uXXXX escape": "a text holds a wrong escape",
}


class Malformed(ValueError):
    """Say that a text is not JSON, and where."""

    def __init__(self, line: int, column: int, problem: str) -> None:
        self.line, self.column, self.problem = line, column, problem
        super().__init__(f"line {line}, column {column}: {problem}")


@dataclass(frozen=True, slots=True)
class Node:
    """Hold one value with the line it begins on; objects keep every key, repeated ones too."""

    value: object
    line: int
    members: tuple[Member, ...] = ()
    items: tuple[Node, ...] = ()

    @property
    def is_object(self) -> bool:
        """Say whether it is an object."""
        return self.value is OBJECT

    @property
    def is_list(self) -> bool:
        """Say whether it is a list."""
        return self.value is LIST

    def get(self, key: str) -> Node | None:
        """Give a member by its key: the last of equal ones, as the standard reader does."""
        for member in reversed(self.members):
            if member.key == key:
                return member.node
        return None

    def distinct(self) -> Iterator[Member]:
        """Give each member once, the first of equal keys."""
        seen: set[str] = set()
        for member in self.members:
            if member.key not in seen:
                seen.add(member.key)
                yield member

    def plain(self) -> object:
        """Give the value as the standard reader would."""
        if self.is_object:
            return {member.key: member.node.plain() for member in self.members}
        if self.is_list:
            return [item.plain() for item in self.items]
        return self.value


@dataclass(frozen=True, slots=True)
class Member:
    """Hold one key of an object with its line, and its value."""

    key: str
    line: int
    node: Node


# What a Node holds as its value where it has members or items instead.
OBJECT = object()
LIST = object()


@dataclass(frozen=True, slots=True)
class Flaw:
    """Hold something the standard reader lets pass: a key that stands twice, or NaN."""

    pointer: str
    line: int
    problem: str
    first: int = 0


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.flaws: list[Flaw] = []
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.scalars = json.JSONDecoder()

    def line(self, at: int) -> int:
        return bisect_right(self.breaks, at - 1) + 1

    def bad(self, at: int, problem: str) -> Malformed:
        line = self.line(at)
        before = self.breaks[line - 2] if line > 1 else -1
        return Malformed(line, at - before, problem)

    def skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def scalar(self, at: int, pointer: str) -> tuple[object, int]:
        try:
            value, end = self.scalars.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise self.bad(error.pos, _WORDS.get(error.msg, "this is not JSON")) from None
        except ValueError:
            raise self.bad(at, "a number has too many digits") from None
        if isinstance(value, float) and self.text[at:end].lstrip("-")[:1] in ("N", "I"):
            self.flaws.append(Flaw(pointer, self.line(at), "not-a-number"))
        return value, end

    def value(self, at: int, pointer: str, level: int) -> tuple[Node, int]:
        if level > MOST_LEVELS:
            raise self.bad(at, "values are nested too deeply")
        opening = self.text[at : at + 1]
        line = self.line(at)
        if opening == "{":
            members, end = self.members(at + 1, pointer, level)
            return Node(OBJECT, line, members=members), end
        if opening == "[":
            items, end = self.items(at + 1, pointer, level)
            return Node(LIST, line, items=items), end
        value, end = self.scalar(at, pointer)
        return Node(value, line), end

    def items(self, at: int, pointer: str, level: int) -> tuple[tuple[Node, ...], int]:
        found: list[Node] = []
        at = self.skip(at)
        if self.text[at : at + 1] == "]":
            return (), at + 1
        while True:
            node, at = self.value(self.skip(at), f"{pointer}/{len(found)}", level + 1)
            found.append(node)
            at = self.skip(at)
            if not self.more(at, "]"):
                return tuple(found), at + 1
            at += 1

    def members(self, at: int, pointer: str, level: int) -> tuple[tuple[Member, ...], int]:
        found: list[Member] = []
        first: dict[str, int] = {}
        at = self.skip(at)
        if self.text[at : at + 1] == "}":
            return (), at + 1
        while True:
            at = self.skip(at)
            if self.text[at : at + 1] != '"':
                raise self.bad(at, "a key in double quotes is missing")
            line = self.line(at)
            key, at = self.scalar(at, pointer)
            key = str(key)
            inner = f"{pointer}/{escaped(key)}"
            if key in first:
                self.flaws.append(Flaw(inner, line, "key-stands-twice", first[key]))
            first.setdefault(key, line)
            at = self.skip(at)
            if self.text[at : at + 1] != ":":
                raise self.bad(at, "a colon is missing after a key")
            node, at = self.value(self.skip(at + 1), inner, level + 1)
            found.append(Member(key, line, node))
            at = self.skip(at)
            if not self.more(at, "}"):
                return tuple(found), at + 1
            at += 1

    def more(self, at: int, closing: str) -> bool:
        mark = self.text[at : at + 1]
        if mark not in (",", closing):
            raise self.bad(at, f"a comma or {closing} is missing")
        return mark == ","


def escaped(key: str) -> str:
    """Write a key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def scan(text: str) -> tuple[Node, list[Flaw]]:
    """Read a text; give its value with all places, and what the standard reader lets pass."""
    scanner = _Scanner(text)
    node, end = scanner.value(scanner.skip(0), "", 0)
    end = scanner.skip(end)
    if end != len(text):
        raise scanner.bad(end, "something stands after the end")
    return node, scanner.flaws


def line_at(node: Node, pointer: str) -> int:
    """Give the line a pointer leads to; where it leads nowhere, the line of the nearest above."""
    line = node.line
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if node.is_list:
            if not key.isdecimal() or int(key) >= len(node.items):
                break
            node = node.items[int(key)]
            line = node.line
            continue
        member = next((one for one in reversed(node.members) if one.key == key), None)
        if member is None:
            break
        node, line = member.node, member.line
    return line
