"""From what the solver chose to a case in the written form of ``data/cases/``, which people read and ``decide`` takes.

The solver speaks of a post's media as a set of states; here they become as few pictures as have all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, get_args

from consentry.policy.proving.choices import Assignment, Label
from consentry.policy.proving.faces import FACE_STATES
from consentry.policy.proving.signals import COPY_STATES, UNSEEN, copy_state_name
from consentry.policy.proving.timing import COUNTS
from consentry.records import TextKind

_NOT_WRITTEN: Final = copy_state_name(COPY_STATES[0])
"""The state of a medium that nobody compared: nothing is written."""

Medium = dict[str, str]
"""The keys of one medium in the written form, with their values as they are written."""


def write_case(name: str, title: str, chosen: Assignment, comments: Mapping[str, str] | None = None) -> str:
    """The case, as YAML.

    Args:
        name: How the case is called.
        title: What it shows, in words.
        chosen: What is written into it.
        comments: For facts that are answered, a remark behind the answer.
    """
    media = _media(chosen)
    lines = [f"case: {name}", f"title: {json.dumps(title, ensure_ascii=False)}", f"post: {_post(chosen, media)}"]
    if report := _report(chosen):
        lines.append(f"report: {report}")
    lines += _signals(chosen, media)
    answers = {key.removeprefix("answer."): label for key, label in chosen.items() if key.startswith("answer.")}
    given = {fact: str(label) for fact, label in answers.items() if label != "unsaid"}
    remarks = comments or {}
    if given:
        lines.append("answers:")
        lines += [
            f"  {fact}: {word}{'  # ' + remarks[fact] if fact in remarks else ''}" for fact, word in given.items()
        ]
    return "\n".join(lines) + "\n"


def _flow(entries: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"


def _number(value: Label) -> str:
    number = float(value)
    return str(int(number)) if number == int(number) else repr(number)


# --- the post and the report --------------------------------------------------------------------------------------


def _post(chosen: Assignment, media: Sequence[Medium]) -> str:
    entries: dict[str, str] = {}
    if media:
        entries["media"] = "[" + ", ".join(_file(*numbered) for numbered in enumerate(media)) + "]"
    if chosen["post.text"] == "yes":
        entries["text"] = "words"
    if chosen["post.account"] != "unknown":
        entries["account"] = str(chosen["post.account"])
    if chosen.get("post.dated") == "yes":
        entries["posted_at"] = _moment(_posted(chosen))
    return _flow(entries)


def _file(index: int, medium: Medium) -> str:
    """A picture, unless the medium has stretches."""
    return f"{index + 1}.{'mp4' if 'private_stretch' in medium else 'jpg'}"


def _report(chosen: Assignment) -> str:
    if chosen["report.standing"] == "none":
        return ""
    entries = {"standing": str(chosen["report.standing"])}
    for key, default in (("authority", "unstated"), ("identity", "unverified"), ("consent", "unknown")):
        if chosen[f"report.{key}"] != default:
            entries[key] = str(chosen[f"report.{key}"])
    if chosen.get("report.dated") == "yes":
        entries["reported_at"] = _moment(_posted(chosen) + timedelta(hours=float(chosen["report.hours"])))
    for name, key in COUNTS.items():
        if chosen.get(f"{name}.counted") == "yes":
            entries[key] = _number(chosen[f"{name}.count"])
    return _flow(entries)


def _posted(chosen: Assignment) -> datetime:
    day = date.fromordinal(int(float(chosen["post.day"])))
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _moment(moment: datetime) -> str:
    return f'"{moment.isoformat()}"'


# --- the signals --------------------------------------------------------------------------------------------------


def _signals(chosen: Assignment, media: Sequence[Medium]) -> list[str]:
    lines = []
    if chosen.get("faces.references") == "yes":
        lines.append("  references: 1")
    if media:
        lines.append("  media:")
        lines += [f"    {_file(index, medium)}: {_flow(medium)}" for index, medium in enumerate(media)]
    if text := _text(chosen):
        lines.append(f"  text: {text}")
    if extra := _extra(chosen):
        lines.append(f"  extra: {_flow(extra)}")
    return ["signals:", *lines] if lines else []


def _media(chosen: Assignment) -> list[Medium]:
    """As few media as have every state that was chosen.

    Where the families need different numbers of media, the shorter ones repeat their first state in front, which no
    reading can tell. The last medium is the one that was not read: there, every family has a state that allows it.
    """
    if chosen["post.media"] == "no":
        return []
    written = (_scene_slots(chosen), _crowd_slots(chosen), _face_slots(chosen), _copy_slots(chosen))
    families = [slots for slots in written if slots]
    count = max((len(slots) for slots in families), default=1)
    media: list[Medium] = [{} for _ in range(count)]
    for slots in families:
        padded = [slots[0]] * (count - len(slots)) + slots
        for medium, slot in zip(media, padded, strict=True):
            medium.update(slot)
    if chosen["media.read"] != "yes":
        media[-1]["unreadable"] = "yes" if chosen["media.read"] == "no" else "unknown"
    return media


def _scene_slots(chosen: Assignment) -> list[Medium]:
    if "scene.private_context.seen" not in chosen:
        return []
    scores = ("private_context", "public_event")
    seen = {score: chosen[f"scene.{score}.seen"] == "yes" for score in scores}
    gap = {score: chosen[f"scene.{score}.gap"] == "yes" for score in scores}

    def slot(end: str, *, without: Sequence[str] = ()) -> Medium:
        return {
            score: _number(chosen[f"scene.{score}.{end}"]) if seen[score] and score not in without else "uncertain"
            for score in scores
        }

    slots: list[Medium] = [slot("least") | moments for moments in _moments(chosen)]
    if any(seen.values()):
        slots.append(slot("least"))
        if slot("largest") != slots[-1]:
            slots.append(slot("largest"))
    if not any(seen.values()) or any(gap[score] and seen[score] for score in scores):
        open_scores = [score for score in scores if gap[score]]
        slots.append({} if len(open_scores) == len(scores) else slot("least", without=open_scores))
    return slots


def _moments(chosen: Assignment) -> Iterator[Medium]:
    """What scores of moments add to those of the media as wholes, each in a medium of its own."""
    written = (
        ("scene.private_context", "scene.private_context.claimant", "largest", "bound", "private_while_claimant"),
        ("scene.public_event", "scene.public_event.claimant", "least", "bound", "event_while_claimant"),
        ("", "scene.stretch", "", "largest", "private_stretch"),
    )
    for whole, moments, end, bound, key in written:
        if f"{moments}.gap" not in chosen:
            continue
        same = float(chosen[f"{whole}.{end}"]) if whole else 0.0
        if float(chosen[f"{moments}.{bound}"]) != same:
            yield {key: _number(chosen[f"{moments}.{bound}"])}
        unread = chosen["media.read"] != "yes"
        explained = chosen[f"{whole}.gap"] == "yes" if whole else unread
        if chosen[f"{moments}.gap"] == "yes" and not explained:
            yield {key: "uncertain"}


def _crowd_slots(chosen: Assignment) -> list[Medium]:
    if "scene.crowd.largest" not in chosen:
        return []
    largest = str(chosen["scene.crowd.largest"])
    slots: list[Medium] = [] if largest == UNSEEN else [{"crowd": largest}]
    return [*slots, {}] if chosen["scene.crowd.gap"] == "yes" else slots


def _face_slots(chosen: Assignment) -> list[Medium]:
    if "faces.references" not in chosen:
        return []
    most = chosen.get("faces.most")
    probability = chosen.get("faces.probability")
    states = [state for state in FACE_STATES if chosen[f"faces.{state}"] == "yes"]
    missing = chosen["faces.missing"] == "yes"
    if most and not states:
        states = ["not_compared"]  # faces were counted in a medium, and another one was not looked at
    slots: list[Medium] = []
    for state in states:
        shown = probability is not None and state in ("match", "no_match")
        slots.append({"face": f"[{state}, {_number(probability)}]" if shown and probability is not None else state})
        if most is not None:
            slots[-1]["faces"] = _number(most)
    return [*slots, {}] if missing else slots


def _copy_slots(chosen: Assignment) -> list[Medium]:
    """Those that were not compared in full come last, where an unread medium may stand."""
    names = [copy_state_name(state) for state in sorted(COPY_STATES, key=lambda state: state[2])]
    if f"copies.{_NOT_WRITTEN}" not in chosen:
        return []
    slots: list[Medium] = []
    for name in names:
        if chosen[f"copies.{name}"] == "yes":
            words = name.split()
            written = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
            slots.append({} if name == _NOT_WRITTEN else {"copies": written})
    return slots


def _extra(chosen: Assignment) -> dict[str, str]:
    """Inputs of signals that others added: what they found, and whether anything is open."""
    found: dict[str, str] = {}
    for key, label in chosen.items():
        name, _, part = key.rpartition(".")
        if name.startswith("signal.") and part == "gap":
            number, gap = float(chosen[f"{name}.found"]), label == "yes"
            if gap and number:
                found[_short(name)] = f"[{_number(number)}, uncertain]"
            elif not gap:
                found[_short(name)] = _number(number)
    return found


def _short(name: str) -> str:
    return name.removeprefix("signal.").removesuffix(".probability")


def _text(chosen: Assignment) -> str:
    if chosen.get("text.searched", "no") == "no":
        return ""
    entries = {}
    for kind in get_args(TextKind):
        found, gap = chosen.get(f"text.{kind}.found", 0.0), chosen.get(f"text.{kind}.gap") == "yes"
        parts = [_number(found)] if found else []
        parts += ["not_searched"] if gap else []
        if parts:
            entries[kind] = parts[0] if len(parts) == 1 else f"[{', '.join(parts)}]"
    return _flow(entries) if entries else "nothing_found"
