"""What of an address may be shown, and what it needs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.fetching.addresses import how_to_install, is_plain, is_web, name_of, protocol_of, shown


@pytest.mark.parametrize(
    ("address", "plain", "name"),
    [("https://u:SECRET@h.example:8443/a/b.jpg?X-Amz-Signature=SECRET#SECRET", "https://h.example:8443/a/b.jpg",
      "b.jpg"),
     ("https://u:SECRET@h.example", "https://h.example", "h.example"),
     ("https://h.example?token=SECRET/x", "https://h.example", "h.example"),
     ("http://u:SE@CRET@h/a@b.jpg", "http://h/a@b.jpg", "a@b.jpg"),
     ("HTTPS://u:SECRET@h/b.jpg", "HTTPS://h/b.jpg", "b.jpg"),
     ("s3://key:SECRET@bucket/a.jpg", "s3://bucket/a.jpg", "a.jpg"),
     ("abfs://container@account.dfs.core.windows.net/a.jpg?sig=SECRET",
      "abfs://container@account.dfs.core.windows.net/a.jpg", "a.jpg"),
     ("zip://a.jpg::https://u:SECRET@h/b.zip?sig=SECRET", "zip://a.jpg::https://h/b.zip", "a.jpg"),
     ("s3://bucket/day-?/*.jsonl", "s3://bucket/day-?/*.jsonl", "*.jsonl"),
     ("data/what?.jsonl", "data/what?.jsonl", "what?.jsonl")],
)  # fmt: skip
def test_shown_without_secrets(address: str, plain: str, name: str) -> None:
    assert shown(address) == plain
    assert name_of(address) == name


@given(st.text(st.characters(exclude_characters="/?#")), st.text(st.characters(exclude_characters="#")))
def test_no_password_nor_query_is_ever_shown(password: str, query: str) -> None:
    address = f"https://user:<{password}>@host/a.jpg?<{query}>"
    assert shown(address.replace("::", ":")) == "https://host/a.jpg"
    assert name_of(address.replace("::", ":")) == "a.jpg"


def test_protocols() -> None:
    assert protocol_of("S3://b/x") == "s3"
    assert protocol_of("a/b.jpg") == protocol_of("c:/b.jpg") == ""
    assert is_web("https://h/x")
    assert is_web("HTTP://h/x")
    assert not is_web("s3://h/x")
    for address, plain in (("s3://b/x", True), ("gs://b/x", True), ("memory://x", True), ("ftp://h/x", False),
                           ("zip://x::s3://b/y", False), ("simplecache::http://h/x", False)):  # fmt: skip
        assert is_plain(address) is plain


@pytest.mark.parametrize(
    ("protocol", "command"),
    [("http", 'pip install "consentry[http]"'), ("https", 'pip install "consentry[http]"'),
     ("s3", 'pip install "consentry[s3]"'), ("gs", 'pip install "consentry[gs]"'),
     ("abfs", 'pip install "consentry[az]"'), ("hdfs", "package that fsspec needs for hdfs://")],
)  # fmt: skip
def test_what_to_install(protocol: str, command: str) -> None:
    assert command in how_to_install(protocol)
