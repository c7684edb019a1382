"""`repwatch completion`: what a shell needs to finish repwatch's words at Tab."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHELLS = ("bash", "zsh", "fish")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "shell", choices=SHELLS, help='the shell; for bash put eval "$(repwatch completion bash)" into ~/.bashrc'
    )


def run(given: argparse.Namespace) -> int:
    """A script made once: at Tab no Python starts."""
    import shtab

    from bot.__main__ import build_parser
    from bot.commands import COMMANDS
    from bot.settings.options import catalogue

    parser = build_parser(*COMMANDS)
    for action in _actions(parser):
        if action.type is Path:
            action.complete = shtab.DIRECTORY if action.metavar in ("DIR", "FOLDER") else shtab.FILE
        elif action.metavar == "SOURCE":
            action.choices = tuple(catalogue())
    print(shtab.complete(parser, given.shell))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[Any]:
    """Every argument of every command."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
        else:
            yield action
