"""How well and how fast copies are found, as Markdown: recall by kind of edit, false matches, videos, PDQ, speed.

    python benchmarks/copies.py recall [--data ../shared/data] [--pictures 600] [--show]
    python benchmarks/copies.py videos [--data ../shared/data]
    python benchmarks/copies.py reference [--data ../shared/data] [--pictures 3000]
    python benchmarks/copies.py speed [--entries 1000000] [--threads 2]

All but `speed` need the development data beside the checkout. The threshold (31 bits, quality 50, 80 % of the frames)
is the published one and was set before anything was measured; nothing here chooses it. `reference` compares with
`pdqhash`, `speed` with FAISS where `faiss-cpu` is installed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from copying.recall import report_recall
from copying.reference import report_reference
from copying.speed import report_speed
from copying.videos import report_videos

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print the report that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="speed", choices=["recall", "videos", "reference", "speed"])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pictures", type=int, default=600, help="how many; for recall, half of them small ones")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="name the false matches")
    arguments = parser.parse_args()
    if arguments.what == "recall":
        report_recall(arguments.data, arguments.pictures, show=arguments.show)
    elif arguments.what == "videos":
        report_videos(arguments.data)
    elif arguments.what == "reference":
        report_reference(arguments.data, arguments.pictures)
    else:
        report_speed(arguments.data, arguments.entries, arguments.threads)


if __name__ == "__main__":
    main()
