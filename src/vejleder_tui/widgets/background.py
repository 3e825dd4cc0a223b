"""Work in the background that may be taken back before it has begun."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.widget import Widget
    from textual.worker import Worker

    _Widget = Widget
else:
    _Widget = object

__all__ = ["Background"]


class Background(_Widget):
    """Mixed into what runs workers: one that is replaced by the next in the same tick leaves nothing behind.

    Python would otherwise write "was never awaited" across the screen.
    """

    def run_worker(self, work: Any, *places: Any, **keywords: Any) -> Worker[Any]:  # noqa: ANN401 - as Textual has it
        """Run work in the background, as Textual does."""
        worker: Worker[Any] = super().run_worker(work, *places, **keywords)
        if inspect.iscoroutine(work) and worker._task is not None:  # noqa: SLF001 - its end is told nowhere else
            # Closing what has ended does nothing; closing what never began says that this was meant.
            worker._task.add_done_callback(lambda _task: work.close())  # noqa: SLF001 - as above
        return worker
