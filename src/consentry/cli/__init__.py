"""The command line. One file a command; heavy libraries load inside the command that needs them."""

from consentry.cli.app import main

__all__ = ["main"]
