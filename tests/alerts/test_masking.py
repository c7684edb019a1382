"""What is taken out of a text before others read it, and what must stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.masking import mask_personal


@pytest.mark.parametrize(
    ("language", "text", "masked"),
    [
        pytest.param("en", "write to jan.k+x@shop.example.com now", "write to [e-mail] now", id="an e-mail address"),
        pytest.param(
            "pl", "dzwońcie 601 234 567 po 16", "dzwońcie [phone] po 16", id="a Polish mobile without a prefix"
        ),
        pytest.param("pl", "tel. +48 22 620 02 02", "tel. [phone]", id="a Warsaw number with prefix"),
        pytest.param("ro", "sunați la 0722 123 456", "sunați la [phone]", id="a Romanian mobile"),
        pytest.param("sl", "pokličite 041 234 567", "pokličite [phone]", id="a Slovene mobile"),
        pytest.param("ru", "звоните 8 (916) 123-45-67", "звоните [phone]", id="a Russian mobile with trunk 8"),
        pytest.param("pl", "PL61 1090 1014 0000 0712 1981 2874", "[IBAN]", id="a Polish IBAN"),
        pytest.param(
            "pl", "konto 61 1090 1014 0000 0712 1981 2874", "konto [IBAN]", id="a Polish account without country"
        ),
        pytest.param("ro", "cont RO49AAAA1B31007593840000", "cont [IBAN]", id="a Romanian IBAN"),
        pytest.param("sl", "TRR SI56 1910 0000 0123 438", "TRR [IBAN]", id="a Slovene IBAN"),
        pytest.param("en", "card 4111 1111 1111 1111", "card [card]", id="a payment card"),
        pytest.param("pl", "zamówienie nr 2026/11/4471", "zamówienie nr [number]", id="a Polish order"),
        pytest.param("ro", "comanda #90817263", "comanda #[number]", id="a Romanian order"),
        pytest.param("sl", "naročilo št. 5567821", "naročilo št. [number]", id="a Slovene order"),
        pytest.param("ru", "заказ № 77120934", "заказ № [number]", id="a Russian order"),
        pytest.param("en", "jan.k (at) shop.example", "[e-mail]", id="an e-mail address for people only"),
        pytest.param("pl", "(22) 620 02 02", "[phone]", id="a Warsaw number with its area in brackets"),
        pytest.param("pl", "nr przesyłki 00259007731234567890", "nr przesyłki [number]", id="a Polish shipment"),
        pytest.param("pl", "paczka InPost 520000011395200025754311", "paczka InPost [number]", id="a Polish parcel"),
        pytest.param("pl", "PESEL 44051401359", "PESEL [number]", id="a Polish personal number"),
        pytest.param(
            "pl", "PESEL 440514 01359, proszę", "PESEL [number], proszę", id="a Polish personal number in two"
        ),
        pytest.param("pl", "pesel: 44 05 14 01359.", "pesel: [number].", id="a Polish personal number in four"),
        pytest.param("pl", "PESEL 4405 1401 359", "PESEL [number]", id="a Polish personal number in three"),
        pytest.param("pl", "NIP 526-025-02-74", "NIP [number]", id="a Polish tax number with dashes"),
        pytest.param("pl", "NIP: 526 02 50 274", "NIP: [number]", id="a Polish tax number with spaces"),
        pytest.param("pl", "faktura na PL5260250274", "faktura na [number]", id="a Polish tax number with its country"),
        pytest.param("ro", "CNP 1 800101 221144", "CNP [number]", id="a Romanian personal number in groups"),
        pytest.param("sl", "EMŠO 0101006 500006", "EMŠO [number]", id="a Slovene personal number in groups"),
        pytest.param("hr", "OIB 33392005 961", "OIB [number]", id="a Croatian personal number in groups"),
        pytest.param("ro", "CNP 1960101123456", "CNP [number]", id="a Romanian personal number"),
        pytest.param(
            "ro", "numărul comenzii: 998877", "numărul comenzii: [number]", id="a Romanian order in the genitive"
        ),
        pytest.param("ro", "0722.123.456", "[phone]", id="a Romanian mobile with dots"),
        pytest.param("sl", "041/234-567", "[phone]", id="a Slovene mobile with a slash"),
        pytest.param("sl", "št. naročila 5567821", "št. naročila [number]", id="a Slovene order, number first"),
        pytest.param("sl", "EMŠO 0101006500006", "EMŠO [number]", id="a Slovene personal number"),
        pytest.param("ru", "89161234567", "[phone]", id="a Russian mobile in one piece"),
        pytest.param("ru", "р/с 40817810099910004312", "р/с [number]", id="a Russian account"),
        pytest.param("ru", "СНИЛС 112-233-445 95", "СНИЛС [number]", id="a Russian insurance number"),
        pytest.param("ru", "паспорт 4509 123456", "паспорт [number]", id="a Russian passport"),
        pytest.param("ru", "карта 4276 3800 1234 5678", "карта [number]", id="what looks like a card"),
        pytest.param("pl", "nr zam. 4471298", "nr zam. [number]", id="a Polish order, shortened"),
        pytest.param("pl", "zam. nr 4471298", "zam. nr [number]", id="a Polish order, shortened, number behind"),
        pytest.param("ro", "comanda mea 998877", "comanda mea [number]", id="my Romanian order"),
        pytest.param("ro", "comanda mea nr. 998877", "comanda mea nr. [number]", id="my Romanian order by its number"),
        pytest.param("sl", "naročilo številka 55678", "naročilo številka [number]", id="a Slovene order, in full"),
        pytest.param("en", "about #4471298 again", "about #[number] again", id="a number sign"),
        pytest.param("en", "jan[at]shop[dot]example", "[e-mail]", id="an e-mail address with its dot spelt out"),
        pytest.param("en", "order number is 123-4567890", "order number is [number]", id="an order in a sentence"),
        pytest.param("en", "my order ABC-12345-X never came", "my order [number] never came", id="an English order"),
    ],
)
def test_personal_numbers_are_masked(language: str, text: str, masked: str) -> None:
    assert mask_personal(text, language) == masked


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("kosztowało 1299,00 zł w 2026 roku", id="a price and a year"),
        pytest.param("since 2026-11-03, at 10:45", id="a date and a time"),
        pytest.param("order arrived in 14 days", id="the word order without a number"),
        pytest.param("5/5, 100 % happy", id="a score"),
        pytest.param("order of 3 items", id="a short number"),
        pytest.param("https://shop.example/p/2026111234567", id="a number in an address"),
        pytest.param("#2026 i #12345", id="hashtags and issue numbers"),
        pytest.param("wyniki 526-025-02-75 i 440514 01358", id="figures that only look like personal numbers"),
        pytest.param("2024-01-15 2024-02-15", id="two dates"),
        pytest.param("12 500 000 000 złotych", id="billions"),
        pytest.param("https://shop.example/44/05/14-01359", id="a personal number's figures in an address"),
        pytest.param("1000000 złotych i 500 600 opinii", id="large round figures"),
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_personal(text, "pl") == text


@given(st.text(max_size=400))
def test_masking_never_fails_and_is_stable(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once) == once
