"""The shipped model itself: small, whole, and right about texts of our own writing."""

from __future__ import annotations

import gzip
import json

import pytest

from classifier.files import TOKENIZER, WEIGHTS, open_weights
from classifier.model import SentimentModel

MOST_BYTES = 48_000_000


def test_the_files_are_whole_and_small() -> None:
    folder, _ = open_weights(thorough=True)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= MOST_BYTES
    assert (WEIGHTS / "LICENSE").read_text().count("CC BY-SA 4.0")


CLEAR = [
    ("pl", "negative", "Paczka przyszła rozbita, a na reklamację nikt nie odpowiada od dwóch tygodni."),
    ("pl", "positive", "Bardzo miła obsługa i szybka dostawa, na pewno wrócę."),
    ("pl", "negative", "nie polecam, strata pieniedzy i nerwow"),
    ("ro", "negative", "Cel mai prost serviciu, am plătit și nu am primit nimic."),
    ("ro", "positive", "Foarte mulțumită de comandă, recomand cu drag!"),
    ("ru", "negative", "Ужасное отношение к клиентам, деньги так и не вернули."),
    ("ru", "positive", "Всё понравилось, спасибо за быструю доставку!"),
    ("sl", "negative", "Obupna izkušnja, telefon se je pokvaril in denarja nočejo vrniti."),
    ("sl", "positive", "Odlična storitev in prijazno osebje, toplo priporočam."),
    ("en", "negative", "Charged me twice and support just keeps ignoring my emails."),
    ("en", "positive", "Honestly the best customer service I have had in years."),
    ("th", "negative", "บริการแย่มาก รอนานและพนักงานไม่สุภาพ"),
    ("th", "positive", "อร่อยมาก พนักงานน่ารัก จะกลับมาอีกแน่นอน"),
    ("de", "negative", "Nie wieder! Ware kaputt angekommen und keiner meldet sich."),
    ("cs", "positive", "Skvělý obchod, všechno dorazilo včas a v pořádku."),
    ("hr", "negative", "Katastrofa od usluge, nikome ne preporučujem."),
    ("es", "negative", "Pésima atención, llevo un mes esperando el reembolso."),
    ("zh", "positive", "质量很好，发货很快，非常满意。"),
]


@pytest.mark.parametrize(("language", "label", "text"), CLEAR)
def test_a_clear_text_is_read_as_a_person_reads_it(
    shipped: SentimentModel, language: str, label: str, text: str
) -> None:
    (answer,) = shipped.score([text])
    assert answer is not None
    assert (answer.label, answer.language) == (label, language)


NEUTRAL = [
    "The shop on Main Street opens at nine on weekdays.",
    "O której otwieracie w niedzielę?",
    "Компания объявила о выходе новой версии приложения.",
    "Kje najdem številko naročila?",
]


@pytest.mark.parametrize("text", NEUTRAL)
def test_a_question_or_a_notice_is_no_complaint(shipped: SentimentModel, text: str) -> None:
    (answer,) = shipped.score([text])
    assert answer is not None and answer.label != "negative"


TOPICAL = [
    ("billing_refund", "Мне дважды списали деньги и отказываются сделать возврат."),
    ("staff_service", "Osebje je bilo nesramno in nas je ignoriralo."),
    ("website_app", "Aplicația se blochează de fiecare dată când încerc să mă conectez."),
    ("no_answer", "I have written five emails and nobody ever replied."),
]


@pytest.mark.parametrize(("topic", "text"), TOPICAL)
def test_the_topic_of_a_plain_complaint_is_found(shipped: SentimentModel, topic: str, text: str) -> None:
    (answer,) = shipped.score([text])
    assert answer is not None and topic in answer.topics


def test_every_letter_is_known() -> None:
    """Single characters stay in the trimmed vocabulary, so that no word of a supported script is unknown."""
    from tokenizers import Tokenizer

    spec = json.loads(gzip.decompress((WEIGHTS / TOKENIZER).read_bytes()))
    tokenizer = Tokenizer.from_str(json.dumps(spec))
    letters = (
        "ąćęłńóśźż ăâîșț čšžđ ўґїєі ъы äöüß ğış ñ éèêë ő ű å ø æ ķļņ 中文字 かカ 한국 ไทย العربية हिन्दी ελληνικά עברית"
    )
    assert tokenizer.encode(letters).ids.count(spec["model"]["unk_id"]) == 0


def test_a_cold_process_answers() -> None:
    """How soon is measured by benchmarks/model.py."""
    import subprocess
    import sys

    code = "from classifier.model import load_model; print(load_model().score(['Nigdy więcej!'])[0].label)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "negative"


def test_torch_is_not_imported() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from classifier.model import load_model; load_model().score(['ok then'])\n"
        "print(sorted({'torch', 'transformers', 'onnx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
