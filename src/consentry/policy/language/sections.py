"""The sections of a policy file, each read into its definitions."""

from __future__ import annotations

from typing import Final, get_args

from consentry.policy.definitions import YES_NO, Clause, DecisionLine, FactDefinition, Invariant
from consentry.policy.errors import suggestion
from consentry.policy.language.grammar import Names, check_name, read_condition, read_line_condition
from consentry.policy.language.written import (
    Place,
    Table,
    Written,
    as_date,
    as_day,
    as_items,
    as_number,
    as_table,
    as_text,
    as_word,
    as_words,
    check_keys,
)
from consentry.policy.measuring.inputs import INPUTS, Input, find_input
from consentry.records import Action, ClauseKind, PolicySource

ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_KINDS: Final[tuple[ClauseKind, ...]] = get_args(ClauseKind)
_FACT_KEYS: Final = ("from", "words", "yes_at_least", "no_at_most", "yes", "no", "why")


# --- facts ------------------------------------------------------------------------------------------------------


def read_facts(written: Written) -> tuple[FactDefinition, ...]:
    """The ``facts:`` section."""
    return tuple(_read_fact(name, place, value) for name, place, value in as_table(written, "'facts'"))


def _read_fact(name: str, place: Place, written: Written) -> FactDefinition:
    what = f"the fact '{name}'"
    check_name(name, place)
    table = as_table(written, what)
    check_keys(table, what, ["ask"], _FACT_KEYS)
    ask = as_text(table.entries["ask"], "'ask'")
    source = table.get("from")
    if source is None:
        return _answered(name, place, table, ask)
    item = find_input(as_text(source, "'from'"))
    if item is None:
        item = INPUTS[as_word(source, "'from'", tuple(INPUTS), "policy.unknown_name")]
    if item.is_number:
        return _cut(name, place, table, ask, item)
    if "yes" in table.entries or "no" in table.entries:
        return _mapped(name, place, table, ask, item)
    return _taken_over(name, place, table, ask, item)


def _refuse(table: Table, keys: tuple[str, ...], because: str) -> None:
    for key in keys:
        if key in table.entries:
            raise table.keys[key].error(
                f"'{key}' has no meaning here: {because}.", "Take it away.", "policy.wrong_type"
            )


def _answered(name: str, place: Place, table: Table, ask: str) -> FactDefinition:
    """A fact that only reports, look-ups and reviewers set."""
    _refuse(table, ("yes_at_least", "no_at_most", "yes", "no", "why"), "the fact has no 'from'")
    words: tuple[str, ...] = YES_NO
    if (listed := table.get("words")) is not None:
        words = as_words(listed, "'words'")
        if len(words) < 2:
            raise listed.place.error(f"the fact '{name}' has a single word.", "Give it another.", "policy.invalid")
        for word in words:
            if word in (*YES_NO, "unknown"):
                remedy = "Choose words of its own, or leave 'words' out for a yes/no fact."
                raise listed.place.error(f"'{word}' cannot be in a list of words.", remedy, "policy.invalid")
    return FactDefinition(name=name, words=words, ask=ask, line=place.line, file=place.file)


def _cut(name: str, place: Place, table: Table, ask: str, item: Input) -> FactDefinition:
    """A yes/no fact cut out of a number."""
    _refuse(table, ("words", "yes", "no"), f"'{item.name}' is a number, to be cut by 'yes_at_least' and 'no_at_most'")
    read = as_day if item.is_day else as_number
    cuts = {key: read(table.entries[key], f"'{key}'") for key in ("yes_at_least", "no_at_most") if key in table.entries}
    if not cuts:
        remedy = "Give 'yes_at_least', 'no_at_most' or both."
        raise place.error(f"the fact '{name}' has no threshold.", remedy, "policy.threshold")
    if "why" not in table.entries:
        remedy = "Add 'why:' with the reason for the thresholds."
        raise place.error(f"the fact '{name}' does not say why it cuts there.", remedy, "policy.missing_key")
    yes, no = cuts.get("yes_at_least"), cuts.get("no_at_most")
    if yes is not None and not item.lower < yes <= item.upper:
        message = f"'yes_at_least' must be above {item.lower:g} and at most {item.upper:g}."
        raise table.keys["yes_at_least"].error(message, "Otherwise it says nothing.", "policy.threshold")
    if no is not None and not item.lower <= no < item.upper:
        message = f"'no_at_most' must be at least {item.lower:g} and below {item.upper:g}."
        raise table.keys["no_at_most"].error(message, "Otherwise it says nothing.", "policy.threshold")
    if yes is not None and no is not None and no >= yes:
        message = f"'no_at_most' ({no:g}) must be below 'yes_at_least' ({yes:g})."
        raise table.keys["no_at_most"].error(message, "What lies between them is unknown.", "policy.threshold")
    why = as_text(table.entries["why"], "'why'")
    return FactDefinition(
        name,
        YES_NO,
        ask,
        measured=item.name,
        yes_at_least=yes,
        no_at_most=no,
        why=why,
        is_day=item.is_day,
        line=place.line,
        file=place.file,
    )


def _mapped(name: str, place: Place, table: Table, ask: str, item: Input) -> FactDefinition:
    """A yes/no fact that some words of the input stand for; the others leave it unknown."""
    _refuse(table, ("words", "yes_at_least", "no_at_most"), "'yes' and 'no' say what the input's words stand for")
    lists = {key: as_words(table.entries[key], f"'{key}'", item.words) for key in YES_NO if key in table.entries}
    for key, words in lists.items():
        for word in words:
            if word in item.abstentions:
                message = f"'{word}' means that the model cannot tell; it is neither yes nor no."
                raise table.keys[key].error(message, "Leave it out; the fact is unknown then.", "policy.wrong_type")
    yes, no = lists.get("yes", ()), lists.get("no", ())
    if both := set(yes) & set(no):
        message = f"'{min(both)}' cannot stand for yes and for no."
        raise table.keys["no"].error(message, "Keep it in one list.", "policy.duplicate")
    why = as_text(table.entries["why"], "'why'") if "why" in table.entries else ""
    return FactDefinition(
        name,
        YES_NO,
        ask,
        measured=item.name,
        yes_words=yes,
        no_words=no,
        why=why,
        line=place.line,
        file=place.file,
    )


def _taken_over(name: str, place: Place, table: Table, ask: str, item: Input) -> FactDefinition:
    """A fact with the very words of its input."""
    _refuse(table, ("yes_at_least", "no_at_most"), f"'{item.name}' is a word, not a number")
    if (listed := table.get("words")) is not None:
        words = as_words(listed, "'words'", item.words)
        if lacking := [word for word in item.words if word not in words]:
            message = f"'{item.name}' can also be '{lacking[0]}', which '{name}' has no word for."
            raise listed.place.error(message, "Add it, or leave 'words' out.", "policy.unknown_word")
    why = as_text(table.entries["why"], "'why'") if "why" in table.entries else ""
    return FactDefinition(name, item.words, ask, measured=item.name, why=why, line=place.line, file=place.file)


# --- documents, clauses, decisions, invariants -------------------------------------------------------------------


def read_documents(written: Written) -> dict[str, PolicySource]:
    """The ``documents:`` section: a short name for each document that clauses come from."""
    documents = {}
    for name, place, value in as_table(written, "'documents'"):
        table = as_table(value, f"the document '{check_name(name, place)}'")
        check_keys(table, f"the document '{name}'", ["title", "dated"])
        documents[name] = PolicySource(
            document=as_text(table.entries["title"], "'title'"), dated=as_date(table.entries["dated"], "'dated'")
        )
    return documents


def read_clauses(written: Written, names: Names, documents: dict[str, PolicySource]) -> tuple[Clause, ...]:
    """The ``clauses:`` section."""
    clauses = []
    for name, place, value in as_table(written, "'clauses'"):
        what = f"the clause '{check_name(name, place)}'"
        if name in names.facts:
            raise place.error(f"'{name}' is the name of a fact already.", "Rename the clause.", "policy.duplicate")
        table = as_table(value, what)
        check_keys(table, what, ["kind", "when", "sentence", "source"])
        clauses.append(
            Clause(
                name=name,
                kind=as_word(table.entries["kind"], "'kind'", _KINDS),
                when=read_condition(table.entries["when"], names, possible=False),
                sentence=as_text(table.entries["sentence"], "'sentence'"),
                source=read_source(table.entries["source"], documents),
                line=place.line,
                file=place.file,
            )
        )
    return tuple(clauses)


def read_source(written: Written, documents: dict[str, PolicySource]) -> PolicySource:
    """The passage of a document that something stands for."""
    table = as_table(written, "'source'")
    check_keys(table, "'source'", ["document", "passage"])
    document = table.entries["document"]
    name = as_text(document, "'document'")
    if name not in documents:
        remedy = suggestion(name, documents)
        raise document.place.error(f"there is no document '{name}'.", remedy, "policy.unknown_name")
    return documents[name].model_copy(update={"passage": as_text(table.entries["passage"], "'passage'")})


def read_decisions(written: Written, names: Names) -> tuple[DecisionLine, ...]:
    """The ``decisions:`` section."""
    lines: list[DecisionLine] = []
    for item in as_items(written, "'decisions'").items:
        table = as_table(item, "a decision line")
        check_keys(table, "a decision line", ["line", "when", "action", "because"])
        name = check_name(as_text(table.entries["line"], "'line'"), table.entries["line"].place)
        if name in (line.name for line in lines):
            message = f"the decision line '{name}' is there twice."
            raise table.keys["line"].error(message, "Rename one of them.", "policy.duplicate")
        lines.append(
            DecisionLine(
                name=name,
                when=read_line_condition(table.entries["when"], names),
                action=as_word(table.entries["action"], "'action'", ACTIONS),
                because=as_text(table.entries["because"], "'because'"),
                line=table.place.line,
                file=table.place.file,
            )
        )
    return tuple(lines)


def read_invariants(written: Written | None, names: Names) -> tuple[Invariant, ...]:
    """The ``invariants:`` section, which may be left out."""
    if written is None:
        return ()
    invariants = []
    for name, place, value in as_table(written, "'invariants'"):
        what = f"the invariant '{check_name(name, place)}'"
        table = as_table(value, what)
        check_keys(table, what, ["if", "then", "because"])
        then = as_table(table.entries["then"], "'then'")
        check_keys(then, "'then'", [], ["never", "only"])
        if len(then.entries) != 1:
            raise then.place.error("'then' has one key.", "Write 'never: [...]' or 'only: [...]'.", "policy.wrong_type")
        key, _, value = next(iter(then))
        listed = set(as_words(value, f"'{key}'", ACTIONS))
        actions = frozenset(action for action in ACTIONS if (action in listed) == (key == "only"))
        condition = read_condition(table.entries["if"], names, possible=True)
        because = as_text(table.entries["because"], "'because'")
        invariants.append(Invariant(name, condition, actions, because, line=place.line, file=place.file))
    return tuple(invariants)
