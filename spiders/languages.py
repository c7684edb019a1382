"""Names of languages as sources write them → BCP 47 tags."""

from __future__ import annotations

import re

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?(?:[-_.@].*)?$")
_NONE = frozenset({"und", "mul", "zxx", "mis", "all", "xx", "root", "nan", "none", "null"})
# Steam's own names (partner.steamgames.com "Languages Supported on Steam") and the plain English ones.
_NAMES = {
    "arabic": "ar", "belarusian": "be", "brazilian": "pt-BR", "bulgarian": "bg", "croatian": "hr", "czech": "cs",
    "danish": "da", "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr", "german": "de",
    "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "indonesian": "id", "italian": "it",
    "japanese": "ja", "korean": "ko", "koreana": "ko", "latam": "es-419", "latvian": "lv", "lithuanian": "lt",
    "malay": "ms", "norwegian": "no", "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru",
    "schinese": "zh-Hans", "serbian": "sr", "slovak": "sk", "slovene": "sl", "slovenian": "sl", "spanish": "es",
    "swedish": "sv", "tchinese": "zh-Hant", "thai": "th", "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip
# ISO 639-2 codes where a source gives three letters.
_THREE = {
    "ara": "ar", "bul": "bg", "ces": "cs", "cze": "cs", "dan": "da", "deu": "de", "ger": "de", "ell": "el", "eng": "en",
    "est": "et", "fin": "fi", "fra": "fr", "fre": "fr", "hrv": "hr", "hun": "hu", "ita": "it", "jpn": "ja", "kor": "ko",
    "lav": "lv", "lit": "lt", "nld": "nl", "dut": "nl", "nor": "no", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro",
    "rus": "ru", "slk": "sk", "slo": "sk", "slv": "sl", "spa": "es", "srp": "sr", "swe": "sv", "tur": "tr", "ukr": "uk",
    "zho": "zh", "chi": "zh",
}  # fmt: skip


def language_tag(stated: object) -> str | None:
    """A BCP 47 tag for what a source states ("english", "pl_PL", "rus", "zh-hans-cn"); None when it states none."""
    if not isinstance(stated, str) or not stated.strip():
        return None
    word = stated.strip()
    if named := _NAMES.get(word.lower()):
        return named
    found = _TAG.match(word) if len(word) < 36 else None
    if not found or found[1].lower() in _NONE:
        return None
    language = _THREE.get(found[1].lower(), found[1].lower())
    script = found[2].title() if found[2] else None
    region = found[3].upper() if found[3] else None
    return "-".join(part for part in (language, script, region) if part)
