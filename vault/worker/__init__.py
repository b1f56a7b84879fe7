"""The worker: takes jobs off the queue and runs the use case of each."""

from vault.worker.run import run

__all__ = ["run"]
