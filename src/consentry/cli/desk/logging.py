"""What a server and a worker tell: one JSON object a line on standard error, without anybody's words."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Final

_USUAL: Final = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"})


class JsonLines(logging.Formatter):
    """A record as an object on one line: when, how grave, from where, what, and what was added to it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": record.getMessage(),
        }
        said |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info is not None and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__  # its message may quote what somebody wrote
        return json.dumps(said, default=str)


def log_as_json(level: int = logging.INFO) -> None:
    """Send all messages of this process to standard error as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
