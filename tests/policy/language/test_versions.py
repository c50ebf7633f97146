"""The policy in force on a day, and dates that overlap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from test_loading import GOOD

from consentry.policy import (
    DEFAULT_POLICY,
    PolicyError,
    check_overlaps,
    governing_day,
    list_policies,
    load_policy,
    parse_policy,
)
from consentry.policy.language.versions import families, in_force, policy_for, policy_text
from consentry.records import Post, Report

NAME = "twitter-private-media"


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2021-11-30", "2021-11-30"),
        ("2022-04-04", "2021-11-30"),
        ("2022-04-05", "2022-04-05"),
        ("2022-12-13", "2022-04-05"),
        ("2022-12-14", "2022-12-14"),
        ("2024-03-20", "2022-12-14"),
        ("2024-03-21", "2024-03-21"),
        ("2030-01-01", "2024-03-21"),
    ],
)
def test_the_version_of_a_day(day: str, version: str) -> None:
    assert load_policy(f"{NAME}@{day}").version == version
    assert load_policy(NAME, on=date.fromisoformat(day)).version == version
    assert load_policy(on=date.fromisoformat(day)).version == version


def test_no_day_is_without_a_version_or_has_two() -> None:
    policies = [load_policy(name) for name in list_policies()]
    check_overlaps(policies)
    ours = sorted((policy for policy in policies if policy.name == NAME), key=lambda policy: policy.effective_from)
    for earlier, later in pairwise(ours):
        assert earlier.effective_until == later.effective_from - timedelta(days=1)
    assert ours[-1].effective_until is None
    assert families() == (NAME, f"{NAME}-lenient", f"{NAME}-strict")


@pytest.mark.parametrize(
    ("source", "on", "code", "says"),
    [
        (NAME, None, "policy.no_date", f"{NAME}@2021-11-30"),
        (f"{NAME}@yesterday", None, "policy.no_date", "names no day"),
        (f"{NAME}@2021-11-29", None, "policy.not_in_force", "from 2021-11-30 on"),
        (f"{NAME}-2021-11-30", date(2023, 1, 1), "policy.not_in_force", "to 2022-04-04"),
        (f"{NAME}-2024-03-21", date(2023, 1, 1), "policy.not_in_force", "from 2024-03-21 on"),
        (f"{NAME}-strct", None, "policy.not_found", "Did you mean"),
        ("something", None, "policy.not_found", "given by its path"),
    ],
)
def test_what_cannot_be_chosen(source: str, on: date | None, code: str, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(source, on=on)
    assert caught.value.code == code
    assert says in str(caught.value)


def test_files_are_held_against_the_day_too(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_policy(path, on=date(2022, 1, 1)) == load_policy(path)
    with pytest.raises(PolicyError, match="not in force on 2020-01-01"):
        load_policy(path, on=date(2020, 1, 1))


def versions(*spans: str, region: str = "worldwide") -> list[str]:
    return [
        GOOD.replace("{from: 2021-11-30}", span).replace("version: 1", f"version: {index}").replace("worldwide", region)
        for index, span in enumerate(spans, 1)
    ]


def test_overlapping_dates() -> None:
    overlapping = [
        parse_policy(text) for text in versions("{from: 2021-01-01, until: 2022-01-01}", "{from: 2022-01-01}")
    ]
    for order in (overlapping, overlapping[::-1]):
        with pytest.raises(PolicyError) as caught:
            check_overlaps(order)
        assert caught.value.code == "policy.overlap"
        assert "small 1 (until 2022-01-01) and small 2 (from 2022-01-01)" in caught.value.message
    with pytest.raises(PolicyError, match="without an end"):
        check_overlaps(parse_policy(text) for text in versions("{from: 2021-01-01}", "{from: 2022-01-01}"))
    with pytest.raises(PolicyError, match="same days"):
        in_force(overlapping, date(2030, 1, 1))


def test_other_regions_and_the_same_file_do_not_overlap() -> None:
    (here,), (there,) = versions("{from: 2021-01-01}"), versions("{from: 2021-01-01}", region="Iceland")
    check_overlaps([parse_policy(here), parse_policy(there), parse_policy(here)])


def test_a_day_behind_the_last_version() -> None:
    (only,) = versions("{from: 2021-01-01, until: 2021-12-31}")
    with pytest.raises(PolicyError, match="No version of the policy 'small' is in force on 2022-01-01"):
        in_force([parse_policy(only)], date(2022, 1, 1))


def test_the_report_chooses_before_the_post() -> None:
    post = Post(post_id="1", posted_at=datetime(2022, 1, 1, tzinfo=UTC))
    report = Report(report_id="1", standing="other", reported_at=datetime(2022, 6, 1, tzinfo=UTC))
    undated = Report(report_id="1", standing="other")
    assert governing_day(post, report) == date(2022, 6, 1)
    assert governing_day(post, undated) == governing_day(post, None) == date(2022, 1, 1)
    assert governing_day(Post(post_id="1"), undated) is None
    assert policy_for(NAME, post, report).version == "2022-04-05"
    assert policy_for(NAME, post, None).version == "2021-11-30"
    assert policy_for(DEFAULT_POLICY, post, report).version == "2021-11-30"
    assert policy_for(None, post, report).version == "2021-11-30"
    with pytest.raises(PolicyError) as caught:
        policy_for(NAME, Post(post_id="1"), None)
    assert caught.value.code == "policy.no_date"


def test_texts_are_found_by_name_day_and_file(tmp_path: Path) -> None:
    named = policy_text(f"{NAME}-2022-12-14")
    assert policy_text(f"{NAME}@2023-01-01") == named
    assert [text.own.place.file for text in named.chain] == [
        f"{NAME}-{version}.yaml" for version in ("2022-12-14", "2022-04-05", "2021-11-30")
    ]
    path = tmp_path / "own.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert policy_text(path).as_written == policy_text(str(path)).as_written == GOOD
    path.write_text(GOOD.replace("when: always", "when: home"), encoding="utf-8")
    with pytest.raises(PolicyError, match="ends with 'otherwise'"):
        policy_text(path)
