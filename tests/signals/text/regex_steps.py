"""How many steps a backtracking engine takes for a pattern, counted by an interpreter of Python's own parse trees.

Seconds cannot be asserted on, and `re` does not say what it did. So its parse tree is walked here as its engine walks
it: alternatives in order, repetitions from the greedy or the lazy end, possessive ones without a way back, lookarounds
on their own. Every node that is tried and every character that a repetition takes is a step. That it is the same
engine is shown by the matches, which must be those of `re` (tests/signals/text/test_regex_steps.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from re import _compiler, _constants, _parser
from typing import Any

Next = Callable[[int], int]
"""Goes on from a place; gives where the whole match ends, or `FAILED`."""
Node = Callable[[int, Next], int]
FAILED = -1
SINGLE = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN)
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


class Counted:
    """A pattern, and the steps that it has taken.

    Attributes:
        steps: In all texts so far.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.steps = 0
        self._text = ""
        self._groups: dict[int, tuple[int, int]] = {}
        self._flags = pattern.flags
        self._match = self._sequence(_parser.parse(pattern.pattern, pattern.flags))

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """All matches from left to right, as `re.finditer` gives them."""
        self._text = text
        start = 0
        while start <= len(text):
            end = self._match(start, lambda place: place)
            if end == FAILED:
                start += 1
            else:
                yield start, end
                start = max(end, start + 1)

    def steps_for(self, text: str) -> int:
        """Steps that finding all matches in a text takes."""
        before = self.steps
        for _ in self.find(text):
            pass
        return self.steps - before

    def _sequence(self, items: Any) -> Node:
        """What follows one another; single characters are taken in a loop, which is faster and counts the same."""
        parts: list[Node | list[Callable[[int], bool]]] = []
        for operation, argument in items:
            if operation not in SINGLE:
                parts.append(self._node(operation, argument))
            elif parts and isinstance(parts[-1], list):
                parts[-1].append(self._single(operation, argument))
            else:
                parts.append([self._single(operation, argument)])
        whole: Node = _nothing
        for index, part in enumerate(reversed(parts)):
            if isinstance(part, list):
                whole = self._characters(part, whole if index else None)
            else:
                whole = self._chained(part, whole) if index else part
        return whole

    def _characters(self, wanted: list[Callable[[int], bool]], rest: Node | None) -> Node:
        def match(place: int, then: Next) -> int:
            for taken in wanted:
                self.steps += 1
                if not taken(place):
                    return FAILED
                place += 1
            return then(place) if rest is None else rest(place, then)

        return match

    def _chained(self, first: Node, rest: Node) -> Node:
        def match(place: int, then: Next) -> int:
            self.steps += 1
            return first(place, lambda after: rest(after, then))

        return match

    def _node(self, operation: Any, argument: Any) -> Node:
        if operation in REPEATS:
            return self._repeat(operation, *argument)
        if operation is _constants.BRANCH:
            return self._branch([self._sequence(branch) for branch in argument[1]])
        if operation is _constants.SUBPATTERN:
            return self._group(*argument)
        if operation is _constants.ATOMIC_GROUP:
            return self._atomic(self._sequence(argument))
        if operation in (_constants.ASSERT, _constants.ASSERT_NOT):
            return self._look(operation is _constants.ASSERT, argument)
        if operation is _constants.GROUPREF:
            return lambda place, then: self._again(argument, place, then)
        assert operation is _constants.AT
        check = re.compile({"AT_BEGINNING": "^", "AT_END": "$", "AT_BOUNDARY": r"\b"}[str(argument)])
        return lambda place, then: then(place) if check.match(self._text, place) else FAILED

    def _single(self, operation: Any, argument: Any) -> Callable[[int], bool]:
        """Whether one character is taken."""
        known = _Known(operation, argument, self._flags)
        return lambda place: known[self._text[place : place + 1]]

    def _repeat(self, operation: Any, least: int, most: Any, item: Any) -> Node:
        limit = int(most)
        if len(item) == 1 and item[0][0] in SINGLE:
            return self._repeat_single(operation, least, limit, self._single(*item[0]))
        one = self._sequence(item)

        def greedy(place: int, then: Next, count: int = 0) -> int:
            self.steps += 1
            if count < limit:
                # One that takes nothing is not tried again.
                end = one(place, lambda after: greedy(after, then, count + 1) if after > place else FAILED)
                if end != FAILED:
                    return end
            return then(place) if count >= least else FAILED

        def lazy(place: int, then: Next, count: int = 0) -> int:
            self.steps += 1
            if count >= least:
                end = then(place)
                if end != FAILED:
                    return end
            if count >= limit:
                return FAILED
            return one(place, lambda after: lazy(after, then, count + 1) if after > place else FAILED)

        if operation is _constants.MIN_REPEAT:
            return lazy
        return self._atomic(greedy) if operation is _constants.POSSESSIVE_REPEAT else greedy

    def _repeat_single(self, operation: Any, least: int, limit: int, taken: Callable[[int], bool]) -> Node:
        def run(place: int, most: int) -> int:
            end = place
            while end - place < most and taken(end):
                self.steps += 1
                end += 1
            return end

        def match(place: int, then: Next) -> int:
            lazily = operation is _constants.MIN_REPEAT
            end = run(place, least if lazily else limit)
            if end - place < least:
                return FAILED
            if operation is _constants.POSSESSIVE_REPEAT:
                return then(end)
            while True:
                self.steps += 1
                found = then(end)
                if found != FAILED:
                    return found
                if lazily:
                    if end - place >= limit or not taken(end):
                        return FAILED
                    end += 1
                else:
                    end -= 1
                    if end - place < least:
                        return FAILED

        return match

    def _branch(self, branches: list[Node]) -> Node:
        def match(place: int, then: Next) -> int:
            for branch in branches:
                end = branch(place, then)
                if end != FAILED:
                    return end
            return FAILED

        return match

    def _group(self, number: int | None, added: int, removed: int, items: Any) -> Node:
        outside = self._flags
        self._flags = (outside | added) & ~removed
        inside = self._sequence(items)
        self._flags = outside

        def match(place: int, then: Next) -> int:
            def leave(after: int) -> int:
                before = self._groups.get(number or 0, (0, 0))
                if number is not None:
                    self._groups[number] = (place, after)
                end = then(after)
                if end == FAILED and number is not None:
                    self._groups[number] = before
                return end

            return inside(place, leave)

        return match

    def _atomic(self, inside: Node) -> Node:
        def match(place: int, then: Next) -> int:
            end = inside(place, lambda after: after)
            return FAILED if end == FAILED else then(end)

        return match

    def _look(self, wanted: bool, argument: tuple[int, Any]) -> Node:
        direction, items = argument
        inside = self._sequence(items)
        width = items.getwidth()[0] if direction < 0 else 0

        def match(place: int, then: Next) -> int:
            found = place >= width and inside(place - width, lambda after: after) != FAILED
            return then(place) if found == wanted else FAILED

        return match

    def _again(self, number: int, place: int, then: Next) -> int:
        start, end = self._groups[number]
        said = self._text[start:end]
        return then(place + len(said)) if self._text.startswith(said, place) else FAILED


def _nothing(place: int, then: Next) -> int:
    return then(place)


class _Known(dict[str, bool]):
    """Which characters a node takes, as `re` itself says; asked once for each character."""

    def __init__(self, operation: Any, argument: Any, flags: int) -> None:
        super().__init__({"": False})
        self._compiled: Any = None
        self._made_of = operation, argument, flags

    def __missing__(self, character: str) -> bool:
        if self._compiled is None:
            operation, argument, flags = self._made_of
            only = _parser.SubPattern(_parser.State(), [(operation, argument)])
            self._compiled = _compiler.compile(only, flags)
        self[character] = found = self._compiled.match(character) is not None
        return found
