"""Jobs towards other systems of the state: deliver what they are told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from procrastinate import App as Queue

from vault.bootstrap import App
from vault.ports import JobName
from vault.usecases.outside.deliver import deliver


def register(queue: Queue, app: App, *, seen: Callable[[str], AbstractContextManager[None]]) -> None:
    """Make these jobs known to the queue. What nobody is connected for is not scheduled."""

    @queue.task(name=JobName.DELIVER.value, queueing_lock=JobName.DELIVER.value, lock=JobName.DELIVER.value)
    def deliver_letters(timestamp: int) -> None:
        del timestamp
        store = app.national
        if store is not None:
            with seen(JobName.DELIVER.value):
                deliver(
                    uow=app.uow,
                    blobs=app.blobs,
                    store=store,
                    catalogue=app.catalogue,
                    host=app.settings.qr_host,
                    clock=app.clock,
                )

    if app.settings.national_url:
        queue.periodic(cron="* * * * * */5")(deliver_letters)
