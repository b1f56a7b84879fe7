"""Jobs towards other systems: deliver what they are told, look for papers there, take in online dossiers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from procrastinate import App as Queue
from procrastinate import BaseRetryStrategy

from vault.bootstrap import App
from vault.ports import JobName
from vault.usecases.outside.ask import answer_ask
from vault.usecases.outside.deliver import deliver
from vault.usecases.outside.fetch import fetch_by_job
from vault.usecases.outside.send_webhooks import send_webhooks
from vault.usecases.outside.take_online import take_online

SECONDS = 20.0
"""How long a job waits for an answer from elsewhere; nobody stands at a counter for it any more."""


def register(
    queue: Queue, app: App, *, seen: Callable[..., AbstractContextManager[None]], retry: BaseRetryStrategy
) -> None:
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

    @queue.task(name=JobName.ASK_OUTSIDE.value, retry=retry)
    def ask_outside(ask: str, traceparent: str = "") -> None:
        with seen(JobName.ASK_OUTSIDE.value, traceparent):
            answer_ask(ask, uow=app.uow, sources=app.sources, catalogue=app.catalogue, clock=app.clock, seconds=SECONDS)

    @queue.task(name=JobName.FETCH_OUTSIDE.value, retry=retry)
    def fetch_outside(paper: str, account_id: str, traceparent: str = "") -> None:
        with seen(JobName.FETCH_OUTSIDE.value, traceparent):
            fetch_by_job(
                paper,
                account_id,
                uow=app.uow,
                blobs=app.blobs,
                engines=app.engines,
                sources=app.sources,
                catalogue=app.catalogue,
                clock=app.clock,
                ids=app.ids,
                max_bytes=app.settings.max_upload_bytes,
                seconds=SECONDS,
            )

    @queue.task(name=JobName.TAKE_ONLINE.value, queueing_lock=JobName.TAKE_ONLINE.value, lock=JobName.TAKE_ONLINE.value)
    def take_online_dossiers(timestamp: int) -> None:
        del timestamp
        if app.national is not None:
            with seen(JobName.TAKE_ONLINE.value):
                take_online(
                    app.settings.agency_code, portal=app.national, uow=app.uow, catalogue=app.catalogue, clock=app.clock
                )

    @queue.periodic(cron="* * * * * */5")
    @queue.task(name=JobName.WEBHOOKS.value, queueing_lock=JobName.WEBHOOKS.value, lock=JobName.WEBHOOKS.value)
    def call_webhooks(timestamp: int) -> None:
        del timestamp
        with seen(JobName.WEBHOOKS.value):
            send_webhooks(uow=app.uow, sender=app.webhook_sender, clock=app.clock, ids=app.ids)

    if app.settings.national_url:
        queue.periodic(cron="* * * * * */5")(deliver_letters)
        queue.periodic(cron="* * * * * */30")(take_online_dossiers)
