"""The forms a brand's name takes in Slavic languages and Romanian: "Allegro" → Allegra, Allegrem, Allegrze …"""

from __future__ import annotations

import re

# Shorter names would meet other words ("Ola", "Era" in every text); they are looked for as written.
_SHORTEST = 4
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")

# By the ending of the name in Latin script: what is cut, and the endings that take its place. Polish, Czech, Slovak,
# Slovene, Croatian.
_LATIN_ENDINGS: tuple[tuple[str, str], ...] = (
    # Feminine in -a: Biedronka, Velora.
    ("ia", "ii i ię ią io ie ij iji ijo ije iami iach iom"),
    ("ka", "ki ce kę ką ko ek ku kami kach kom ke kou kah kama"),
    ("ga", "gi dze gę gą go gami gach gom ge zi gou gah gama"),
    ("cha", "chy sze chę chą cho chami chach chom"),
    ("ła", "ły le łę łą ło łami łach łom"),
    ("ra", "ry rze rę rą ro rami rach rom re ri ru rou rah rama"),
    ("ta", "ty cie tę tą to tami tach tom te ti tu tou tah tama"),
    ("da", "dy dzie dę dą do dami dach dom de di du dou dah dama"),
    ("a", "y i ie ę ą o ami ach om e u ou ě ej oj ah ama"),
    # Neuter in -o, -e: Allegro, Zalando.
    ("ro", "ra ru rem rze ry rom rami rach rom ri"),
    ("to", "ta tu tem cie ty tom tami tach"),
    ("do", "da du dem dzie dy dom dami dach"),
    ("ko", "ka ku kiem kiem ki kom kami kach kom kem"),
    ("go", "ga gu giem gi gom gami gach gom gem"),
    ("o", "a u em ie y om ami ach om i"),
    ("e", "a u em y om ami ach i ja ju jem jom"),
    ("y", "ego emu ym ch ja ju jem jom"),
    ("i", "ego emu im ch ja ju jem jom"),
)
# Consonant endings: Orlen, InPost, Mercator, Bolt; `#` stands for the whole name.
_LATIN_AFTER_CONSONANT = "a u owi em ie om ami ach y ów i e iem ovi ovia ov oma ih ja ju jem jom jev jih ě ům"
_LATIN_SOFTENED: tuple[tuple[str, str], ...] = (
    ("st", "ście"),
    ("t", "cie"),
    ("d", "dzie"),
    ("r", "rze"),
    ("ł", "le"),
    ("ek", "ka ku kiem kowi ki kom kami kach kem"),
    ("ec", "ca cu cem cowi ce com cami cach"),
    ("er", "ra ru rem"),
    ("k", "kiem"),
    ("g", "giem"),
)
# Romanian joins the article and the cases, with or without a hyphen: eMAG-ul, eMAGului, Daciei.
_ROMANIAN = "ul ului uri urile urilor le lui ei"
_ROMANIAN_A = ("ei", "e", "ele", "elor")

_CYRILLIC_ENDINGS: tuple[tuple[str, str], ...] = (
    ("ия", "ии ию ией иям иями иях ий"),
    ("ка", "ки ке ку кой кою кам ками ках ок ек ці кою"),
    ("га", "ги ге гу гой гам гами гах"),
    ("а", "ы и е у ой ою ам ами ах ей і ою"),
    ("я", "и е ю ей ею ям ями ях"),
    ("о", "а у ом е ы ам ами ах"),
    ("е", "я ю ем и ям ями ях"),
    ("й", "я ю ем е и ев ям ями ях"),
    ("ь", "я ю ем е и ей ям ями ях ью"),
)
_CYRILLIC_AFTER_CONSONANT = "а у ом ем е ы и ов ам ами ах і ові"


def forms_of(term: str) -> tuple[str, ...]:
    """The name as written and the forms of its last word; of a word too short to inflect safely, the word alone.

    A name of several words is inflected at its end ("Bank Velora" → "Bank Velory"). Rules after the grammars' regular
    declensions; irregular plurals are not made.
    """
    head, _, last = term.rpartition(" ")
    if len(last) < _SHORTEST or not last.isalpha():
        return (term,)
    lead = f"{head} " if head else ""
    forms = _cyrillic(last) if _CYRILLIC.search(last) else _latin(last)
    return tuple(dict.fromkeys([term, *(lead + form for form in forms)]))


def _latin(word: str) -> list[str]:
    lower = word.lower()
    romanian = [word + "".join(pair) for pair in (("-", e) for e in _ROMANIAN.split())] + [
        word + e for e in _ROMANIAN.split()
    ]
    if lower.endswith("a"):
        romanian += [word[:-1] + ending for ending in _ROMANIAN_A]
    for ending, others in _LATIN_ENDINGS:
        if lower.endswith(ending):
            return [word[: -len(ending)] + other for other in others.split()] + romanian
    softened = [
        word[: -len(ending)] + other
        for ending, others in _LATIN_SOFTENED
        if lower.endswith(ending)
        for other in others.split()
    ]
    return [word + ending for ending in _LATIN_AFTER_CONSONANT.split()] + softened + romanian


def _cyrillic(word: str) -> list[str]:
    lower = word.lower()
    for ending, others in _CYRILLIC_ENDINGS:
        if lower.endswith(ending):
            return [word[: -len(ending)] + other for other in others.split()]
    return [word + ending for ending in _CYRILLIC_AFTER_CONSONANT.split()]
