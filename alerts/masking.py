"""Takes personal numbers out of a text before others read it: mail, phone, IBAN, card, order numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers
from stdnum import iban, luhn
from stdnum.hr import oib
from stdnum.pl import nip, pesel
from stdnum.ro import cnp
from stdnum.si import emso

# Countries whose national phone formats are tried when a number has no "+": the first markets, then their neighbours.
_REGIONS = {
    "pl": ("PL",),
    "ro": ("RO", "MD"),
    "sl": ("SI",),
    "ru": ("RU", "KZ"),
    "uk": ("UA",),
    "hr": ("HR",),
    "cs": ("CZ",),
    "sk": ("SK",),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE"),
    "es": ("ES",),
    "it": ("IT",),
    "en": ("GB", "US"),
}
_ALWAYS = ("PL", "RO", "SI", "RU")

_MAIL = re.compile(
    r"[\w.+-]{1,64}(?:@|\s?[(\[]at[)\]]\s?)[\w-]{1,63}(?:(?:\.|\s?[(\[]dot[)\]]\s?)[\w-]{1,63}){1,5}", re.IGNORECASE
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b")
# A Polish account number is an IBAN written without its country: 26 digits, the check digits first.
_POLISH_ACCOUNT = re.compile(r"(?<![\dA-Z])\d{2}(?:[ -]?\d{4}){6}(?!\d)")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
# A number is an order number by the word before it, in the languages of the first markets and their neighbours.
_ORDER_WORDS = (
    r"zam[oó]wieni\w*|zam|przesy[lł]k\w*|paczk\w*|faktur\w*|reklamacj\w*|umow\w*"
    r"|comand\w*|comenzi\w*|factur\w*|colet\w*|contract\w*|awb"
    r"|naro[cč]il\w*|ra[cč]un\w*|po[sš]iljk\w*|paket\w*"
    r"|заказ\w*|замовленн\w*|посылк\w*|трек\w*|договор\w*|сч[её]т\w*|чек\w*"
    r"|order\w*|parcel|tracking|invoice|ticket|case|booking|reservation|customer|policy|bestell\w*|rechnung\w*|commande|pedido|ordine"
)
_NUMBER_WORDS = r"id|nr|no|number|numer|num[aă]r\w*|[sš]t|[sš]tevilk\w*|номер\w*|numéro|número|numero"
_ORDER = re.compile(
    rf"(?P<before>\b(?:{_ORDER_WORDS})\b(?:\s+(?:mea|noastr[aă]))?(?:\.?\s+(?:{_NUMBER_WORDS}))?"
    r"(?:\s+(?:is|to|jest|este|je))?\.?\s{0,3}[:#№-]?\s{0,3})"
    r"(?P<number>(?=[\w/-]{0,30}\d[\w/-]{0,30}\d[\w/-]{0,30}\d[\w/-]{0,30}\d)[A-Z0-9][A-Z0-9/-]{3,34})",
    re.IGNORECASE,
)
# Nobody writes prices or counts of so many digits: parcels, accounts, and what states number their people by (PESEL,
# CNP, EMŠO; СНИЛС is written in groups). Behind a slash, a dash or an equals sign it is a part of an address.
# Passports of Russia are written 4 + 6, what looks like a card 4 + 4 + 4 + 4, orders in shops' own letters "#4471298".
_LONG = re.compile(
    r"(?<![\w/=-])(?:\d{10,34}|\d{3}-\d{3}-\d{3} \d{2}|\d{4} \d{6}|\d{4}(?:[ -]\d{4}){3}|(?<=#)\d{6,9})(?!\w)"
)
# What states number people and traders by, written in groups: their own check digits tell them from other figures.
_GROUPED = re.compile(r"(?<![\w/=.,:-])(?:PL ?)?\d{1,10}(?:[ -]\d{1,6}){0,7}(?!\w|[.,:/-]\d)")
# A tax number of Poland is written in these two ways; other figures of ten digits are too often right by chance.
_NIP = re.compile(
    r"PL ?\d{3}(?:[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}|[ -]?\d{2}[ -]?\d{2}[ -]?\d{3})"
    r"|\d{3}([ -])(?:\d{3}\1\d{2}\1\d{2}|\d{2}\1\d{2}\1\d{3})"
)
_PERSONAL = {11: (pesel.is_valid, oib.is_valid), 13: (cnp.is_valid, emso.is_valid)}


def mask_personal(text: str, language: str | None = None) -> str:
    """The text with e-mail addresses, IBANs, card, phone, order and long numbers replaced by "[e-mail]", "[IBAN]" ….

    `language` (BCP 47) tells which national phone formats to try first. Prices, dates, years and short numbers stay.
    """
    text = _MAIL.sub("[e-mail]", text)
    text = _IBAN.sub(lambda found: "[IBAN]" if iban.is_valid(found[0]) else found[0], text)
    text = _POLISH_ACCOUNT.sub(lambda found: "[IBAN]" if iban.is_valid("PL" + found[0]) else found[0], text)
    text = _CARD.sub(lambda found: "[card]" if luhn.is_valid(re.sub(r"\D", "", found[0])) else found[0], text)
    text = _ORDER.sub(lambda found: f"{found['before']}[number]", text)
    text = _GROUPED.sub(lambda found: "[number]" if _names_a_person(found[0]) else found[0], text)
    return _LONG.sub("[number]", _mask_phones(text, _regions_of(language)))


def _names_a_person(written: str) -> bool:
    """A personal number of Poland, Croatia, Romania or Slovenia in groups, or a Polish tax number."""
    digits = re.sub(r"\D", "", written)
    if len(digits) == 10:
        return _NIP.fullmatch(written) is not None and nip.is_valid(digits)
    return any(is_valid(digits) for is_valid in _PERSONAL.get(len(digits), ()))


def _regions_of(language: str | None) -> Iterable[str]:
    own = _REGIONS.get((language or "").split("-")[0].lower(), ())
    return dict.fromkeys((*own, *_ALWAYS))


def _mask_phones(text: str, regions: Iterable[str]) -> str:
    """Valid phone numbers only (libphonenumber's own judgement), so that a price or a date is no phone."""
    if not re.search(r"\d[\d\s().-]{5,}\d", text):
        return text
    for region in regions:
        matches = list(
            phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.VALID, max_tries=200)
        )
        for found in reversed(matches):
            text = text[: found.start] + "[phone]" + text[found.end :]
    return text
