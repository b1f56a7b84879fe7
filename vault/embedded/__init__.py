"""The single-machine service: PostgreSQL and an object store from Python wheels, the web process and the workers.

Everything lives under one home folder and listens on the loopback address only; nothing is installed, no user is made,
nothing outside the home is written (but for SeaweedFS's own sockets in /tmp, removed by `down`).
"""

from vault.embedded.supervisor import Health, Plan, Supervisor

__all__ = ["Health", "Plan", "Supervisor"]
