"""What words cost by their length: seconds of processor time for ordinary and hostile texts, as a Markdown report.

    python benchmarks/text_length.py [--lengths 1000 10000 50000 500000] [--only NAME]

The limit on characters is lifted, so that the line can be seen beyond it; the last column holds what the longest text
took of each character against what the one before took: 1 is a straight line. Model of cues included.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from consentry.runtime import RuntimeSettings
from consentry.signals.text import TextReader

ROOT = Path(__file__).resolve().parent.parent


def ordinary() -> str:
    """The written texts, one after the other."""
    texts = yaml.safe_load((ROOT / "data" / "text_cases" / "everyday.yaml").read_text(encoding="utf-8"))
    return "\n".join(texts) + "\n"


def shapes() -> Iterator[tuple[str, str]]:
    """Names and pieces; a text is a piece again and again."""
    yield "ordinary texts", ordinary()
    yield "e-mail addresses", "jane.doe1@example.org "
    yield "a@a@a@", "a@"
    yield "addresses with passwords", "a@b.co:passw0rd "
    yield "+1 +1 +1", "+1 "
    yield "phone numbers", "+1 650-253-0000 "
    yield "labelled numbers", "call 123456 "
    yield "payment cards", "4111 1111 1111 1111 "
    yield "IBANs", "GB82 WEST 1234 5698 7654 32 "
    yield "like IBANs", "AB12CD34"
    yield "coordinates", "48.858222, 2.294500 "
    yield "plates", "her car AB12 CDE "
    yield "streets", "12 Main Street, Springfield 12345 "
    yield "letters and hyphens", "a-"
    yield "capitals and hyphens", "12 A-Street, A-"
    yield "street words", "rue " + "a" * 30 + " "
    yield "offers", "$500 for her name "
    yield "demands", "till i gonna send out their or before "
    yield "payments", "pay or fee to "
    yield "one letter", "a"
    yield "one digit", "1"
    yield "digits and spaces", "12 "
    yield "brackets", "([{"
    yield "quotes", "\"'“‘”’"
    yield "newlines", "\n"
    yield "full stops", "."
    yield "combining marks", "a\u0301\u0302\u0303\u0323\u0327"
    yield "bidirectional marks", "a\u202e\u2066\u202c"
    yield "emoji sequences", "👩‍👩‍👧‍👦🏳️‍🌈"
    yield "ligatures of 18 letters", "ﷺ"
    yield "Chinese", "".join(chr(0x4E00 + number) for number in range(6000))
    yield "base64", base64.b64encode(hashlib.shake_128(b"words").digest(3000)).decode()
    yield "tokens", "eyJ_-"
    yield "links", "https://a.io/1 "


def seconds(reader: TextReader, text: str) -> float:
    """Processor time of one analysis."""
    begun = time.process_time()
    reader.analyse(text)
    return time.process_time() - begun


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lengths", type=int, nargs="+", default=[1_000, 10_000, 50_000, 500_000])
    parser.add_argument("--only", default="", help="shapes whose name has these words")
    arguments = parser.parse_args()
    lengths: list[int] = arguments.lengths
    reader = TextReader.load(RuntimeSettings(threads=1), most_characters=max(lengths))
    reader.analyse("Warm up: call her at 650-253-0000 or I post it. " * 40)
    print(f"| text | {' | '.join(f'{length:,}' for length in lengths)} | last to one before |")
    print("|---" * (len(lengths) + 2) + "|")
    for name, piece in shapes():
        if arguments.only in name:
            took = [seconds(reader, (piece * (length // len(piece) + 1))[:length]) for length in lengths]
            straight = (took[-1] / lengths[-1]) / (took[-2] / lengths[-2]) if len(took) > 1 else 1.0
            print(f"| {name} | {' | '.join(f'{second:.3f}' for second in took)} | {straight:.2f} |", flush=True)


if __name__ == "__main__":
    main()
