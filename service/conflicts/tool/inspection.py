"""Look a knowledge file over and collect what is wrong with it, each fault with its line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from service.conflicts.tool.positions import Member, Node
from service.conflicts.tool.suggestions import did_you_mean
from service.conflicts.tool.text import quoted

MOST = 1e9


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Hold one fault: in which file, on which line, and what it is."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class Inspection:
    """Read the parts of one file, and note what is not as it must be instead of stopping."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(self.file, line, message))

    def text(self, node: Node | None, what: str) -> str | None:
        """Read a text that is not empty."""
        if node is None:
            return None
        if not isinstance(node.value, str) or not node.value.strip():
            self.fault(node.line, f"{what} must be a text that is not empty")
            return None
        return node.value

    def optional_text(self, node: Node | None, what: str) -> str | None:
        """Read a text, or null."""
        return None if node is None or node.value is None else self.text(node, what)

    def number(self, node: Node | None, what: str, *, above: float = 0) -> float | None:
        """Read a number above a bound."""
        if node is None:
            return None
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(node.line, f"{what} must be a number")
            return None
        if not above < value < MOST:
            self.fault(node.line, f"{what} must be above {above:g} and below {MOST:g}")
            return None
        return value

    def whole(self, node: Node | None, what: str, low: int, high: int) -> int | None:
        """Read a whole number between two bounds."""
        if node is None:
            return None
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(node.line, f"{what} must be a whole number from {low} to {high}")
            return None
        return value

    def flag(self, node: Node | None, what: str) -> None:
        """Read true or false."""
        if node is not None and not isinstance(node.value, bool):
            self.fault(node.line, f"{what} must be true or false")

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """Read a list."""
        if node is None:
            return ()
        if not node.is_list:
            self.fault(node.line, f"{what} must be a list")
            return ()
        return node.items

    def members(self, node: Node | None, what: str) -> Iterator[Member]:
        """Read an object whose keys are codes; each once."""
        if node is None:
            return
        if not node.is_object:
            self.fault(node.line, f"{what} must be an object")
            return
        for member in node.distinct():
            if not member.key.strip():
                self.fault(member.line, f"{what}: a code is empty")
            yield member

    def record(
        self, node: Node, what: str, needed: Collection[str], optional: Collection[str] = ()
    ) -> bool:
        """Read an object of fixed fields: none is missing, none unknown."""
        if not node.is_object:
            self.fault(node.line, f"{what} must be an object")
            return False
        present = {member.key for member in node.members}
        for name in needed:
            if name not in present:
                self.fault(node.line, f"{what} has no {name}")
        known = {*needed, *optional}
        for member in node.members:
            if member.key not in known:
                hint = did_you_mean(member.key, known)
                self.fault(member.line, f"{what} has an unknown field {quoted(member.key)}{hint}")
        return True

    def code(self, node: Node | None, what: str, kind: str, known: Collection[str]) -> str | None:
        """Read a code that must be known."""
        code = self.text(node, what)
        if code is None or node is None:
            return None
        return code if self.is_known(code, node.line, what, kind, known) else None

    def is_known(self, code: str, line: int, what: str, kind: str, known: Collection[str]) -> bool:
        """Note a code that is not known."""
        if code in known:
            return True
        hint = did_you_mean(code, known)
        self.fault(line, f"{what}: {kind} {quoted(code)} is unknown{hint}")
        return False

    def codes(self, node: Node | None, what: str, kind: str, known: Collection[str]) -> list[str]:
        """Read a list of known codes, none twice."""
        return self.once(
            node,
            what,
            [
                (item, code)
                for item in self.items(node, what)
                if (code := self.code(item, what, kind, known)) is not None
            ],
        )

    def words(self, node: Node | None, what: str) -> list[str]:
        """Read a list of texts, none twice."""
        return self.once(
            node,
            what,
            [
                (item, word)
                for item in self.items(node, what)
                if (word := self.text(item, f"an entry of {what}")) is not None
            ],
        )

    def once(self, node: Node | None, what: str, found: list[tuple[Node, str]]) -> list[str]:
        """Note what stands twice in a list."""
        first: dict[str, int] = {}
        for item, word in found:
            if word in first:
                before = f"first on line {first[word]}"
                self.fault(item.line, f"{what}: {quoted(word)} stands twice ({before})")
            first.setdefault(word, item.line)
        return list(first)

    def parents(self, kind: str, above: Mapping[str, list[tuple[str, int]]]) -> None:
        """Check that parents exist and that nothing is above itself.

        `above` holds for each code its parents with their lines. Of a circle the link is noted
        that closes it.
        """
        done: set[str] = set()
        for top in above:
            # The way walked so far, with what is still to look at; no call within a call, because
            # a chain of parents may be longer than calls may be deep.
            way: dict[str, list[tuple[str, int]]] = {} if top in done else {top: [*above[top]]}
            lines: dict[str, int] = {}
            while way:
                code = next(reversed(way))
                if not way[code]:
                    done.add(code)
                    del way[code]
                    continue
                parent, line = way[code].pop(0)
                if not self.is_known(parent, line, f"{kind} {code}", "parent", above.keys()):
                    continue
                lines[code] = line
                if parent in way:
                    circle = [*way][[*way].index(parent) :]
                    steps = [f"{one} (line {lines[one]})" for one in circle]
                    self.fault(line, f"{kind} {parent} is above itself: {' → '.join(steps)}")
                elif parent not in done:
                    way[parent] = [*above[parent]]
