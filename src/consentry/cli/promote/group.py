"""``consentry promote``."""

from __future__ import annotations

import typer

from consentry.cli.promote import faces as promote_faces
from consentry.cli.promote import scene as promote_scene

app = typer.Typer(help="Let a new model take the place of the one in use, if it passes gates.", no_args_is_help=True)

app.command("scene")(promote_scene.scene)
app.command("faces")(promote_faces.faces)
