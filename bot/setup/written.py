"""Answers → a commented repwatch.toml; what most people change stands there, the rest is named beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from alerts.catalogue import LANGUAGES
from bot.setup.answers import Answers
from bot.setup.finding import Found

_COUNTRIES = {"pl": "PL", "ro": "RO", "ru": "RU", "sl": "SI", "en": "GB"}


def toml_of(answers: Answers, notes: dict[str, str]) -> str:
    """`notes`: by source, what it gives or needs, written above its entry."""
    return "\n".join([*_head(answers), *_brand(answers), *_sources(answers, notes), *_people(answers), *_rest()]) + "\n"


def quoted(value: str) -> str:
    """A text as TOML writes it: the same escapes as JSON, and the one sign JSON leaves alone."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _head(answers: Answers) -> Iterator[str]:
    yield "# What repwatch watches, whom it tells, and when. After a change: repwatch check"
    yield "# Secrets (Slack tokens, keys of sources) are never in this file; they are environment variables."
    yield "[bot]"
    yield f"language = {quoted(answers.language)}          # of cards and digests: {', '.join(LANGUAGES)}"
    yield f"zone = {quoted(answers.zone)}"
    if answers.contact:
        yield f"contact = {quoted(answers.contact)}   # told to every site we ask, so that its owner can complain"
    else:
        yield '# contact = "https://…"       # told to every site we ask, so that its owner can complain'
    yield '# heartbeat = "https://…"     # called after each good round: something else notices our silence'
    yield '# metrics = "127.0.0.1:9464"  # figures for Prometheus'
    yield ""


def _brand(answers: Answers) -> Iterator[str]:
    yield "[[brand]]"
    yield f"name = {quoted(answers.brand)}"
    yield f"terms = {_list(answers.terms)}   # spellings it goes by; inflected forms are found by themselves"
    yield "# exclude = []               # a text with one of these is not about you"
    yield "# require = []               # for a name that is a common word: one of these must stand there too"
    yield '# accounts = { mastodon = ["@you@example.social"], "*" = ["YourHandle"] }   # whose reply is an answer'
    yield ""
    yield "# A competitor is counted for share of voice and never opens an alert."
    yield "# [[brand]]"
    yield '# name = "…"'
    yield "# competitor = true"
    yield ""


def _sources(answers: Answers, notes: dict[str, str]) -> Iterator[str]:
    yield '# how often: every = "10 minutes" or cron = "*/10 8-20 * * 1-5"; left out: the source\'s own pace'
    yield '# brands = ["…"] where not all brands are meant; paused = true to leave one out for a while'
    for found in answers.sources:
        yield ""
        if note := notes.get(found.source):
            yield f"# {note}"
        yield "[[source]]"
        yield f"name = {quoted(found.source)}"
        for name, value in found.options.items():
            yield f"{name} = {_value(value)}"
    yield ""


def _people(answers: Answers) -> Iterator[str]:
    country = answers.holidays or _COUNTRIES.get(answers.language, "PL")
    yield "[[team]]"
    yield 'name = "support"'
    yield f"zone = {quoted(answers.zone)}"
    yield 'hours = { mon-fri = ["09:00-17:00"] }   # or "24/7"; several spans a day and spans over midnight are fine'
    comment = "" if answers.holidays else "# "
    yield f"{comment}holidays = {quoted(country)}"
    yield "# days_off = [2026-12-24]"
    yield "# Who is told at each missed deadline in turn: Slack ids of people (U…) or groups (S…), and a channel."
    yield '# escalate = [["S0123456789"], ["U0123456789", "#managers"]]'
    yield '# escalate_high = [["S0123456789"]]   # another ladder for the serious ones; _medium, _low likewise'
    yield '# on_call = ["U0123456789"]   # paged when something serious can\'t wait for the morning'
    yield '# signature = "Anna"          # under reply drafts'
    yield ""
    yield "[slack]"
    yield f"channel = {quoted(answers.channel)}"
    yield '# thanks_channel = "#praise"   # praise worth a thank-you'
    yield '# review_channel = "#labels"   # a short daily list of texts the model is unsure of'
    yield ""
    yield "# Where some cards go instead; the first that matches decides."
    yield "# [[route]]"
    yield '# channel = "#complaints-ru"'
    yield '# languages = ["ru"]'
    yield '# least = "medium"'
    yield ""
    yield "[digest]"
    yield 'weekday = "monday"'
    yield 'hour = "09:00"'
    yield ""


def _rest() -> Iterator[str]:
    yield "# [model]"
    yield '# name = "shipped"            # or a Hugging Face id or a folder (needs the extra "torch")'
    yield ""
    yield "[store]"
    yield 'calm_texts = "90 days"       # texts nobody complains in are wiped after so long; figures stay'


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(quoted(value) for value in values)}]"


def _value(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else _list(value)


def described(found: Found) -> str:
    """One line for the person who decides."""
    options = ", ".join(f"{name} {_value(value)}" for name, value in found.options.items())
    return f"{found.source}{f' ({options})' if options else ''}{f': {found.why}' if found.why else ''}"
