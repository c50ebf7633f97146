"""``consentry desk worker``."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from consentry.cli.desk.logging import log_as_json
from consentry.cli.desk.options import ConfigOption, DatabaseOption, DataOption, opened, settings_of


def worker(
    until_done: Annotated[bool, typer.Option("--until-done", help="End when there is nothing more to do.")] = False,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Do what waits: assess cases, tell others what happened, sign the log. Run several; each can die at any time.

    consentry desk worker --database postgresql://desk@localhost/desk --data /var/lib/consentry
    """
    installation = opened(settings_of(config, database, data))
    from consentry.desk.worker import load_assessor, make_worker

    log_as_json()
    assessor = load_assessor(installation.settings)
    try:
        at_work = make_worker(installation.database, installation.settings, installation.keys, assessor)
        if until_done:
            at_work.run_all()
            at_work.do_regular()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: at_work.stop())
        at_work.run()
    finally:
        assessor.close()
        installation.database.close()
