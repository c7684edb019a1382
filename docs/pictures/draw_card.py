"""Draws README's picture of a card: the payload a demo sent to its Slack, as Slack lays such blocks out.

    repwatch demo --out DIR && python docs/pictures/draw_card.py DIR

Needs Chromium, a font with emoji and the extra "dev". Only the loopback address of the played site is
replaced, by an example's.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from storage.records import OutboxKind, OutboxState
from storage.store import open_store

OUT = Path(__file__).with_name("card.png")
# Whose card: a short text, a growing thread, a draft in a language other than ours; and what its site is called there.
AUTHOR, SITE = "marta_k", "forum.example"
_LOOPBACK = re.compile(r"127\.0\.0\.1(:\d+)?")
_DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<https?:[^|>]*\|([^>]*)>")
_EMOJI = {
    "eyes": "👀", "white_check_mark": "✅", "zzz": "💤", "no_entry_sign": "🚫", "question": "❓",
    "crescent_moon": "🌙", "mute": "🔇",
}  # fmt: skip
_CSS = """
body { margin: 0; background: #fff; font: 15px/1.46 "Liberation Sans", Arial, sans-serif; color: #1d1c1d; }
#card { width: 700px; padding: 14px 18px 16px; display: flex; gap: 10px; }
.face { width: 36px; height: 36px; border-radius: 8px; background: #0b5c56; color: #fff; font: 700 19px/36px sans-serif;
        text-align: center; flex: none; }
.who b { font-size: 15px; } .who i { font: 700 10px sans-serif; background: #e8e8e8; color: #616061; padding: 1px 4px;
        border-radius: 3px; margin: 0 6px; } .who span { color: #616061; font-size: 12px; }
h1 { font-size: 18px; margin: 4px 0 6px; } p { margin: 6px 0; }
.context { color: #616061; font-size: 12.5px; margin: 6px 0; }
.context span + span::before { content: "   ·   "; white-space: pre; }
blockquote { margin: 4px 0; padding-left: 12px; border-left: 4px solid #ddd; }
pre { margin: 4px 0; padding: 8px; background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; font: 12.5px/1.5
      "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
a { color: #1264a3; } button { font: 700 13px sans-serif; background: #fff; border: 1px solid #bbb; border-radius: 4px;
      padding: 5px 10px; margin: 2px 6px 2px 0; }
"""


def main(folder: Path) -> None:
    with open_store(str(folder / "repwatch.db")) as store:
        cards = [row.payload for row in store.outbox(OutboxState.SENT, 1000) if row.kind is OutboxKind.CARD]
    payload = next(card for card in cards if AUTHOR in json.dumps(card))
    OUT.write_bytes(picture(page(json.loads(_LOOPBACK.sub(SITE, json.dumps(payload))))))
    sys.stdout.write(f"{OUT.name}: {OUT.stat().st_size // 1024} KB\n")


def page(payload: Mapping[str, Any]) -> str:
    """The blocks of a message as a page of HTML; every text of it is escaped."""
    body = "\n".join(part for block in payload["blocks"] for part in _block(block))
    who = '<div class="who"><b>repwatch</b><i>APP</i><span>10:00</span></div>'
    card = f'<div id="card"><div class="face">r</div><div>{who}{body}</div></div>'
    return f'<meta charset="utf-8"><style>{_CSS}</style>{card}'


def picture(html: str) -> bytes:
    """PNG in few colours: text needs no more."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        sheet = browser.new_page(device_scale_factor=1.6, viewport={"width": 760, "height": 900})
        sheet.set_content(html)
        drawn = sheet.locator("#card").screenshot()
        browser.close()
    small = BytesIO()
    Image.open(BytesIO(drawn)).convert("RGB").quantize(96).save(small, "PNG", optimize=True)
    return small.getvalue()


def _block(block: Mapping[str, Any]) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield f"<h1>{_marked(block['text'])}</h1>"
        case "section":
            yield f"<p>{_marked(block['text'])}</p>"
        case "context":
            yield f'<div class="context">{"".join(f"<span>{_marked(one)}</span>" for one in block["elements"])}</div>'
        case "actions":
            yield "".join(
                f"<button>{_marked(one.get('text') or one['placeholder'])}</button>" for one in block["elements"]
            )
        case "rich_text":
            yield from (_rich(one) for one in block["elements"])
        case other:
            raise ValueError(f"a card holds a block this drawing does not know: {other}")


def _rich(element: Mapping[str, Any]) -> str:
    tag = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}.get(element["type"], "p")
    return f"<{tag}>{_pieces(element['elements'])}</{tag}>"


def _pieces(pieces: Sequence[Mapping[str, Any]]) -> str:
    return "".join(escape(str(piece.get("text") or piece.get("url") or "")) for piece in pieces)


def _marked(text: Mapping[str, Any]) -> str:
    """Slack's markup as HTML: bold, dates, links, emoji. Its three escapes are HTML's own; plain text has none."""
    said = str(text["text"])
    if text["type"] == "plain_text":
        said = escape(said)
    said = _LINK.sub(r"<a>\1</a>", _DATE.sub(r"\1", said))
    said = re.sub(r":(\w+):", lambda found: _EMOJI.get(found[1], found[0]), said)
    return re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", said).replace("\n", "<br>")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
