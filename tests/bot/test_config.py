"""repwatch.toml: what it says arrives in each folder's settings, and every mistake is named with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.cadence import Cron, Every
from bot.config import load_config
from bot.settings.problems import ConfigError
from storage.records import Severity
from tests.bot.configured import GOOD, config_in, problems_in
from tests.bot.mistakes import MISTAKES

MORE = (
    GOOD
    + """
[model]
threads = 1
[model.topics]
parking = ["No place to park.", "Nie ma gdzie zaparkować."]

[verdict]
joined = [2, 5]

[[rule]]
name = "small matters"
brands = ["Nordika"]
stars_from = 3
most = "low"

[alerts]
handling = "30 minutes"
follow_up_after = false
[alerts.gather]
burst_cards = 4

[[route]]
channel = "#russian"
languages = ["ru"]
least = "medium"

[replies]
signature = "Anna"

[store]
calm_texts = "30 days"
"""
)


def test_a_team_may_have_a_ladder_for_each_severity(tmp_path: Path) -> None:
    ladders = 'escalate_high = [["@channel"]]\nescalate_medium = ["S0654321"]\nescalate_low = ["#quiet"]\nescalate = '
    [team] = config_in(tmp_path, GOOD.replace("escalate = ", ladders)).teams
    assert team.rung(1, Severity.HIGH).mentions == ("<!channel>",)
    assert team.rung(2, Severity.MEDIUM).mentions == ("<!subteam^S0654321>",)
    assert (team.rung(3, Severity.LOW).channel, team.rung(3, Severity.LOW).mentions) == ("#quiet", ())
    assert len(team.rungs) == 5


def test_what_the_file_says_arrives_in_the_settings_of_each_folder(tmp_path: Path) -> None:
    config = config_in(tmp_path, MORE)
    assert config.brands[0].terms == ("Nordika", "Nordiki")
    assert config.entries[0].cadence == Every(span=timedelta(minutes=10))
    assert config.entries[0].options == {"base_url": "https://forum.example"}
    assert config.crawl.contact == "https://nordika.example/bot"
    assert config.model.own_topics == {"parking": ("No place to park.", "Nie ma gdzie zaparkować.")}
    assert config.verdict.joined == (2, 5)
    assert config.verdict.rules[0].most is Severity.LOW
    assert config.alerts.handling == timedelta(minutes=30)
    assert config.alerts.follow_up_after is None
    assert config.alerts.gather.burst_cards == 4
    assert config.alerts.gather.campaign_texts == 5
    assert config.routes[0].least is Severity.MEDIUM
    assert config.teams[0].ladder[1].mentions == ("<@U0123456>",)
    assert config.teams[0].ladder[1].channel == "#managers"
    assert config.messages["support"].language == "pl"
    assert config.messages["support"].signature == "Anna"
    assert config.store.calm_texts == timedelta(days=30)
    assert config.weekly is not None and str(config.weekly) == "Monday 09:00 (Europe/Warsaw)"


def test_a_file_that_says_little_gets_every_default(tmp_path: Path) -> None:
    config = config_in(tmp_path, '[[brand]]\nname = "A1"\n[[source]]\nname = "hackernews"\n[slack]\nchannel = "#a"\n')
    assert config.brands[0].terms == ("A1",)
    assert config.entries[0].brands == config.brands
    assert [team.name for team in config.teams] == ["support"]
    assert not config.messages["support"].buttons


def test_an_entry_listed_twice_is_counted_on(tmp_path: Path) -> None:
    config = config_in(tmp_path, GOOD + '[[source]]\nname = "discourse"\nbase_url = "https://b.example"\n')
    assert [entry.name for entry in config.entries] == ["discourse", "discourse-2"]


def test_cron_lines_are_in_the_zone_of_the_bot(tmp_path: Path) -> None:
    config = config_in(tmp_path, GOOD.replace('every = "10 minutes"', 'cron = "*/10 8-20 * * 1-5"'))
    cadence = config.entries[0].cadence
    assert isinstance(cadence, Cron) and cadence.zone.key == "Europe/Warsaw"


def test_the_database_lies_beside_the_file_whatever_the_current_folder(tmp_path: Path) -> None:
    assert config_in(tmp_path).store.file == tmp_path / "repwatch.db"


def test_database_url_goes_before_the_file_and_is_never_shown(tmp_path: Path) -> None:
    address = "postgresql+psycopg://u:secret@db/repwatch"
    config = config_in(tmp_path, GOOD + '[store]\nurl = "other.db"\n', {"DATABASE_URL": address})
    assert (config.store.url, config.store.file) == (address, None)
    assert "secret" not in repr(config)


def test_tokens_of_several_workspaces_are_told_apart_and_never_shown(tmp_path: Path) -> None:
    config = config_in(tmp_path, GOOD, {"SLACK_BOT_TOKEN": "xoxb-one", "SLACK_BOT_TOKEN_SHOP": "xoxb-two", "EMPTY": ""})
    assert config.environment.slack_tokens == {"": "xoxb-one", "shop": "xoxb-two"}
    assert "xoxb" not in repr(config)


def test_an_app_token_brings_buttons(tmp_path: Path) -> None:
    assert config_in(tmp_path, GOOD, {"SLACK_APP_TOKEN": "xapp-1"}).messages["support"].buttons


def test_cards_have_buttons_where_every_workspace_of_their_team_hears_clicks(tmp_path: Path) -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_BOT_TOKEN_SHOP": "xoxb-2", "SLACK_APP_TOKEN": "xapp-1"}
    both = GOOD + '\n[[route]]\nchannel = "#shop"\nworkspace = "shop"\nsources = ["discourse"]\n'
    one = config_in(tmp_path, both, tokens)
    assert (one.messages["support"].buttons, sorted(one.without_buttons)) == (False, ["", "shop"])
    heard = config_in(tmp_path, both, tokens | {"SLACK_APP_TOKEN_SHOP": "xapp-2"})
    assert (heard.messages["support"].buttons, sorted(heard.without_buttons)) == (True, [])
    apart = both + 'team = "shop"\n[[team]]\nname = "shop"\n'
    two = config_in(tmp_path, apart, tokens)
    assert {name: words.buttons for name, words in two.messages.items()} == {"support": True, "shop": False}
    assert two.without_buttons == {"shop"}


@pytest.mark.parametrize(("good", "bad", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_line(good: str, bad: str, said: str, tmp_path: Path) -> None:
    assert good in GOOD
    sentences = problems_in(GOOD.replace(good, bad, 1), tmp_path)
    assert any(said in sentence for sentence in sentences), sentences


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace('"pl"', '"xx"').replace('"10 minutes"', '"soon"').replace('"09:00"\n', '"99:00"\n')
    assert [sentence.split(":")[0] for sentence in problems_in(text, tmp_path)] == ["2", "13", "28"]


def test_a_secret_is_named_but_never_shown(tmp_path: Path) -> None:
    text = GOOD.replace('"#complaints"', '"xoxb-1234567-abcdef"')
    [said] = problems_in(text, tmp_path)
    assert "[slack] channel: looks like a secret" in said and "1234567" not in said


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="repwatch init"):
        load_config(tmp_path / "repwatch.toml", {})


def test_the_file_that_the_variable_names_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"elsewhere\.toml"):
        load_config(None, {"REPWATCH_CONFIG": str(tmp_path / "elsewhere.toml")})


UNREADABLE = {
    "no TOML, with the line": (b"[bot]\nlanguage = \n", ":2: not TOML"),
    "a key twice": (b'[bot]\nzone = "UTC"\nzone = "UTC"\n', ":3: not TOML"),
    "an end too early": (b'[bot]\nzone = "UTC\n', ":2: not TOML"),
    "no UTF-8": (b"[bot]\nlanguage = '\xff'\n", ":2: not UTF-8"),
    "a token in a broken line": (b'[slack]\ntoken = "xoxb-1234567"x\n', ":2: not TOML"),
    "far too large": (b"#" * 2_000_001, "2,000,001 bytes"),
}


@pytest.mark.parametrize(("content", "said"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_can_not_be_read_is_said_plainly(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        load_config(file, {})
    assert said in str(raised.value)
    assert "1234567" not in str(raised.value)


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load_config(tmp_path, {})


def test_a_mark_at_the_beginning_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_config(file, {}).brands[0].terms == ("Nordika", "Nordiki")
