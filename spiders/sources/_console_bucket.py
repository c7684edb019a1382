"""Google Play's exports in their bucket (gs://pubsite_prod_rev_…/reviews): the addresses to ask, the list read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from spiders.shapes import name_of, trees, words

# A bucket and a folder in it; what the Play Console calls its "Cloud Storage URI".
_BUCKET = re.compile(r"gs://([a-z0-9][a-z0-9._-]{1,220})/?(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One object of a bucket; `mark` changes with its content."""

    name: str
    mark: str

    @property
    def file(self) -> str:
        return self.name.rsplit("/", 1)[-1]


def bucket_of(folder: str) -> tuple[str, str] | None:
    """Bucket and prefix of a gs:// address; None for a folder on this machine."""
    found = _BUCKET.match(folder.strip())
    return (found[1], found[2].strip("/")) if found else None


def list_address(api: str, bucket: str, prefix: str, page: str | None) -> str:
    """Form: cloud.google.com/storage/docs/json_api/v1/objects/list"""
    asked = {"prefix": f"{prefix}/" if prefix else None, "fields": "kind,nextPageToken,items(name,generation)"}
    given = {key: value for key, value in {**asked, "pageToken": page}.items() if value}
    return f"{api}/storage/v1/b/{quote(bucket, safe='')}/o?{urlencode(given)}"


def media_address(api: str, bucket: str, name: str) -> str:
    """Form: cloud.google.com/storage/docs/json_api/v1/objects/get"""
    return f"{api}/storage/v1/b/{quote(bucket, safe='')}/o/{quote(name, safe='')}?alt=media"


def objects_in(data: Any) -> Iterator[Stored]:
    """The objects of a list; an empty bucket has no list at all."""
    for row in trees(data, "items"):
        if name := words(row, "name"):
            yield Stored(name=name, mark=name_of(row, "generation") or "")


def is_list(data: Any) -> bool:
    return words(data, "kind") == "storage#objects"
