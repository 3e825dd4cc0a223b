"""Forms whose draft is kept on this laptop: after each field left, on leaving, when the screen is locked.

A form becomes one by deriving from `DraftedForm`, naming `draft_title()`, and saving through `save_with`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from vejleder_tui.clock import local
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.screens.dialog import Answer, Dialog
from vejleder_tui.screens.form import FormScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vejleder_tui.screens.protocol import Pending
    from vejleder_tui.widgets.fields import Field

__all__ = ["DraftedForm", "discard_dialog"]

Result = TypeVar("Result")


ABOUT = "_draft"
"""The key in a draft's values under which stands since when it is one, and what the form is opened with."""


class DraftedForm(FormScreen):
    """A form that never loses more than the field being typed. Its id in the registry opens it again.

    Subclasses define `draft_title()`, call `await self.save_with(act)` in `save`, and pass `**values` on to here.
    I dag opens a draft by `goto(its screen, draft=its values, draft_id=its id)`.
    """

    def __init__(self, *, draft: dict[str, Any] | None = None, draft_id: str = "", **values: Any) -> None:  # noqa: ANN401
        super().__init__(draft=draft, on_leave=lambda _raw: self.keep(), **values)
        self._draft_id = draft_id
        self.about: dict[str, str] = dict((draft or {}).get(ABOUT, {}))
        self._kept: dict[str, Any] | None = None
        self._initial: dict[str, Any] | None = None
        self._discarded = False
        self._receipt = ""
        self.changed_at = self.about.get("started", "")

    def given(self, **values: str) -> tuple[str, ...]:
        """Return what the form is opened with, or else what its draft was opened with: a change stays a change."""
        return tuple(value or self.about.get(name, "") for name, value in values.items())

    # What a form fills in

    def draft_title(self) -> str:
        """Return the line of I dag, "Peer-aktivitet 23-11"; it names no citizen."""
        raise NotImplementedError

    def draft_about(self) -> Mapping[str, str]:
        """Return what the form is opened with, such as the id of the row being changed; it is in `about` afterwards."""
        return {}

    def buttons(self) -> Sequence[tuple[str, str]]:
        """Return the two buttons of a form with a draft."""
        return (("save", _("Gem")), ("discard", _("Kassér kladde")))

    # When it is a draft

    def _begin(self) -> None:
        self.begun()
        super()._begin()

    def begun(self) -> None:
        """Take what stands in the fields now as what the form was opened with: only what differs from it is a draft."""
        self._initial = self.form.raw()

    def touched(self) -> None:
        """Make it a draft from now on."""
        if not self.changed_at:
            self.changed_at = f"{local(self.desk.clock.now()):%H:%M}"
            self.refresh_lines()

    def on_field_changed(self, message: Field.Changed) -> None:
        """Pass over changes that the form made itself while it was filled in."""
        if not self.changed_at and self.form.raw() == self._initial:
            message.prevent_default()

    # Keeping

    def keep(self) -> None:
        """Write the draft if something changed since; the write is queued, and waits for nothing."""
        if self.changed_at and not self._saved and not self._saving and not self.desk.read_only:
            self._keep(self.form.raw())

    def _keep(self, raw: dict[str, Any]) -> None:
        if raw == self._kept:
            return
        self._kept = raw
        drafts, screen, title = self.desk.services.drafts, self.SCREEN_ID, self.draft_title()
        content = {**raw, ABOUT: {"started": self.changed_at, **self.draft_about()}}

        def act(desk: Any) -> None:  # noqa: ANN401 - what services write through
            # Writes are done one after the other, so the first one has set the id before the second one runs.
            if not self._discarded:
                self._draft_id = drafts.save_draft(desk, screen, title, content, draft=self._draft_id).id

        pending = self.desk.write_within(act, seconds=0.0, then=self._heard)
        if pending.done:
            self._heard(pending)

    def _heard(self, pending: Pending) -> None:
        if pending.error is None:
            return
        self._kept = None
        if not isinstance(pending.error, VejlederError):
            raise pending.error
        self.desk.status(str(pending.error), error=True)

    def on_descendant_blur(self) -> None:
        """Keep what stands in a field that is left."""
        if self.is_mounted and self._settled:
            self.keep()

    def on_screen_suspend(self) -> None:
        """Keep it when the screen is locked, or another one comes on top."""
        if self._settled:
            self.keep()

    # Saving and discarding

    async def save_with(self, act: Callable[[Any], Result]) -> Result:
        """Run a service with the desk, and delete the draft in the same transaction; a failed save keeps the draft."""
        drafts, raw = self.desk.services.drafts, self.form.raw()

        def whole(desk: Any) -> Result:  # noqa: ANN401
            saved: Result = drafts.save_form(desk, self._draft_id, act)
            return saved

        try:
            return await self.desk.write(whole)
        except VejlederError:
            if self.changed_at and not self.desk.read_only:
                self._keep(raw)
            raise

    def done(self, sentence: str = "", result: object = None) -> None:
        """Leave after saving; if the screen was locked meanwhile, when it is seen again; if it was left, only say so."""
        if self.is_current:
            super().done(sentence, result)
            return
        self._saved, self._receipt = True, sentence
        if self not in self.app.screen_stack:
            self.desk.status(sentence)

    def on_screen_resume(self) -> None:
        """Leave what was saved while another screen lay on top."""
        if self._saved and self._receipt:
            self.call_after_refresh(super().done, self._receipt)

    def leaving(self) -> str:
        """Keep the draft; while a save is under way its own sentence tells how it went."""
        return "" if self._saving else super().leaving()

    async def button_discard(self) -> None:
        """Ask, then throw the draft away for good; an untouched form is just left."""
        if self.changed_at:
            answer = await self.app.push_screen_wait(discard_dialog(self.draft_title()))
            if answer != "discard":
                return
        self._discarded = True
        drafts = self.desk.services.drafts

        def act(desk: Any) -> None:  # noqa: ANN401
            if self._draft_id:
                drafts.discard_draft(desk, self._draft_id)

        await self.desk.write(act)
        self.discard()


def discard_dialog(title: str) -> Dialog:
    """Return the question before a draft is thrown away; the answer is `keep` or `discard`."""
    return Dialog(
        _("Kassér kladden »{title}«? Teksten kan ikke hentes tilbage.").format(title=title),
        Answer("keep", _("Behold")),
        Answer("discard", _("Kassér"), "k"),
    )
