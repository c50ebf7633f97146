"""From a policy file to a `Policy`, or to a complaint that names the line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

from consentry.policy.definitions import Policy
from consentry.policy.errors import PolicyError, suggestion
from consentry.policy.language.amendments import amended
from consentry.policy.language.checks import check_circles, check_decisions, check_event_facts, check_used
from consentry.policy.language.deadlines import read_deadlines
from consentry.policy.language.grammar import Names, check_name
from consentry.policy.language.sections import read_clauses, read_decisions, read_documents, read_facts, read_invariants
from consentry.policy.language.written import (
    Place,
    Table,
    Written,
    as_date,
    as_table,
    as_text,
    check_keys,
    read_yaml,
)

SHIPPED: Final = Path(__file__).parent.parent / "policies"
"""Where the policies lie that ship."""
_REQUIRED: Final = ("policy", "version", "title", "region", "effective", "documents", "facts", "clauses", "decisions")
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy as it is written, together with those that it is based on.

    Attributes:
        own: The file as it was read.
        table: The same, consolidated with what it is based on.
        digest: SHA-256 of the file's bytes.
        base: What it is based on, if it is.
        based_on: How the file names that; empty if it stands by itself.
    """

    own: Table
    table: Table
    digest: str
    base: PolicyText | None = None
    based_on: str = ""

    @property
    def chain(self) -> tuple[PolicyText, ...]:
        """This text, the one that it is based on, and so on."""
        return (self, *(self.base.chain if self.base is not None else ()))

    @property
    def as_written(self) -> str:
        """The file's own text, to the letter."""
        return self.own.place.content

    def whole(self) -> str:
        """YAML that stands by itself: with everything that it takes over, and the comments of all files."""
        if self.base is None:
            return self.as_written
        from consentry.policy.language.consolidating import consolidated_yaml  # only for those who want to read it

        return consolidated_yaml(self.table, [text.own for text in self.chain])

    def policy(self) -> Policy:
        """What it says, checked.

        Raises:
            PolicyError: Something in it is wrong; the message names the file and the line.
        """
        return _checked(self)


def read_file(path: Path) -> PolicyText:
    """Read a policy file, and those that it is based on, without checking what they say.

    Raises:
        PolicyError: It is not there, is no YAML, or amends what is not there.
    """
    return _read(path, ())


def read_text(text: str, file: str = "policy.yaml", folder: Path | None = None) -> PolicyText:
    """As `read_file`, for a policy that is held as text; see `parse_policy`."""
    return _resolved(text, file, folder, ())


def load_file(path: Path) -> Policy:
    """Load and check a policy file.

    Raises:
        PolicyError: It is not there, or something in it is wrong; the message names the file and the line.
    """
    return read_file(path).policy()


def parse_policy(text: str, file: str = "policy.yaml", folder: Path | None = None) -> Policy:
    """Check a policy that is held as text.

    Args:
        text: The YAML.
        file: How complaints name it.
        folder: Where ``based_on:`` looks for files; without one it may only name a policy that ships.

    Raises:
        PolicyError: Something in it is wrong; the message names the line.
    """
    return read_text(text, file, folder).policy()


def shipped_names() -> tuple[str, ...]:
    """The names of the policies that ship, version included."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


# --- files and what they are based on ---------------------------------------------------------------------------


def _read(path: Path, below: tuple[Path, ...]) -> PolicyText:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise PolicyError(
            f"The policy file {path} cannot be read: {reason}.", "Check its path.", code="policy.not_found"
        ) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Place(path.name, 1).error("the file is not UTF-8.", "Save it as UTF-8.", "policy.yaml") from error
    return _resolved(text, path.name, path.parent, (*below, path.resolve()))


def _resolved(text: str, file: str, folder: Path | None, below: tuple[Path, ...]) -> PolicyText:
    own = as_table(read_yaml(text, file), "a policy")
    digest = sha256(text.encode("utf-8")).hexdigest()
    named = own.get("based_on")
    if named is None:
        return PolicyText(own, own, digest)
    base = _read(_base_path(named, folder, below), below)
    return PolicyText(own, amended(base.table, own), digest, base, as_text(named, "'based_on'"))


def _base_path(named: Written, folder: Path | None, below: tuple[Path, ...]) -> Path:
    name = as_text(named, "'based_on'")
    if name.endswith((".yaml", ".yml")):
        if folder is None:
            raise named.place.error(
                f"'{name}' cannot be found from here.", "Name a policy that ships.", "policy.not_found"
            )
        path = folder / name
        if not path.is_file():
            raise named.place.error(f"there is no file '{name}' beside it.", "Check its name.", "policy.not_found")
    elif name in shipped_names():
        path = SHIPPED / f"{name}.yaml"
    else:
        remedy = f"{suggestion(name, shipped_names())} A file beside this one is given with its '.yaml'."
        raise named.place.error(f"no policy '{name}' ships with Consentry.", remedy, "policy.not_found")
    if path.resolve() in below:
        raise named.place.error("a policy cannot be based on itself.", "Name another one.", "policy.cycle")
    if len(below) >= _DEEPEST:
        raise named.place.error(
            "too many policies are based on each other.",
            "Write the text out; `consentry policy show --whole` does.",
            "policy.cycle",
        )
    return path


# --- the consolidated text --------------------------------------------------------------------------------------


def _checked(source: PolicyText) -> Policy:
    table = source.table
    check_keys(table, "a policy", _REQUIRED, ["invariants", "deadlines"])
    first, last = _effective(table.entries["effective"])
    facts = read_facts(table.entries["facts"])
    clause_names = as_table(table.entries["clauses"], "'clauses'").entries
    names = Names(facts={fact.name: fact.words for fact in facts}, clauses=frozenset(clause_names))
    documents = read_documents(table.entries["documents"])
    clauses = read_clauses(table.entries["clauses"], names, documents)
    check_circles(clauses)
    decisions = read_decisions(table.entries["decisions"], names)
    invariants = read_invariants(table.get("invariants"), names)
    deadlines = read_deadlines(table.get("deadlines"), names, documents)
    check_decisions(decisions)
    check_used(facts, clauses, decisions, invariants, deadlines)
    check_event_facts(facts)
    digests = [text.digest for text in source.chain]
    return Policy(
        name=_policy_name(as_text(table.entries["policy"], "'policy'"), table.entries["policy"].place),
        version=as_text(table.entries["version"], "'version'"),
        title=as_text(table.entries["title"], "'title'"),
        region=as_text(table.entries["region"], "'region'"),
        effective_from=first,
        effective_until=last,
        facts=facts,
        clauses=clauses,
        decisions=decisions,
        invariants=invariants,
        sha256=digests[0] if len(digests) == 1 else sha256("\n".join(digests).encode()).hexdigest(),
        deadlines=deadlines,
        based_on=source.based_on,
    )


def _effective(written: Written) -> tuple[date, date | None]:
    effective = as_table(written, "'effective'")
    check_keys(effective, "'effective'", ["from"], ["until"])
    first = as_date(effective.entries["from"], "'from'")
    until = effective.get("until")
    last = None if until is None else as_date(until, "'until'")
    if until is not None and last is not None and last < first:
        message = f"the policy ends ({last}) before it begins ({first})."
        raise until.place.error(message, "Swap the dates or correct one.", "policy.dates")
    return first, last


def _policy_name(name: str, place: Place) -> str:
    check_name(name.replace("-", "_"), place)
    return name
