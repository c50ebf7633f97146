"""A small policy of which everything holds, and ways to plant a fault in it."""

from __future__ import annotations

from consentry.policy import Policy, parse_policy

TEXT = """\
policy: small
version: 1
title: Small
region: worldwide
effective: {from: 2026-01-01}
documents:
  house: {title: House rules, dated: 2026-01-01}
facts:
  minor: {ask: A minor?}
  standing: {from: report.standing, ask: As whom?}
  identity: {from: report.identity, ask: Who?}
  claimant: {from: faces.band, yes: [match], ask: Is it them?}
  private_setting:
    from: scene.private_context.max
    yes_at_least: 0.85
    no_at_most: 0.15
    why: It says so.
    ask: At home?
  public_event: {from: scene.public_event.min, yes_at_least: 0.9, why: It says so., ask: At an event?}
  excuse: {ask: An excuse?}
clauses:
  minor_routing: {kind: routing, when: minor, sentence: x, source: {document: house, passage: x}}
  own_report:
    kind: gate
    when: {standing: [depicted_person, authorised_representative]}
    sentence: x
    source: {document: house, passage: x}
  proven:
    kind: gate
    when: {all: [own_report, {identity: verified}]}
    sentence: x
    source: {document: house, passage: x}
  violation:
    kind: violation
    when: {all: [claimant, private_setting]}
    sentence: x
    source: {document: house, passage: x}
  excused:
    kind: exception
    when: {any: [excuse, public_event]}
    sentence: x
    source: {document: house, passage: x}
decisions:
  - {line: route, when: minor_routing, action: route_out, because: x}
  - {line: remove, when: {all: [proven, violation, {not: excused}]}, action: recommend_removal, because: x}
  - line: restrict
    when: {all: [proven, violation, {possible: {not: excused}}]}
    action: recommend_restrict
    because: x
  - {line: close, when: excused, action: no_action, because: x}
  - line: verify
    when: {all: [own_report, {not: proven}, {possible: violation}]}
    action: request_verification
    because: x
  - {line: otherwise, when: always, action: review, because: x}
invariants:
  removal_needs_proof: {if: {possible: {not: proven}}, then: {never: [recommend_removal]}, because: Proof first.}
  minors_first: {if: minor_routing, then: {only: [route_out]}, because: Minors first.}
  excused_stays: {if: excused, then: {never: [recommend_restrict, recommend_removal]}, because: Excused is excused.}
"""

REMOVE = "  - {line: remove, when: {all: [proven, violation, {not: excused}]}, action: recommend_removal, because: x}\n"


def small(*edits: tuple[str, str]) -> Policy:
    """The policy, with some of its text replaced; an edit that finds nothing to replace is a fault of the test."""
    text = TEXT
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse_policy(text)
