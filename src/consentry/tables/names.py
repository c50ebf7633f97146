"""Names of columns: those that a file has, those that its reader knows, and what was probably meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from itertools import chain
from typing import Any, Final

from consentry.tables.errors import BadRow, TableError

_ALSO_CALLED: Final[Mapping[str, str]] = {
    "post_id": "id postid post uid uuid key tweet_id status_id item_id content_id",
    "media": "image images img photo photos picture pictures video videos file files filename path paths image_path "
    "media_path file_path media_url image_url url urls attachments",
    "text": "caption body message content words tweet post_text description title",
    "posted_at": "created_at timestamp date time datetime published published_at",
    "account": "account_type account_kind author_type user_type",
    "references": "reference reference_photos claimant claimant_photos reference_photo",
    "path": "image img photo picture file filename file_name image_path file_path filepath name",
    "context": "label class category target kind scene y",
    "split": "set subset partition fold",
    "same": "label match is_same same_person target genuine",
    "path_a": "image1 img1 file1 path1 a left first image_a",
    "path_b": "image2 img2 file2 path2 b right second image_b",
    "identity": "person person_id name id label subject",
}
"""What columns are often called elsewhere. Nothing is renamed by it: it only makes errors helpful."""


@dataclass(frozen=True)
class ColumnNames:
    """How a reader's names stand in a file: in any case, with any space around them, or by another name altogether.

    Attributes:
        renamed: From the reader's names to those of the file, of which one may stand for several of the reader's.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _ours(self) -> dict[str, tuple[str, ...]]:
        ours: dict[str, tuple[str, ...]] = {}
        for our, their in self.renamed.items():
            ours[plain(their)] = (*ours.get(plain(their), ()), our)
        return ours

    def all_ours(self, theirs: str) -> tuple[str, ...]:
        """The reader's names of a column of the file; none for a column without a name."""
        name = plain(theirs)
        return self._ours.get(name, (name,) if name else ())

    def places(self, theirs: Sequence[str], source: str) -> list[tuple[str, ...]]:
        """The reader's names of every column of a table.

        Raises:
            TableError: ``table.columns``: two columns have one name, or one that was to be renamed is not there.
        """
        places = [self.all_ours(name) for name in theirs]
        ours = list(chain.from_iterable(places))
        if len(set(ours)) < len(ours):
            twice = next(name for name in ours if ours.count(name) > 1)
            both = " and ".join(repr(name) for name, place in zip(theirs, places, strict=True) if twice in place)
            raise TableError(
                f"{source} has the column {twice!r} twice: {both}.",
                "Give every column once; case and space around names do not count.",
                code="table.columns",
            )
        present = {plain(name) for name in theirs}
        for our, their in self.renamed.items():
            if plain(their) not in present and our not in ours:
                near = get_close_matches(plain(their), list(present), 1)
                raise TableError(
                    f"{source} has no column {their!r}, which was to be {our!r}.",
                    f"Did you mean --column {our}={near[0]}? " if near else f"Its columns are: {', '.join(theirs)}.",
                    code="table.columns",
                )
        return places

    def row(self, row: Mapping[Any, Any]) -> dict[str, Any] | BadRow:
        """A row that names its columns itself."""
        found: dict[str, Any] = {}
        for name, value in row.items():
            for ours in self.all_ours(str(name)) or ("",):
                if ours in found:
                    return BadRow(f"The row has the column {ours!r} twice.")
                found[ours] = value
        return found


def plain(name: str) -> str:
    """A name without regard to case and to space around it."""
    return name.strip().strip("\ufeff").strip().casefold()


def likely_column(missing: str, there: Collection[str], known: Iterable[str] = ()) -> str | None:
    """Which column of a file was probably meant by one that it lacks.

    Args:
        missing: The reader's name.
        there: What the file has.
        known: Names that mean something else to the reader, and so cannot be meant.
    """
    free = [name for name in there if plain(name) not in set(known) or plain(name) == missing]
    also = _ALSO_CALLED.get(missing, "").split()
    for name in free:
        if plain(name).replace(" ", "_").replace("-", "_") in also:
            return name
    near = get_close_matches(missing, [plain(name) for name in free], 1, 0.7)
    return next((name for name in free if near and plain(name) == near[0]), None)


def parse_renames(given: Iterable[str], known: Collection[str] | None = None) -> dict[str, str]:
    """``post_id=id`` and the like, as a command line gives them.

    Args:
        given: Each ours=theirs.
        known: Ours, if they are a closed list.

    Raises:
        ValueError: One is not of the form, names none of ours, or names one twice.
    """
    found: dict[str, str] = {}
    for item in given:
        ours, separator, theirs = item.partition("=")
        ours = plain(ours)
        if not separator or not ours or not theirs.strip():
            raise ValueError(f"{item!r}: write ours=theirs, such as post_id=id")
        if known is not None and ours not in known:
            raise ValueError(f"{item!r}: ours is one of {', '.join(known)}")
        if ours in found:
            raise ValueError(f"{ours!r} is given twice")
        found[ours] = theirs.strip()
    return found
