"""`repwatch init`: asks for the brand, its pages and the Slack channel, and writes a commented repwatch.toml."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.errors import FailedError, UsageError

_NEXT = """
Then, in Slack: Install to Workspace, and write /invite @repwatch in {channel}. Two tokens to paste here:

  export SLACK_BOT_TOKEN=xoxb-…   # OAuth & Permissions → Bot User OAuth Token
  export SLACK_APP_TOKEN=xapp-…   # Basic Information → App-Level Tokens, with connections:write: for buttons;
                                  # without it reactions do the same

See that all is well: repwatch check"""


def arguments(parser: argparse.ArgumentParser) -> None:
    from alerts.catalogue import LANGUAGES

    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="where it is written (default: ./repwatch.toml)"
    )
    parser.add_argument("--brand", help="the brand's name")
    parser.add_argument(
        "--term", action="append", default=[], metavar="WORD", help="another spelling of it; may be repeated"
    )
    parser.add_argument(
        "--source", action="append", default=[], metavar="ADDRESS|NAME[:OPTION=VALUE]",
        help="its home page, a page about it, an app, or a source's name; may be repeated",
    )  # fmt: skip
    parser.add_argument("--channel", help='the Slack channel for cards, such as "#reviews"')
    parser.add_argument("--zone", help="your time zone (default: this machine's)")
    parser.add_argument("--language", choices=LANGUAGES, help="of cards and digests (default: en)")
    parser.add_argument("--contact", help="an address where a webmaster can complain")
    parser.add_argument(
        "--overwrite", action="store_true", help="write although there is a file; the old one is kept beside it"
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing; what is not given gets its default")
    parser.add_argument("--loopback", action="store_true", help=argparse.SUPPRESS)


def run(given: argparse.Namespace) -> int:
    from bot.setup.asking import answers_of
    from bot.setup.manifest import manifest
    from bot.setup.writing import checked, put

    target = given.path or given.config or Path("repwatch.toml")
    is_asked = not given.yes and sys.stdin.isatty()
    if target.is_dir():
        target = target / "repwatch.toml"
    if target.exists() and not given.overwrite and not is_asked:
        raise FailedError(f"{target} is there already; nothing was written. --overwrite keeps the old one beside it")
    if not given.brand and not is_asked:
        raise UsageError('say --brand "…" (and --source, --channel), or run repwatch init in a terminal to be asked')
    answers = answers_of(given, is_asked=is_asked)
    text = checked(answers)
    for sentence in put(target, text, given.overwrite, is_asked=is_asked):
        print(sentence)
    print("\nThe Slack app, to paste at https://api.slack.com/apps → Create New App → From a manifest:\n")
    print(manifest())
    print(_NEXT.format(channel=answers.channel))
    return 0
