"""The command line: finds the command, imports it, runs it, and says in one line what went wrong."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bot.commands import COMMANDS

DONE, FAILED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Exit 0 done, 1 something failed, 2 wrong usage or configuration."""
    said = list(sys.argv[1:] if arguments is None else arguments)
    parser = build_parser(*[word for word in said if word in COMMANDS][:1])
    try:
        given = parser.parse_args(said)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else WRONG_USE
    if given.command is None:
        parser.print_help()
        return WRONG_USE
    return _run(given)


def build_parser(*called: str) -> argparse.ArgumentParser:
    """All the names, and the arguments of the commands that are called: the others are not even imported."""
    parser = _Parser(
        prog="repwatch",
        description="Finds bad word of mouth while it is small, and tells support by when to answer.",
        epilog="Start with: repwatch demo, then repwatch init. Each command says more with --help.",
    )
    parser.add_argument("--version", action="version", version=_version() if "--version" in sys.argv else "")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=_Parser)
    for name, help_text in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=f"{help_text[0].upper()}{help_text[1:]}.")
        _add_common(command)
        if name in called:
            importlib.import_module(f"bot.commands.{name}").arguments(command)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="configuration (default: REPWATCH_CONFIG, else ./repwatch.toml)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("-v", "--verbose", action="store_true", help="say more, and show where an error came from")


def _run(given: argparse.Namespace) -> int:
    from bot.logs import start_logging

    start_logging(verbose=given.verbose, steps=given.command in ("run", "worker") or getattr(given, "scheduled", False))
    try:
        return int(importlib.import_module(f"bot.commands.{given.command}").run(given))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has left (`repwatch threads | head`); Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if given.verbose:
            from bot.logs import LOG

            # Not Python's own traceback: this one shows no secret.
            LOG.error("%s", type(error).__name__, exc_info=error)
        return _tell(error)


def _tell(error: Exception) -> int:
    """One line for each thing that is wrong; our own errors and the system's speak for themselves."""
    from bot.errors import sentences_of
    from bot.logs import told

    for sentence in sentences_of(error):
        print(told(sentence), file=sys.stderr)
    return WRONG_USE if getattr(error, "problems", None) else FAILED


def _version() -> str:
    from importlib.metadata import version

    return f"repwatch {version('repwatch')}"


class _Parser(argparse.ArgumentParser):
    """A wrong word costs one line, not the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"{self.prog}: {message}\nmend: {self.prog} --help\n")


if __name__ == "__main__":
    sys.exit(main())
