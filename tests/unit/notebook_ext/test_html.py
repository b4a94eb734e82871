from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from notebook_ext.cases import Case
from notebook_ext.html import file_name, form_html, frozen_html, run_html, run_text, trouble_html
from notebook_ext.icons import icon_svg
from notebook_ext.view import Count, Failure, RunView
from zof_core import Artifact

VOID = {"circle", "path", "br"}
HOSTILE = '<img src=x onerror="alert(1)">&\'</pre></section><script>'


class _Checker(HTMLParser):
    """Tells which elements and attributes there are, and that all are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(html: str) -> _Checker:
    checker = _Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == []
    return checker


def view(text: str = "text", **fields: object) -> RunView:
    base: dict[str, object] = {
        "run_id": text,
        "title": text,
        "status": text,
        "word": text,
        "icon": text,
        "tone": "bad",
        "project": text,
        "environment": text,
        "url": "https://zof.example/runs/1",
        "total": 4,
        "done": 3,
        "counts": (Count("failed", text, "cross", "bad", 3, 75.0),),
        "now": text,
        "cases": (Case(text, text, text, "good", text),),
        "cases_more": 2,
        "expected_end": 99.5,
        "expected_by": text,
        "artifacts": (Artifact(id=text, name=text, size_bytes=2048, url="https://zof.example/a"),),
        "failures": (Failure(text, text, text, "cross", "bad", text),),
        "failures_more": 2,
        "duration": "3 s",
        "ticking_since": 12.5,
        "times": text,
        "as_of": "as of then",
        "notice": text,
        "can_cancel": True,
    }
    return RunView(**{**base, **fields})  # type: ignore[arg-type]  # a test's shorthand


ALLOWED = {
    *(
        "section",
        "div",
        "span",
        "strong",
        "ul",
        "li",
        "b",
        "i",
        "code",
        "a",
        "button",
        "pre",
        "details",
        "summary",
        "ol",
        "small",
    ),
    *("svg", "path", "circle", "style"),
}


@given(st.text() | st.just(HOSTILE))
def test_no_text_becomes_markup(text: str) -> None:
    for html in (
        run_html(view(text), live=True),
        run_html(view(text), live=False),
        form_html([(text, text)], hint=text, code=[text]),
    ):
        found = checked(html)
        assert found.tags <= ALLOWED
        assert not any(name.startswith("on") for name in found.attributes)


def test_live_has_what_needs_a_kernel_and_frozen_has_not() -> None:
    live, frozen = run_html(view(), live=True), run_html(view(), live=False)
    assert 'data-zof="cancel"' in live
    assert "data-since" in live
    assert "button" not in frozen
    assert "data-since" not in frozen
    assert "3 s" in frozen
    assert "3 s" not in live  # the browser's clock says it, so that time alone is no change
    assert "as of then" in frozen
    assert "as of then" not in live


def test_a_cancelled_click_cannot_be_repeated() -> None:
    html = run_html(view(cancelling=True), live=True)
    assert "Cancelling" in html
    assert "disabled" in html
    assert 'data-zof="cancel"' not in html


def test_status_is_a_word_and_an_icon_and_progress_has_a_name() -> None:
    html = run_html(view(word="Failed", icon="cross"), live=False)
    assert 'role="status"' in html
    assert "<span>Failed</span>" in html
    assert "<svg" in html
    assert 'role="progressbar"' in html
    assert 'aria-valuetext="3 of 4 cases"' in html


def test_links_open_elsewhere_without_a_way_back() -> None:
    html = run_html(view(), live=False)
    assert 'href="https://zof.example/runs/1" target="_blank" rel="noopener noreferrer"' in html
    assert "<a " not in run_html(view(url=""), live=False)


def test_only_the_first_failure_is_open() -> None:
    failures = (
        Failure("a", "", "Failed", "cross", "bad", "x"),
        Failure("b", "", "Failed", "cross", "bad", "y"),
    )
    html = run_html(view(failures=failures, failures_more=0, cases=()), live=False)
    assert html.count("<details open>") == 1
    assert html.count("<details>") == 1
    assert "more" not in html.replace("zof-more", "")


def test_the_frozen_output_brings_its_style_and_names_no_other_place() -> None:
    html = frozen_html(trouble_html("One sentence."))
    assert html.startswith("<style>")
    assert "One sentence." in html
    assert "url(" not in html
    assert "@import" not in html


def test_text_says_the_same_in_lines() -> None:
    lines = run_text(view(word="Failed", title="PR smoke", notice="", now="", text="t")).splitlines()
    assert lines[0] == "Failed: PR smoke"
    assert lines[1] == "t · t · t"
    assert lines[2] == "3 of 4 cases; 3 t; 3 s"
    assert "- t (t): t" in lines
    assert "And 2 more" in lines


def test_every_status_of_the_core_has_an_icon_of_its_own() -> None:
    icons = {
        icon_svg(name) for name in ("clock", "play", "check", "cross", "alert", "stop", "skip", "question")
    }
    assert len(icons) == 8
    assert icon_svg("made-up") not in icons
    assert 'aria-label="&lt;b&gt;"' in icon_svg("check", "<b>")


def test_the_expected_end_ticks_in_a_live_panel_only() -> None:
    live, frozen = (run_html(view(), live=live) for live in (True, False))
    assert '<span class="zof-left" data-until="99.5" title="Expected: text"></span>' in live
    assert "data-until" not in frozen


def test_files_are_buttons_while_a_kernel_is_there_to_fetch_them() -> None:
    live, frozen = (run_html(view("run_1"), live=live) for live in (True, False))
    assert '<button type="button" class="zof-file" data-zof="save" data-id="run_1"' in live
    assert "2 kB" in live
    assert "<button" not in frozen
    assert "%zof artifacts run_1" in frozen
    assert "https://zof.example/a" not in live + frozen


def test_a_files_name_holds_no_directory() -> None:
    for name in ("../../etc/passwd", "..\\..\\passwd", "/passwd", "a/b/passwd"):
        assert file_name(Artifact(id="art_1", name=name)) == "passwd"
    for name in ("", "..", "a/", " . "):
        assert file_name(Artifact(id="art/1", name=name)) == "art_1"


def test_the_list_of_cases_is_folded_under_the_one_at_hand() -> None:
    html = run_html(view("at hand"), live=True)
    assert '<summary class="zof-now"><span>at hand</span></summary>' in html
    assert "And 2 more" in html
