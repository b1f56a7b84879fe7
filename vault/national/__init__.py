"""The national data store: the adapter behind `ports.NationalStore`, its connection profile, and a simulator.

The simulator (`vault.national.simulator`) is a program of its own for tests and for `vault up --with-national`; it
refuses to run in production, and the adapter refuses to talk to one there.
"""

from vault.national.profile import Profile, load_profile
from vault.national.store import SIMULATOR, HttpNationalStore, connect

__all__ = ["SIMULATOR", "HttpNationalStore", "Profile", "connect", "load_profile"]
