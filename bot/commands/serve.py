"""`repwatch serve`: open threads, timelines, sources and digests as read-only pages, on loopback by default."""

from __future__ import annotations

import argparse

from bot.clock import utc_now
from bot.errors import FailedError, UsageError
from bot.opening import config_of, open_store

_TOKEN = "REPWATCH_SERVE_TOKEN"  # noqa: S105 - the variable's name


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bind", default="127.0.0.1:8642", metavar="ADDRESS:PORT",
        help=f"where to serve (default: 127.0.0.1:8642); elsewhere than on loopback {_TOKEN} must be set",
    )  # fmt: skip


def run(given: argparse.Namespace) -> int:
    from aiohttp import web

    from bot.serve.app import build_app
    from bot.serve.door import BindError, place_of

    config = config_of(given)
    token = config.environment.variables.get(_TOKEN)
    try:
        host, port = place_of(given.bind, token)
    except BindError as error:
        raise UsageError(str(error)) from None
    with open_store(config) as store:
        # Said by aiohttp's own announcement: only then does somebody answer there.
        said = f"http://{host}:{port}/ (Ctrl-C ends it)"
        try:
            app = build_app(config, store, utc_now, token)
            web.run_app(app, host=host, port=port, print=lambda _: print(said, flush=True))
        except OSError as error:
            raise FailedError(f"{host}:{port} can't be served ({error}): say --bind 127.0.0.1:PORT") from None
    return 0
