"""The form that starts a run, with the run's live panel under it."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import traitlets

from notebook_ext import form_model, offers
from notebook_ext.assets import CODE_CSS, FORM_CSS, FORM_ESM, PANEL_CSS
from notebook_ext.code import magic_code, python_code
from notebook_ext.connection import CALL_SECONDS, connect
from notebook_ext.form_model import FormValue
from notebook_ext.handle import RunHandle
from notebook_ext.html import fields_text, form_html
from notebook_ext.panel import Panel
from notebook_ext.run_panel import RunContent
from notebook_ext.seen import remember
from zof_core import (
    AsyncZofClient,
    Run,
    ZofApiError,
    ZofClient,
    ZofConnectionError,
    ZofDecodeError,
    ZofServerError,
    ZofTimeoutError,
    deadline,
)
from zof_core.catalogue import Catalogue
from zof_core.wording import error_sentences

_UNKNOWN_OUTCOME = (ZofConnectionError, ZofTimeoutError, ZofServerError, ZofDecodeError)
"""After these nobody knows whether the run was started, so the next click must not start a second one."""

_ENDED_HINT = "Run this cell again to start another run."
_STATIC_HINT = "Nobody can fill in this form here: it needs a notebook with a kernel."


class RunForm(Panel):
    """Project, environment and suite (or cases); Start run; and under it the run, live.

    `form.value` is what is chosen, and can be set and observed; `form.run` is the run that was started last.

    Args:
        client: whose settings to use; by default those of the environment (`ZOF_API_KEY`, `ZOF_BASE_URL`).
        catalogue: the names to offer, or the TOML file that holds them; by default the one `ZOFOPS_CONFIG` names.
        project: id of the project to begin with.
        environment: label of the environment to begin with; never assumed.
        suite: id of the suite to begin with.
        cases: ids of cases to begin with, instead of a suite.
        poll_interval: seconds between two readings of the run.

    Raises:
        ZofValidationError: the catalogue cannot be read.
    """

    _esm = FORM_ESM
    _css = PANEL_CSS + FORM_CSS
    _frozen_css = CODE_CSS

    value = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    panel = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        client: ZofClient | AsyncZofClient | None = None,
        *,
        catalogue: Catalogue | str | Path | None = None,
        project: str | None = None,
        environment: str | None = None,
        suite: str | None = None,
        cases: Iterable[str] | None = None,
        poll_interval: float | None = None,
    ) -> None:
        self._connection = connect(client, catalogue=catalogue, poll_interval=poll_interval)
        self._keyring = self._connection
        self._catalogue = self._connection.catalogue
        self._phase = "ready"
        self._answers = 0
        self._notice = ""
        self._refused: dict[str, str] = {}
        self._refused_value = FormValue()
        self._key: tuple[FormValue, str] | None = None
        self._listing: asyncio.Task[None] | None = None
        self._offered: tuple[FormValue, str, str] | None = None
        self._run: RunHandle | None = None
        self._content: RunContent | None = None
        first = FormValue(project or "", environment or "", suite or "", tuple(cases or ()))
        super().__init__(
            self._connection.loop,
            value=first.as_dict(),
            state=self._state_of(first),
        )
        self.observe(self._typed_anew, "value")

    @property
    def run(self) -> RunHandle | None:
        """The run that was started last; None before the first."""
        return self._run

    @traitlets.validate("value")
    def _normal(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        return FormValue.of(proposal["value"]).as_dict()

    def html(self, *, live: bool) -> str:
        """See `Panel`: the fields as text, and the run if there is one."""
        hint = _ENDED_HINT if self._phase == "ended" else "" if self._phase == "running" else _STATIC_HINT
        value = FormValue.of(self.value)
        shown = form_html(value.shown(), hint=hint, code=_codes(value))
        return shown + (self._content.html(live=live) if self._content else "")

    def text(self) -> str:
        """See `Panel`."""
        fields = fields_text(FormValue.of(self.value).shown())
        return f"{fields}\n{self._content.text()}" if self._content else fields

    def opened(self) -> None:
        """See `Panel`: asks Zof for its projects."""
        self._loop.submit(self._begin())

    def left(self) -> None:
        """See `Panel`: a run that is under way goes on, unwatched."""
        if self._content is not None:
            self._content.leave()

    def heard(self, message: Mapping[str, Any]) -> None:
        """See `Panel`: Start and Cancel, and what a field's list is to offer."""
        match message:
            case {"op": "offer", "field": str(field), "word": str(word), "value": value}:
                self._loop.submit(self._offer(FormValue.of(value), field, word))
            case {"op": "start", "value": value}:
                self._loop.submit(self._start(FormValue.of(value), message.get("confirmation")))
            case {"op": "cancel"} if self._run is not None:
                self._loop.submit(self._cancel(self._run))
            case {"op": "save", "id": str(wanted)} if self._content is not None:
                self._loop.submit(self._content.hand_over(self, wanted))

    def retry(self) -> None:
        """See `Panel`."""
        self._notice = ""
        if self._content is not None:
            self._content.retry()
        self._loop.submit(self._begin())

    # --- on the loop thread ------------------------------------------------------------------------------------------

    def _typed_anew(self, _change: object) -> None:
        self._loop.submit(self._assess())

    async def _assess(self) -> None:
        """Judges what is typed, anew."""
        value = FormValue.of(self.value)
        if value != self._refused_value:
            self._refused, self._notice = {}, ""
        self.write(state=self._state_of(value))

    async def _offer(self, value: FormValue, field: str, word: str) -> None:
        self._offered = (value, field, word)
        self._offer_again()

    def _offer_again(self) -> None:
        """Answers what a view asked last; there may be more to offer by now."""
        if self._offered is not None:
            value, field, word = self._offered
            found = offers.offers(self._catalogue, value, field, word)
            self.send({"op": "offers", "field": field, "word": word, **found})

    async def _begin(self) -> None:
        if self._phase == "ended":  # shown once more: a fresh form
            self._phase, self._content = "ready", None
            self.write(panel={})
            await self._assess()
        elif self._content is not None:
            self._content.look()
        if self._listing is None and self._phase == "ready":
            self._listing = asyncio.get_running_loop().create_task(self._list_projects())

    async def _list_projects(self) -> None:
        """Offers Zof's projects; if they cannot be listed the form says why and works without."""
        try:
            with deadline(CALL_SECONDS):
                page = await self._connection.client().projects.list(limit=100)
        except ZofApiError as error:
            self._connection.judge(error)
            self._listing = None
            self._notice = error_sentences(error)
            self._refused_value = FormValue.of(self.value)
        else:
            self._connection.judge(None)
            self._catalogue = form_model.with_projects(self._catalogue, page)
            self._offer_again()
        self.write(state=self._state_of(FormValue.of(self.value)))

    async def _start(self, value: FormValue, confirmation: object) -> None:
        if self._phase != "ready":
            return  # the second half of a double click
        if FormValue.of(self.value) != value:
            self.value = value.as_dict()
        unconfirmed = form_model.confirmation_problem(value, confirmation)
        wrong = form_model.problems(value) | ({"confirmation": unconfirmed} if unconfirmed else {})
        self._notice, self._refused, self._refused_value = "", wrong, value
        if wrong:
            self._answer("ready", value)
            return
        self._answer("starting", value)
        try:
            run = await self._create(value)
        except ZofApiError as error:
            self._refuse(error, value)
            self._answer("ready", value)
        else:
            self._show(run)
            self._answer("running", value)

    async def _create(self, value: FormValue) -> Run:
        """Starts the run. What may have been started already, by a click that got no answer, keeps its key."""
        key = self._key[1] if self._key and self._key[0] == value else uuid.uuid4().hex
        self._key = (value, key)
        try:
            with deadline(CALL_SECONDS):
                run = await self._connection.client().runs.create(**value.arguments(), idempotency_key=key)
        except _UNKNOWN_OUTCOME:
            raise
        except ZofApiError:
            self._key = None
            raise
        self._key = None
        return run

    def _refuse(self, error: ZofApiError, value: FormValue) -> None:
        self._connection.judge(error)
        field, sentence = form_model.api_problem(error, value, self._catalogue)
        if field:
            self._refused = {field: sentence}
        else:
            self._notice = sentence

    def _answer(self, phase: str, value: FormValue) -> None:
        self._phase = phase
        self._answers += 1
        self.write(state=self._state_of(value))

    def _state_of(self, value: FormValue) -> dict[str, Any]:
        return {
            "phase": self._phase,
            "answers": self._answers,  # so that the same answer twice is two changes
            "problems": form_model.problems(value) | self._refused,
            "hints": form_model.hints(value, self._catalogue),
            "names": offers.names(self._catalogue, value),
            "notice": self._notice,
            "confirm": form_model.confirmation_for(value),
            "code": _codes(value),
        }

    def _show(self, run: Run) -> None:
        remember(run.id)
        self._run = RunHandle(run.id, self._connection, run=run)
        self._content = RunContent(self._run, self)
        self._content.look()

    async def ended(self) -> None:
        """See `RunContent`: the run has ended."""
        self._phase = "ended"
        self.write(state=self._state_of(FormValue.of(self.value)))
        await self.freeze()
        if not self._frozen:  # in a container, in Voila, in marimo: there the form takes the next run
            self._answer("ready", FormValue.of(self.value))

    async def _cancel(self, run: RunHandle) -> None:
        with contextlib.suppress(ZofApiError):  # the panel says why
            await run.follower().cancel()


def _codes(value: FormValue) -> list[str]:
    """What does the same without the form; nothing while it holds nothing that could be started."""
    return [text for text in (magic_code(value), python_code(value)) if text]
