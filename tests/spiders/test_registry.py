"""Every source is where it should be, called as it should be, and says what the table and the configuration need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spiders.options import Option, read_options
from spiders.registry import source_class, source_names
from spiders.table import with_table

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("name", source_names())
def test_module_spider_and_class_share_one_name_and_say_their_row_and_options(name: str) -> None:
    spider = source_class(name)
    assert spider.row.gives and spider.row.languages and spider.row.tested_on and spider.row.quiet_requests
    assert spider.row.default_every.total_seconds() >= 300
    assert all(key.isupper() for key in spider.row.key_env)
    for option in spider.options:
        assert option.help, f"{name}.{option.name} needs a help text"
        assert option.default is None or option.read(option.default) == option.default
    assert spider.__doc__ and "-a " in spider.__doc__, f"{name}: the class docstring says the -a arguments"


def test_an_unknown_source_names_those_there_are() -> None:
    with pytest.raises(LookupError, match=r'no source "usenet"; there are: .*discourse'):
        source_class("usenet")


def test_scrapy_lists_the_sources() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert listed.stdout.split() == list(source_names())


OPTIONS = (
    Option(name="app", required=True, help="the app's number"),
    Option(name="stores", many=True, default=("us",), help="storefronts"),
    Option(name="search", type=bool, default=False, help="search too"),
    Option(name="pages", type=int, default=3, help="pages"),
)


def test_options_are_read_from_configuration_and_from_the_command_line() -> None:
    assert read_options(OPTIONS, {"app": "1", "stores": ["pl", "ro"]}) == {
        "app": "1",
        "stores": ("pl", "ro"),
        "search": False,
        "pages": 3,
    }
    assert read_options(OPTIONS, {"app": "1", "stores": "pl, ro", "search": "yes", "pages": "5"}) == {
        "app": "1", "stores": ("pl", "ro"), "search": True, "pages": 5
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"app": "1", "colour": "red"}, r"unknown option colour; allowed: app, pages, search, stores"),
        ({}, r"option app is missing: the app's number"),
        ({"app": "1", "search": "perhaps"}, r"option search = 'perhaps': true or false"),
        ({"app": "1", "pages": "many"}, r"option pages = 'many': a int"),
        ({"app": "1", "stores": 7}, r"option stores = 7: a list of texts"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_options(OPTIONS, given)


def test_the_table_of_sources_is_of_today() -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    how = "from spiders.table import *; write_table(Path('docs/sources.md'))"
    assert text == with_table(text), f'run: python -c "{how}"'
