"""Ports: what the use cases need from the outside, each with its promise. No port without a second implementation.

General promises. A method that returns has done what it says; one that raises `Unavailable` may or may not have done
it, and calling it again with the same arguments is safe. Repositories live inside a transaction and see its own writes;
nothing is visible to others, and no job can start, before the block of `UnitOfWork.begin` ends without an exception.
"""

from vault.ports.citizens import Consents, HandIns
from vault.ports.outside import (
    Blobs,
    Clock,
    CredentialDesk,
    CredentialFacts,
    Engines,
    HolderProof,
    Ids,
    PublicLog,
    ReadPage,
    SealedPaper,
    SealingDesk,
)
from vault.ports.rows import (
    AccessRows,
    Account,
    Accounts,
    BrokenGlass,
    Counted,
    Dossiers,
    Events,
    Files,
    Hit,
    Holders,
    Intakes,
    JobName,
    Jobs,
    LogLeaf,
    LogRows,
    Records,
    Search,
    Shares,
    Tx,
    UnitOfWork,
    VitalSigns,
)
from vault.ports.tray import Batches, HandOvers

__all__ = [
    "AccessRows",
    "Account",
    "Accounts",
    "Batches",
    "Blobs",
    "BrokenGlass",
    "Clock",
    "Consents",
    "Counted",
    "CredentialDesk",
    "CredentialFacts",
    "Dossiers",
    "Engines",
    "Events",
    "Files",
    "HandIns",
    "HandOvers",
    "Hit",
    "HolderProof",
    "Holders",
    "Ids",
    "Intakes",
    "JobName",
    "Jobs",
    "LogLeaf",
    "LogRows",
    "PublicLog",
    "ReadPage",
    "Records",
    "SealedPaper",
    "SealingDesk",
    "Search",
    "Shares",
    "Tx",
    "UnitOfWork",
    "VitalSigns",
]
