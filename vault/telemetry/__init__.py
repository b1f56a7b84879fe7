"""What the program tells about itself: metrics, traces and logs. Nothing here knows a citizen's name or number."""

from vault.telemetry.logs import configure_logs, masked
from vault.telemetry.metrics import LIVE, Act, act_of, exposition, gauges, observe_act, observe_job, observe_request
from vault.telemetry.metrics import serve as serve_metrics
from vault.telemetry.outside import Answered, store_call, watch_database
from vault.telemetry.traces import (
    METHODS,
    carried,
    configure_traces,
    job_span,
    keeping,
    known_method,
    name_request,
    note_error,
    request_span,
    span,
    watch,
)

__all__ = [
    "LIVE",
    "METHODS",
    "Act",
    "Answered",
    "act_of",
    "carried",
    "configure_logs",
    "configure_traces",
    "exposition",
    "gauges",
    "job_span",
    "keeping",
    "known_method",
    "masked",
    "name_request",
    "note_error",
    "observe_act",
    "observe_job",
    "observe_request",
    "request_span",
    "serve_metrics",
    "span",
    "store_call",
    "watch",
    "watch_database",
]
