"""What the program tells about itself: metrics, traces and logs. Nothing here knows a citizen's name or number."""

from vault.telemetry.logs import configure_logs, masked
from vault.telemetry.metrics import LIVE, Act, act_of, exposition, gauges, observe_act, observe_job, observe_request
from vault.telemetry.metrics import serve as serve_metrics
from vault.telemetry.traces import carried, configure_traces, name_request, span, watch

__all__ = [
    "LIVE",
    "Act",
    "act_of",
    "carried",
    "configure_logs",
    "configure_traces",
    "exposition",
    "gauges",
    "masked",
    "name_request",
    "observe_act",
    "observe_job",
    "observe_request",
    "serve_metrics",
    "span",
    "watch",
]
