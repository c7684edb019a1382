"""Is this author the brand? Ids beat names: a handle can be given up and taken by somebody else."""

from __future__ import annotations

from collections.abc import Iterable

from storage.records import Brand


def is_brand_account(brands: Iterable[Brand], source: str, *names: str | None) -> bool:
    """Whether one of the author's ids, handles or names is a configured account of one of the brands.

    Handles are compared without case, without a leading @ or u/; ids as they are.
    """
    accounts = {_plain(account) for brand in brands for account in brand.accounts_on(source)}
    return any(_plain(name) in accounts for name in names if name)


def _plain(name: str) -> str:
    return name.strip().removeprefix("/").removeprefix("u/").removeprefix("@").casefold()
