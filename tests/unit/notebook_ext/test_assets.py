"""What panels send to the page is the same code, without its idle white space."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notebook_ext import assets
from notebook_ext.assets import compact

STATIC = Path(assets.__file__).parent / "static"


@pytest.mark.parametrize("place", sorted(STATIC.iterdir()), ids=lambda place: place.name)
def test_nothing_but_white_space_and_comments_is_taken_out(place: Path) -> None:
    text = place.read_text(encoding="utf-8")
    small = compact(text, place.suffix[1:])
    assert "\n//" not in small
    assert compact(small, place.suffix[1:]) == small
    strings = re.compile(r'"[^"\n]*"|`[^`]*`')
    for kept in strings.findall("\n".join(line for line in text.splitlines() if not _comment(line))):
        assert kept in small
    text = re.sub(r"(?<=[;{},]) +//.*", "", text)
    assert _bare(small) == _bare("\n".join(line for line in text.splitlines() if not _comment(line)))


@pytest.mark.parametrize("name", [name for name in vars(assets) if name.endswith("_ESM")])
def test_a_panel_is_sent_every_function_that_it_calls(name: str) -> None:
    ours = set(
        re.findall(
            r"^function (\w+)",
            "\n".join(place.read_text("utf-8") for place in STATIC.glob("*.js")),
            re.MULTILINE,
        )
    )
    module = getattr(assets, name)
    called = {word for word in re.findall(r"(?<![\w.])(\w+)\(", module) if word in ours}
    assert called
    assert called <= set(re.findall(r"function (\w+)", module)) | {"render"}  # which each module exports


def test_strings_keep_their_spaces() -> None:
    assert compact('  const a = "x = y, z";\n// no\n  f(a, `b > ${c}`);  // no', "js") == (
        'const a="x = y, z";f(a,`b > ${c}`);\n'
    )
    assert (
        compact(".a > b:hover { color: red; margin: 0 1px; }", "css") == ".a>b:hover{color:red;margin:0 1px}"
    )


def _comment(line: str) -> bool:
    return line.strip().startswith(("//", "/*", "* ", "*/"))


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).replace(";}", "}")  # so a rule ends in a style
