"""Which brand a mention belongs to: by its own words, by what it answers, or by its thread; the rest is dropped and
counted."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from spiders.owner import is_brand_account
from spiders.terms import BrandTerms
from storage.records import Brand, Kind, Mention, Thread

Key = tuple[str, str]


class BrandSorter:
    """Sets the brand of mentions, one page after another. A reply seen before what it answers waits for it.

    A thread is a brand's when its first mention or its title names the brand, or when it is followed for it; below any
    mention that names the brand, its answers belong to it too.
    """

    def __init__(
        self,
        brands: Sequence[Brand],
        *,
        takes_all: bool = False,
        followed: Iterable[Thread] = (),
        titles: Mapping[Key, str] | None = None,
        most_waiting: int = 20_000,
    ) -> None:
        self._brands = {brand.name: brand for brand in brands}
        self._terms = {brand.name: BrandTerms(brand) for brand in brands}
        self._takes_all = takes_all
        self._titles = titles if titles is not None else {}
        self._said: defaultdict[Key, set[str]] = defaultdict(set)
        self._threads: defaultdict[Key, set[str]] = defaultdict(set)
        # By thread, oldest thread first, so that what overflows is what was waited for longest.
        self._waiting: OrderedDict[Key, list[Mention]] = OrderedDict()
        self._waiting_count = 0
        self._most_waiting = most_waiting
        self.dropped = 0
        for thread in followed:
            self._know(thread)

    def sort(self, mentions: Iterable[Mention]) -> list[Mention]:
        """The mentions of one page that belong to a brand, and those that waited for one of them; once for each
        brand."""
        if not self._brands:
            return list(mentions)
        sorted_out: list[Mention] = []
        for mention in mentions:
            sorted_out += self._take(mention)
        return sorted_out

    def close(self) -> int:
        """How many were dropped in all, now that nothing waits any longer."""
        self.dropped += self._waiting_count
        self._waiting.clear()
        self._waiting_count = 0
        return self.dropped

    def _take(self, mention: Mention) -> list[Mention]:
        names = self._names(mention)
        if not names:
            self._wait(mention)
            return []
        self._said[_own(mention)] |= names
        if mention.is_root:
            self._threads[_thread(mention)] |= names
        found = [self._for_brand(mention, self._brands[name]) for name in sorted(names)]
        for waiting in self._called(mention):
            found += self._take(waiting)
        return found

    def _names(self, mention: Mention) -> set[str]:
        if self._takes_all:
            # A page is of one brand, whatever else its reviews compare it with.
            own = (brand.name for brand in self._brands.values() if not brand.is_competitor)
            return {next(own, next(iter(self._brands)))}
        texts = (mention.title, mention.text)
        named = {name for name, terms in self._terms.items() if terms.named_in(*texts, language=mention.language)}
        named |= self._threads.get(_thread(mention), set()) | self._said.get(_own(mention), set())
        if mention.parent_id:
            named |= self._said.get((mention.instance, mention.parent_id), set())
        if title := self._titles.get(_thread(mention)):
            named |= {name for name, terms in self._terms.items() if terms.named_in(title)}
        return named

    def _called(self, mention: Mention) -> list[Mention]:
        """Those waiting in this thread that may belong now; they are asked again, and wait again if not."""
        waiting = self._waiting.get(_thread(mention), [])
        ready = [w for w in waiting if mention.is_root or w.parent_id == mention.external_id]
        if ready:
            left = [w for w in waiting if w not in ready]
            self._waiting[_thread(mention)] = left
            self._waiting_count -= len(ready)
        return ready

    def _wait(self, mention: Mention) -> None:
        self._waiting.setdefault(_thread(mention), []).append(mention)
        self._waiting_count += 1
        while self._waiting_count > self._most_waiting:
            _, longest = self._waiting.popitem(last=False)
            self._waiting_count -= len(longest)
            self.dropped += len(longest)

    def _know(self, thread: Thread) -> None:
        if thread.brand not in self._brands:
            return
        root = next((m for m in thread.mentions if m.is_root), None)
        # Where only a reply named the brand, only what is below the known ones is the brand's.
        if root is not None:
            self._threads[thread.instance, thread.external_id].add(thread.brand)
        for mention in thread.mentions:
            self._said[_own(mention)].add(thread.brand)

    def _for_brand(self, mention: Mention, brand: Brand) -> Mention:
        if mention.is_owner_reply and self._is_of_another(mention, brand):
            # Another brand answered; for this one it is a voice like any other.
            return replace(mention, brand=brand.name, is_owner_reply=False, kind=Kind.COMMENT)
        return replace(mention, brand=brand.name)

    def _is_of_another(self, mention: Mention, brand: Brand) -> bool:
        names = (mention.author_id, mention.author)
        others = [other for other in self._brands.values() if other is not brand]
        return is_brand_account(others, mention.source, *names) and not is_brand_account(
            [brand], mention.source, *names
        )


def _own(mention: Mention) -> Key:
    return mention.instance, mention.external_id


def _thread(mention: Mention) -> Key:
    return mention.instance, mention.thread_id
