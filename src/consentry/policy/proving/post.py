"""The post and the report as variables: everything that they can say, and nothing that they cannot.

The domains are those of the records themselves, and the rules those of `measured_post`: a report that is not there
has no identity, a representative may or may not say on what grounds they speak, an unread picture is unread for
every model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, get_args

import z3

from consentry.policy.deciding.guardrails import PROVING
from consentry.policy.proving import choices
from consentry.policy.proving.choices import Choice
from consentry.policy.proving.formulas import Formula, OneOf, all_of, implies, negate
from consentry.policy.proving.readings import Reading, WordReading
from consentry.records import AccountKind, Authority, Consent, Identity, Standing

_ACCOUNTS: Final = tuple(word for word in get_args(AccountKind) if word != "unknown")


@dataclass(frozen=True)
class ReportVariables:
    """A report, or none.

    Args:
        copy: What tells these variables from those of another copy.
    """

    copy: str
    standing: OneOf = field(init=False)
    authority: OneOf = field(init=False)
    identity: OneOf = field(init=False)
    consent: OneOf = field(init=False)

    def __post_init__(self) -> None:
        prefix = f"{self.copy}report."
        consents = [word for word in get_args(Consent) if word != "unknown"]
        object.__setattr__(self, "standing", OneOf(f"{prefix}standing", ("none", *get_args(Standing))))
        object.__setattr__(self, "authority", OneOf(f"{prefix}authority", ("unstated", *get_args(Authority))))
        object.__setattr__(self, "identity", OneOf(f"{prefix}identity", get_args(Identity)))
        object.__setattr__(self, "consent", OneOf(f"{prefix}consent", ("unknown", *consents)))

    @property
    def proven(self) -> Formula:
        """Promise 2: by the depicted person or an authorised representative, whose identity is verified."""
        return all_of((self.standing.among(PROVING), self.identity.is_("verified")))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        return (
            choices.words("report.standing", self.standing),
            choices.words("report.authority", self.authority),
            choices.words("report.identity", self.identity),
            choices.words("report.consent", self.consent),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of every report."""
        nobody = self.standing.is_("none")
        return (
            self.standing.constraint,
            self.authority.constraint,
            self.identity.constraint,
            self.consent.constraint,
            implies(negate(self.standing.is_("authorised_representative")), self.authority.is_("unstated")),
            implies(nobody, self.identity.is_("unverified")),
            implies(nobody, self.consent.is_("unknown")),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The inputs that are read from it."""
        nobody = self.standing.is_("none")
        somebody = negate(nobody)
        representative = self.standing.is_("authorised_representative")
        return {
            "report.standing": WordReading({word: self.standing.is_(word) for word in self.standing.words}),
            "report.authority": WordReading(
                {
                    "none": negate(representative),
                    **{word: all_of((representative, self.authority.is_(word))) for word in get_args(Authority)},
                }
            ),
            "report.identity": WordReading(
                {
                    "none": nobody,
                    **{word: all_of((somebody, self.identity.is_(word))) for word in self.identity.words},
                }
            ),
            "report.consent": WordReading({word: self.consent.is_(word) for word in self.consent.words[1:]}),
        }


@dataclass(frozen=True)
class PostVariables:
    """The post itself, and whether its media could be read."""

    copy: str
    has_media: Any = field(init=False)
    has_text: Any = field(init=False)
    account: OneOf = field(init=False)
    read: OneOf = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_media", z3.Bool(f"{self.copy}post.media"))
        object.__setattr__(self, "has_text", z3.Bool(f"{self.copy}post.text"))
        object.__setattr__(self, "account", OneOf(f"{self.copy}post.account", ("unknown", *_ACCOUNTS)))
        object.__setattr__(self, "read", OneOf(f"{self.copy}media.read", ("yes", "no", "unknown")))

    @property
    def something_unread(self) -> Formula:
        """Some medium was not read whole, so that no model has seen everything."""
        return negate(self.read.is_("yes"))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        return (
            choices.flag("post.media", self.has_media),
            choices.flag("post.text", self.has_text),
            choices.words("post.account", self.account),
            choices.words("media.read", self.read),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of every post."""
        return (
            self.account.constraint,
            self.read.constraint,
            implies(negate(self.has_media), self.read.is_("yes")),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The inputs that are read from it."""
        return {
            "post.account": WordReading({word: self.account.is_(word) for word in _ACCOUNTS}),
            "post.has_media": _yes_no(self.has_media),
            "post.has_text": _yes_no(self.has_text),
            "media.readable": WordReading({word: self.read.is_(word) for word in ("yes", "no")}),
        }


def _yes_no(variable: Any) -> WordReading:
    return WordReading({"yes": variable, "no": negate(variable)})
