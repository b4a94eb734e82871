"""Whether a name may be read as another one: by a machine that folds case and width, or by a person. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

_MARKS: Final = frozenset({"Mn", "Me", "Cf"})


def may_be_read_as(word: str, name: str) -> bool:
    """Whether a word is a name but for case, width, accents, invisible signs, or foreign letters in some places.

    Which foreign letters look like which is not listed: any letter beyond ASCII may stand for any other. So a word
    that differs from a name only in such letters counts as that name; it is for denying, where too much is safe.
    """
    one, other = _folded(word), _folded(name)
    return len(one) == len(other) and all(a == b or not a.isascii() for a, b in zip(one, other, strict=True))


def _folded(word: str) -> str:
    # Case first and last: folding may yield compatibility characters, and those may yield capitals.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word.casefold()).casefold())
    return "".join(char for char in plain if unicodedata.category(char) not in _MARKS).strip()
