"""`[[brand]]`: what is watched, under which names, and which accounts are the brand's own."""

from __future__ import annotations

from collections.abc import Collection

from bot.settings import kinds
from bot.settings.section import Section
from storage.records import Brand


def read_brands(root: Section, sources: Collection[str]) -> tuple[Brand, ...]:
    """All brands; a file without one, two of the same name, or none that is not a competitor are problems."""
    brands: list[Brand] = []
    for section in root.listed("brand"):
        brand = _brand(section, sources)
        if brand and any(brand.name == other.name for other in brands):
            section.wrong("name", brand.name, "a name no other [[brand]] has")
        elif brand:
            brands.append(brand)
    if not root.values.get("brand"):
        root.problems.add((), 'no [[brand]]: add one with name = "…" and, where it differs, terms = ["…"]')
    elif brands and all(brand.is_competitor for brand in brands):
        root.problems.add(("brand",), "every brand is a competitor: one must be yours, or nothing would ever be told")
    return tuple(brands)


def _brand(section: Section, sources: Collection[str]) -> Brand | None:
    name = section.text("name", required=True)
    terms = section.texts("terms")
    brand = Brand(
        name=name or "",
        terms=terms or ((name,) if name else ()),
        exclude=section.texts("exclude"),
        require=section.texts("require"),
        accounts=section.read("accounts", kinds.table(kinds.many(kinds.text)), {}),
        is_competitor=section.flag("competitor"),
    )
    # Becomes a pause of the alerts (parts.read_alerts).
    section.flag("paused")
    for number, term in enumerate(terms):
        if sum(sign.isalnum() for sign in term) < 2:
            section.wrong(("terms", number), term, "a term of at least two letters or digits")
    for source in brand.accounts:
        if source != "*" and source not in sources:
            known = sorted(sources)
            section.problems.add(
                (*section.path, "accounts", source),
                f'no source of that name{kinds.closest(source, known)}; allowed: {", ".join(known)}, or "*" for all',
            )
    section.close()
    return brand if name else None


def known_brands(section: Section, key: str, names: tuple[str, ...], brands: tuple[Brand, ...]) -> tuple[Brand, ...]:
    """The brands that a section names; an unknown name is a problem with the nearest known one."""
    known = {brand.name.casefold(): brand for brand in brands}
    found = []
    for name in names:
        brand = known.get(name.casefold())
        if brand:
            found.append(brand)
        else:
            allowed = [brand.name for brand in brands]
            section.wrong(
                key, name, f"the name of a [[brand]]: {', '.join(allowed) or 'none yet'}{kinds.closest(name, allowed)}"
            )
    return tuple(found)
