"""``consentry desk serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.desk.logging import log_as_json
from consentry.cli.desk.options import ConfigOption, DatabaseOption, DataOption, Installation, opened, settings_of

HostOption = Annotated[str, typer.Option("--host", help="Address to listen on; a reverse proxy stands in front of it.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes a free one.")]


def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8350,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="PEM, for HTTPS without a proxy; with --certificate-key.")
    ] = None,
    certificate_key: Annotated[Path | None, typer.Option("--certificate-key", help="PEM.")] = None,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Serve the API. Cases are assessed by `consentry desk worker`, at least one of which runs beside it.

    consentry desk serve --database postgresql://desk@localhost/desk --data /var/lib/consentry
    """
    if (certificate is None) != (certificate_key is None):
        raise typer.BadParameter("give --certificate and --certificate-key together")
    pair = None if certificate is None else (str(certificate), str(certificate_key))
    run_server(opened(settings_of(config, database, data)), host=host, port=port, certificate=pair)


def run_server(installation: Installation, *, host: str, port: int, certificate: tuple[str, str] | None = None) -> None:
    """Serve an opened desk until told to stop; its database is closed then.

    Args:
        installation: The desk.
        host: The address to listen on.
        port: 0 takes a free one.
        certificate: Files of a certificate and its key.
    """
    import uvicorn

    from consentry.desk.api.server import configured
    from consentry.desk.api.serving import Serving
    from consentry.desk.pages.app import make_desk
    from consentry.desk.vault.media import MediaStore

    log_as_json()
    settings = installation.settings
    if certificate is not None:
        settings = settings.model_copy(update={"https": True})
    serving = Serving.begin(settings, installation.database, installation.keys, MediaStore(settings.data / "media"))
    asked = configured(
        make_desk(serving), host=host, port=port, behind_proxies=settings.behind_proxies, certificate=certificate
    )
    try:
        uvicorn.Server(asked).run()
    finally:
        installation.database.close()
