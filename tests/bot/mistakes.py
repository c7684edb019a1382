"""Mistakes people make in repwatch.toml."""

from __future__ import annotations

# The mistake, put in by replacing the first text by the second; and what must be said of it.
MISTAKES = {
    "an unknown key, with the nearest known one": (
        'language = "pl"',
        'langauge = "pl"',
        '2: [bot] langauge: unknown; did you mean "language"?',
    ),
    "an unknown section": ("[digest]", "[digets]", '26: digets: unknown; did you mean "digest"?'),
    "a contact nobody can write to": (
        '"https://nordika.example/bot"',
        '"ask Anna"',
        '4: [bot] contact: found "ask Anna"; allowed: a mail address or a page',
    ),
    "a text where a number is wanted": (
        "[slack]",
        '[model]\nthreads = "two"\n[slack]',
        '24: [model] threads: found "two"; allowed: a whole number',
    ),
    "a number out of reach": (
        "[slack]",
        "[model]\nthreads = 0\n[slack]",
        "24: [model] threads: found 0; allowed: 1 to 256",
    ),
    "a number where a span is wanted": (
        '"10 minutes"',
        "10",
        "13: [[source]] 1 every: found 10; allowed: a span of time",
    ),
    "a span nobody knows": ('"10 minutes"', '"10 minuts!"', '13: [[source]] 1 every: found "10 minuts!"'),
    "a span that would be rude": (
        '"10 minutes"',
        '"5 seconds"',
        '13: [[source]] 1 every: found "5 seconds"; allowed: at least',
    ),
    "every and cron at once": (
        'every = "10 minutes"',
        'every = "10 minutes"\ncron = "* * * * *"',
        "14: [[source]] 1 cron: found",
    ),
    "a cron line with a minute that does not exist": (
        'every = "10 minutes"',
        'cron = "61 * * * *"',
        '13: [[source]] 1 cron: found "61 * * * *"',
    ),
    "a cron line that never comes round": (
        'every = "10 minutes"',
        'cron = "0 0 30 2 *"',
        "13: [[source]] 1 cron: found",
    ),
    "a cron line of three fields": ('every = "10 minutes"', 'cron = "* * *"', "five fields"),
    "a zone that does not exist": (
        'zone = "Europe/Warsaw"\ncontact',
        'zone = "Europe/Warsow"\ncontact',
        '3: [bot] zone: found "Europe/Warsow"',
    ),
    "a time that does not exist": (
        'hour = "09:00"',
        'hour = "24:30"',
        '28: [digest] hour: found "24:30"; allowed: a time that exists',
    ),
    "a weekday that does not exist": ('weekday = "monday"', 'weekday = "moonday"', 'did you mean "monday"?'),
    "support hours that do not exist": (
        '"09:00-17:00"',
        '"09:00-25:00"',
        '19: [[team]] 1 hours.mon-fri #1: found "09:00-25:00"',
    ),
    "a day of the week that does not exist": ("sat = ", "saz = ", "19: [[team]] 1 hours.saz #1"),
    "a country without public holidays": ('holidays = "PL"', 'holidays = "XQ"', "20: [[team]] 1 holidays"),
    "a person where an id is wanted": (
        '"S0123456"',
        '"@bob"',
        '21: [[team]] 1 escalate #1: found "@bob"; allowed: a Slack member id',
    ),
    "no brand": (
        '[[brand]]\nname = "Nordika"\nterms = ["Nordika", "Nordiki"]\naccounts = { discourse = ["nordika_help"] }\n',
        "",
        "1: no [[brand]]",
    ),
    "a brand in single brackets": ("[[brand]]", "[brand]", "6: brand: found [brand]; allowed: [[brand]]"),
    "a brand without a name": ('name = "Nordika"\n', "", '6: [[brand]] 1: "name" is missing'),
    "an empty name": ('name = "Nordika"', 'name = " "', "7: [[brand]] 1 name: found"),
    "a term of one letter": ('"Nordiki"', '"N"', '8: [[brand]] 1 terms #2: found "N"'),
    "only competitors": ('name = "Nordika"', 'name = "Nordika"\ncompetitor = true', "every brand is a competitor"),
    "an unknown source": (
        'name = "discourse"',
        'name = "discors"',
        '12: [[source]] 1 name: found "discors"; allowed: a source: discourse, ',
    ),
    "an unknown option of a source": (
        "base_url =",
        "base_ulr =",
        '14: [[source]] 1 base_ulr: unknown; did you mean "base_url"?',
    ),
    "a required option that is missing": (
        'base_url = "https://forum.example"\n',
        "",
        '11: [[source]] 1: "base_url" is missing: the forum',
    ),
    "an option of the wrong type": ('every = "10 minutes"', 'own_forum = "yes"', "13: [[source]] 1 own_forum: found"),
    "an address that is none": ('"https://forum.example"', '"forum.example"', "14: [[source]] 1 base_url: found"),
    "a brand nobody wrote": ('every = "10 minutes"', 'brand = "Nordica"', '13: [[source]] 1 brand: found "Nordica"'),
    "an account on an unknown source": ("{ discourse =", "{ discors =", "9: [[brand]] 1 accounts.discors"),
    "a token in the file": (
        "[slack]",
        '[slack]\nbot_token = "abc"',
        "24: [slack] bot_token: secrets are never read from this file",
    ),
    "a token by its shape, wherever it stands": (
        '"#complaints"',
        '"xoxb-1234567"',
        "24: [slack] channel: looks like a secret",
    ),
    "a password in the database's address": (
        "[slack]",
        '[store]\nurl = "postgresql://u:pw@db/x"\n[slack]',
        "24: [store] url: looks like a secret",
    ),
    "a key of a source": (
        'name = "discourse"',
        'name = "youtube"\napi_key = "k"',
        "13: [[source]] 1 api_key: secrets are never read",
    ),
    "no channel": ('channel = "#complaints"', "", "no [slack] channel"),
    "a channel with a space": ('"#complaints"', '"com plaints"', '24: [slack] channel: found "com plaints"'),
    "a route to a team nobody wrote": (
        "[slack]",
        '[[route]]\nchannel = "#x"\nteam = "suport"\n[slack]',
        '25: [[route]] 1 team: found "suport"; allowed: the name of a [[team]]',
    ),
    "a rule that decides nothing": ("[slack]", '[[rule]]\nname = "x"\n[slack]', "23: [[rule]] 1: decides nothing"),
    "a rule for a brand nobody watches": (
        "[slack]",
        '[[rule]]\nname = "x"\nthen = "calm"\nbrands = ["Nordyka"]\n[slack]',
        '26: [[rule]] 1 brands: found "Nordyka"',
    ),
    "a severity nobody knows": (
        "[slack]",
        '[[route]]\nchannel = "#x"\nleast = "huge"\n[slack]',
        '25: [[route]] 1 least: found "huge"; allowed: one of low, medium, high',
    ),
    "a reminder at 800 per cent": (
        "[slack]",
        "[alerts]\nremind_at = [50, 800]\n[slack]",
        "24: [alerts] remind_at #2: found 800; allowed: 1 to 99",
    ),
    "a mistake in a section inside a section": (
        "[slack]",
        "[alerts.gather]\nburst_crads = 3\n[slack]",
        '24: [alerts] gather.burst_crads: unknown; did you mean "burst_cards"?',
    ),
    "metrics for the whole world": (
        "[bot]",
        '[bot]\nmetrics = "0.0.0.0:9464"',
        '2: [bot] metrics: found "0.0.0.0:9464"',
    ),
    "a folder that is not there": ("[slack]", '[replies]\nfolder = "nowhere"\n[slack]', "24: [replies] folder: found"),
    "a table where a value is wanted": ('language = "pl"', "language = { a = 1 }", "2: [bot] language: found"),
    "a value where a table is wanted": ("[bot]", 'store = "a.db"\n[bot]', "1: store: found"),
}
