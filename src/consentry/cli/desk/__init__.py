"""``consentry desk``: one file a command."""

from __future__ import annotations

import typer

from consentry.cli.desk import demo, importing, keeping, keys, log, migrate, purge, serve, users, worker

app = typer.Typer(
    help="Where people decide: cases, a queue, an API for review tools. Needs the extra `desk`; see docs/desk/.",
    no_args_is_help=True,
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("import")(importing.import_)
app.command("migrate")(migrate.migrate)
app.command("verify-log")(log.verify_log)
app.command("sign-log")(log.sign_log)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.add_typer(keys.app, name="keys")
app.add_typer(purge.app, name="purge")
app.add_typer(users.app, name="users")
