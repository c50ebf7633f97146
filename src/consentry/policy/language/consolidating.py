"""The whole of a policy that is based on others, as one YAML text: its authors' own lines, comments included.

What was read is still there line by line, so nothing is written anew but where amendments meet: a line that opens a
section or an entry that several files speak of, and notes that say which file has what is not in the oldest one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from consentry.policy.errors import PolicyError
from consentry.policy.language.remarks import (
    begins_line,
    ends_line,
    head_of,
    heading_between,
    indentation,
    is_heading,
    is_remark,
    lines_of,
    own_lines,
    remark_above,
)
from consentry.policy.language.written import Items, Place, Table, Text, Written, as_words, read_yaml

_STEP: Final = 2
"""Spaces by which what belongs to something is indented."""


def consolidated_yaml(table: Table, files: Sequence[Table]) -> str:
    """A policy as YAML that stands by itself.

    Args:
        table: What `amendments.amended` made.
        files: The files that went into it as they were read, the amending one first.

    Returns:
        A text that reads as the same tree as ``table``. Where that could not be kept together with the comments (there
        are ways to write YAML in which they cannot be told from what they stand beside), the comments are left out.
    """
    text = "\n".join(_Writer(files).whole(table)) + "\n"
    try:
        same = repr(_plain(read_yaml(text, "consolidated"))) == repr(_plain(table))  # the order counts, too
    except PolicyError:
        same = False
    return text if same else _without_comments(table)


class _Writer:
    def __init__(self, files: Sequence[Table]) -> None:
        self._files = files
        self._oldest = files[-1].place.content

    def whole(self, table: Table) -> list[str]:
        written = self._heads()
        for key, place, value in table:
            if place.start != _file_of(place, self._files).place.start:  # above the first key stands the file's head
                written += self._remarks((place,), 0)
            if value.end is None:
                written += self._section(key, place, value)
            else:
                written += _as_read(key, place, value, 0)
        return written

    def _heads(self) -> list[str]:
        names = [table.place.file for table in self._files]
        written = [f"# The whole of {names[0]}", *(f"# based on {name}" for name in names[1:]), "#"]
        written.append("# Below are the heads of these files. 'Added by' and 'Changed by' stand above what follows.")
        for table in reversed(self._files):
            removed = table.get("remove")
            for section, _, gone in removed if isinstance(removed, Table) else ():
                written.append(f"# Removed by {table.place.file}: {section} {', '.join(as_words(gone, 'names'))}.")
        for table in self._files:
            written += ["", f"# --- {table.place.file} ".ljust(100, "-"), *head_of(table)]
        return written

    def _section(self, key: str, place: Place, value: Written) -> list[str]:
        """A section of which some is changed: entry by entry."""
        written = [_opening(key, place)]
        before = place if place.content == self._oldest else None
        for name, name_place, entry in _parts(value):
            first = entry.stated[0] if isinstance(entry, Table) and entry.stated else name_place
            if first.content == self._oldest:
                heading = heading_between(before, first) if before else []
                if heading and not any(is_heading(line) for line in remark_above(first)):
                    written += ["", " " * _STEP + heading[0].strip()]  # the first below it was removed
                before = first
            written += self._item(entry) if isinstance(value, Items) else self._entry(name, name_place, entry)
        return written

    def _entry(self, name: str, place: Place, value: Written) -> list[str]:
        above = self._above(place, value)
        if value.end is not None:
            return [*above, *_as_read(name, place, value, _STEP)]
        return [*above, f"{' ' * _STEP}{name}:", *self._keys(value, 2 * _STEP)]

    def _item(self, item: Written) -> list[str]:
        above = self._above(item.place, item)
        if item.end is None:
            stated = item.stated if isinstance(item, Table) else ()
            first, *rest = self._keys(item, 2 * _STEP, but=stated[0] if stated else item.place)
            return [*above, f"{' ' * _STEP}- {first.lstrip()}", *rest]
        if begins_line(item.place) and ends_line(item.place.content, item.end):
            return [*above, *_shifted(own_lines(item.place, item.end), _STEP)]
        return [*above, *_snippet(f"{' ' * _STEP}- ", item, _STEP)]

    def _above(self, place: Place, value: Written) -> list[str]:
        """Remarks and the note on where an entry comes from; headings stand whether or not an entry below is gone."""
        stated = value.stated if isinstance(value, Table) and value.stated else (place,)
        above = self._remarks(stated, _STEP, and_of_sections=True)
        first, *changes = (each.file for each in stated)
        if stated[0].content != self._oldest:
            above.append(f"{' ' * _STEP}# Added by {first}.")
        above += [f"{' ' * _STEP}# Changed by {file}." for file in changes]
        return above

    def _remarks(self, places: Sequence[Place], indent: int, *, and_of_sections: bool = False) -> list[str]:
        found: list[str] = []
        for place in places:
            amending = and_of_sections and place.content != self._oldest
            above = [line.strip() for line in remark_above(place, and_of_sections=amending)]
            while amending and above and not above[0]:
                above.pop(0)  # what an amending file leaves blank tells its own parts apart
            found += [" " * indent + line if line else "" for line in above]
        return found

    def _keys(self, value: Written, indent: int, *, but: Place | None = None) -> list[str]:
        """The keys of an entry that several places speak of; ``but`` has its remarks above the entry already."""
        written: list[str] = []
        for key, place, part in value if isinstance(value, Table) else ():
            if but is None or place.start != but.start or place.content != but.content:
                written += [" " * indent + line.strip() for line in remark_above(place) if line.strip()]
            written += _as_read(key, place, part, indent)
        first = next(number for number, line in enumerate(written) if not is_remark(line))
        return [*written[first : first + 1], *written[:first], *written[first + 1 :]] if but else written


def _parts(value: Written) -> Iterator[tuple[str, Place, Written]]:
    """The entries of a section, or the lines of the decision list, which have no names here."""
    if isinstance(value, Table):
        yield from value
    elif isinstance(value, Items):
        yield from (("", item.place, item) for item in value.items)


def _file_of(place: Place, files: Sequence[Table]) -> Table:
    return next(table for table in files if table.place.content == place.content)


def _opening(key: str, place: Place) -> str:
    """The line that opens a section, with a comment that may stand behind it."""
    line = lines_of(place.content).lines[lines_of(place.content).number_of(place.start)]
    rest = line.strip().removeprefix(f"{key}:")
    return line.strip() if rest.strip()[:1] in ("", "#") and rest != line.strip() else f"{key}:"


def _as_read(key: str, place: Place, value: Written, indent: int) -> list[str]:
    """Something of one file: its own lines where it has lines of its own, else its own characters."""
    end = value.end if value.end is not None else place.start
    if (
        begins_line(place)
        and lines_of(place.content).before(place.start).strip() == ""
        and ends_line(place.content, end)
    ):
        return _shifted(own_lines(place, end), indent)
    return _snippet(f"{' ' * indent}{key}: ", value, indent)


def _snippet(lead: str, value: Written, indent: int) -> list[str]:
    first, *rest = value.place.content[value.place.start : value.end].split("\n")
    deeper = " " * (indent + 2 * _STEP)
    return [f"{lead}{first}", *(deeper + line.strip() if line.strip() else "" for line in rest)]


def _shifted(lines: list[str], indent: int) -> list[str]:
    """Lines, moved so that the first has this indentation."""
    by = indent - indentation(lines[0])
    return [" " * (indentation(line) + by) + line.lstrip(" ") if line.strip() else "" for line in lines]


def _plain(written: Written) -> object:
    match written:
        case Text(text):
            return " ".join(text.split())
        case Items(items):
            return [_plain(item) for item in items]
        case Table(entries):
            return {key: _plain(value) for key, value in entries.items()}


def _without_comments(table: Table) -> str:
    import yaml

    return "# The comments of its files could not be kept.\n" + str(
        yaml.safe_dump(_plain(table), sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    )
