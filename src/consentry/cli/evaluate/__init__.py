"""``consentry evaluate``: one file a kind of model."""

from __future__ import annotations

import typer

from consentry.cli.evaluate import faces, scene, studies

app = typer.Typer(help="Measure a model on your own data; needs the extra `train`.", no_args_is_help=True)
app.command("scene")(scene.scene)
app.command("faces")(faces.faces)
app.command("detection")(faces.detection)
app.command("published")(studies.published)
app.command("dipa2")(studies.dipa2)
