"""The panel without a kernel: a channel that notes what it is told, and outputs that note their updates."""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import comm
import pytest
import traitlets
from ipywidgets.widgets.widget import _instances

from notebook_ext import frontend, panel
from notebook_ext.frontend import WIDGET_MIME, Execution
from notebook_ext.loop import LoopThread, shared_loop
from notebook_ext.panel import MIN_SECONDS_BETWEEN_UPDATES, Panel


class Channel(comm.base_comm.BaseComm):  # type: ignore[misc]  # comm has no types
    """Notes what goes out."""

    log: list[tuple[str, dict[str, Any], float]] = []  # noqa: RUF012  emptied by the fixture

    def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
        self.log.append((msg_type, data or {}, time.monotonic()))


class Shown:
    """One output of a cell."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self.bundles = [dict(bundle)]

    def update(self, bundle: Mapping[str, Any], *, raw: bool) -> None:
        assert raw
        self.bundles.append(dict(bundle))


class Plain(Panel):
    """The least panel there is."""

    _esm = "export default {}"
    panel = traitlets.Dict().tag(sync=True)

    def __init__(self, loop: LoopThread) -> None:
        self.lefts = 0
        self.opens = 0
        self.messages: list[Mapping[str, Any]] = []
        super().__init__(loop)

    def html(self, *, live: bool) -> str:
        return f"{self.panel.get('html', '')}{' live' if live else ''}"

    def text(self) -> str:
        return "text"

    def opened(self) -> None:
        self.opens += 1

    def left(self) -> None:
        self.lefts += 1

    def heard(self, message: Mapping[str, Any]) -> None:
        self.messages.append(message)


@pytest.fixture(autouse=True)
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(comm, "create_comm", Channel)
    Channel.log = []
    panel._in_cell.clear()
    yield
    panel._in_cell.clear()


class Cell:
    """Shows panels as a cell does; each `run` is one execution."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *, headless: bool = False, cell_id: str = "cell"
    ) -> None:
        self.outputs: list[Shown] = []
        self._patch = monkeypatch
        self._count = itertools.count()
        self._headless = headless
        self._cell_id = cell_id

    def run(self, *panels: Panel) -> list[Shown]:
        execution = Execution(self._cell_id, f"message {next(self._count)}", self._headless)
        shown: list[Shown] = []
        self._patch.setattr(frontend, "current_execution", lambda: execution)
        self._patch.setattr(frontend, "show", lambda bundle: shown.append(Shown(bundle)) or shown[-1])
        for one in panels:
            one._ipython_display_()
        return shown


def sent(kind: str) -> list[dict[str, Any]]:
    return [data for msg_type, data, _ in Channel.log if msg_type == kind]


def settle() -> None:
    """Waits until all that was handed to the loop thread is done."""

    async def idle() -> None:
        mine = asyncio.current_task()
        while others := [task for task in asyncio.all_tasks() if task is not mine]:
            await asyncio.wait(others)

    shared_loop().run(idle(), 10)


def test_nothing_opens_until_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Plain(shared_loop())
    assert Channel.log == []
    [output] = Cell(monkeypatch).run(one)
    assert len(sent("comm_open")) == 2
    assert output.bundles[0][WIDGET_MIME]["model_id"] == one.model_id
    assert one.opens >= 1


def test_where_nobody_looks_it_is_html_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Plain(shared_loop())
    [output] = Cell(monkeypatch, headless=True).run(one)
    assert Channel.log == []
    assert set(output.bundles[0]) == {"text/html", "text/plain"}

    async def write() -> None:
        one.write(panel={"html": "new"})

    shared_loop().run(write())
    settle()
    assert "new" in output.bundles[-1]["text/html"]


def test_writes_come_at_most_five_times_a_second_and_only_if_something_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = Plain(shared_loop())
    Cell(monkeypatch).run(one)

    async def flood() -> None:
        for number in range(60):
            one.write(panel={"html": str(number)})
            await asyncio.sleep(0.01)

    shared_loop().run(flood())
    settle()
    updates = [(data["state"]["panel"]["html"], at) for kind, data, at in Channel.log if kind == "comm_msg"]
    assert updates[-1][0] == "59"
    assert all(later - sooner >= 0.18 for (_, sooner), (_, later) in itertools.pairwise(updates))

    async def again() -> None:
        one.write(panel={"html": "59"})

    shared_loop().run(again())
    settle()
    assert len(sent("comm_msg")) == len(updates)


def test_freezing_sends_the_end_once_more_replaces_the_output_and_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = Plain(shared_loop())
    [output] = Cell(monkeypatch).run(one)

    async def end() -> None:
        one.write(panel={"html": "the end"})
        await one.freeze()

    shared_loop().run(end())
    assert [data["state"]["panel"]["html"] for data in sent("comm_msg")] == ["the end", "the end"]
    final = output.bundles[-1]
    assert set(final) == {"text/html", "text/plain"}
    assert "the end" in final["text/html"]
    assert "live" not in final["text/html"].partition("</style>")[2]
    assert len(sent("comm_close")) == 2
    assert one.comm is None
    assert one._repr_mimebundle_()[0].keys() == {"text/html", "text/plain"}


def test_a_panel_somebody_still_sees_closes_when_they_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Plain(shared_loop())
    Cell(monkeypatch).run(one)
    one._handle_custom_msg({"op": "hello", "view": "v"}, [])
    shared_loop().run(one.freeze())
    assert one.comm is not None
    one._handle_custom_msg({"op": "bye", "view": "v"}, [])
    settle()
    assert one.comm is None


def test_a_panel_in_a_container_has_no_output_and_stays_open() -> None:
    one = Plain(shared_loop())
    assert one.model_id
    shared_loop().run(one.freeze())
    assert one.comm is not None
    one.close()


def test_running_the_cell_again_ends_the_panel_it_showed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    cell, first, second = Cell(monkeypatch), Plain(shared_loop()), Plain(shared_loop())
    cell.run(first)
    cell.run(second)
    settle()
    assert (first.lefts, first.comm) == (1, None)
    assert second.comm is not None
    assert len(sent("comm_close")) == 2


def test_the_same_panel_shown_again_or_elsewhere_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Plain(shared_loop())
    here, there = Cell(monkeypatch), Cell(monkeypatch, cell_id="other")
    here.run(one)
    here.run(one)
    there.run(one)
    here.run()
    here.run(Plain(shared_loop()))
    settle()
    assert one.lefts == 0
    assert one.comm is not None
    shared_loop().run(one.freeze())


def test_a_frozen_panel_can_be_shown_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    cell, one = Cell(monkeypatch), Plain(shared_loop())
    cell.run(one)
    shared_loop().run(one.freeze())
    opened = len(sent("comm_open"))
    [output] = cell.run(one)
    assert WIDGET_MIME in output.bundles[0]
    assert len(sent("comm_open")) == opened + 2


@pytest.mark.parametrize(
    "message", [None, 7, "x", [], {}, {"op": 1}, {"op": "hello"}, {"op": "hello", "view": 3}]
)
def test_odd_messages_do_no_harm(message: object) -> None:
    one = Plain(shared_loop())
    assert one.model_id
    one._handle_custom_msg(message, [])
    settle()
    assert one._views == set()
    one.close()


def test_forty_runs_of_a_cell_leave_one_panel_and_no_thread_more(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = Cell(monkeypatch)
    cell.run(Plain(shared_loop()))
    settle()

    def there() -> tuple[int, int]:
        return len(_instances), threading.active_count()

    before = there()
    for _ in range(40):
        cell.run(Plain(shared_loop()))
        settle()
    assert there() == before
    assert len(sent("comm_open")) - len(sent("comm_close")) == 2
    cell.run(last := Plain(shared_loop()))
    shared_loop().run(last.freeze())


def test_twenty_live_panels_send_five_updates_a_second_each_at_most_and_none_when_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panels = [Plain(shared_loop()) for _ in range(20)]
    Cell(monkeypatch).run(*panels)
    settle()
    Channel.log = []

    async def flood() -> None:
        for number in range(50):
            for one in panels:
                one.write(panel={"html": str(number)})
            await asyncio.sleep(0.01)

    begun = time.monotonic()
    shared_loop().run(flood())
    settle()
    took = time.monotonic() - begun
    assert len(sent("comm_msg")) <= 20 * (1 + took / MIN_SECONDS_BETWEEN_UPDATES)
    assert {one.panel["html"] for one in panels} == {"49"}
    Channel.log = []
    shared_loop().run(flood_of_the_same(panels))
    settle()
    assert sent("comm_msg") == []
    for one in panels:
        shared_loop().run(one.freeze())


async def flood_of_the_same(panels: list[Plain]) -> None:
    for one in panels:
        one.write(panel={"html": "49"})
