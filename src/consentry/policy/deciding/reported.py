"""One report about several posts: each gets its own recommendation, by the same policy and for the same claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consentry.policy.deciding.recommending import Decided, decide
from consentry.policy.definitions import Policy
from consentry.policy.errors import PolicyError
from consentry.records import MOST_POSTS_A_REPORT, Fact, Post, Report, Signals


@dataclass(frozen=True, slots=True)
class ReportedPost:
    """One of the posts that a report names, with what was measured and answered about it."""

    post: Post
    signals: Signals
    facts: tuple[Fact, ...] = ()


def decide_report(policy: Policy, report: Report, posts: Sequence[ReportedPost]) -> tuple[Decided, ...]:
    """A recommendation for each post of a report, in its order.

    Raises:
        PolicyError: ``report.too_many_posts`` from the sixth on, ``report.repeated_post``; and as `decide`.
    """
    check_number_of_posts(report.report_id, [each.post.post_id for each in posts])
    return tuple(decide(policy, each.post, report, each.signals, each.facts) for each in posts)


def check_number_of_posts(report_id: str, post_ids: Sequence[str]) -> None:
    """Refuse a report about more posts than one may name, or about one post twice.

    Raises:
        PolicyError: ``report.too_many_posts``, ``report.repeated_post``.
    """
    if len(post_ids) > MOST_POSTS_A_REPORT:
        raise PolicyError(
            f"The report '{report_id}' names {len(post_ids)} posts; one report may name {MOST_POSTS_A_REPORT}.",
            "Split it into several reports.",
            code="report.too_many_posts",
        )
    repeated = next((post_id for post_id in post_ids if post_ids.count(post_id) > 1), None)
    if repeated is not None:
        raise PolicyError(
            f"The report '{report_id}' names the post '{repeated}' twice.",
            "Name every post once.",
            code="report.repeated_post",
        )
