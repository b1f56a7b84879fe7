"""Ports: what the use cases need from the outside, each with its promise. No port without a second implementation.

General promises. A method that returns has done what it says; one that raises `Unavailable` may or may not have done
it, and calling it again with the same arguments is safe. Repositories live inside a transaction and see its own writes;
nothing is visible to others, and no job can start, before the block of `UnitOfWork.begin` ends without an exception.
"""

from vault.ports.access import AccessRows, BrokenGlass, Reach
from vault.ports.accounts import Account, Accounts, KeptAccount
from vault.ports.cases import Corrections, Forms
from vault.ports.citizens import Consents, HandIns
from vault.ports.data_requests import DataRequests
from vault.ports.figures import DossierActs
from vault.ports.lasting import BlobKeys, Holds, LogLeaf, LogRows
from vault.ports.mandates import Mandates
from vault.ports.others import (
    Enquiry,
    FetchedPaper,
    IncomingPeer,
    NationalStore,
    Outbox,
    OutFile,
    OutsideRows,
    PaperSource,
    PeerDesk,
    PeerQuestions,
)
from vault.ports.outside import (
    Blobs,
    Clock,
    CredentialDesk,
    CredentialFacts,
    Engines,
    HeldKey,
    HolderProof,
    Ids,
    KeyService,
    MalwareScanner,
    PublicLog,
    PublishedStatus,
    ReadPage,
    SealedPaper,
    SealingDesk,
    SealingProof,
    WrappedKey,
    key_context,
)
from vault.ports.partners import EvidenceRequests
from vault.ports.rows import (
    Counted,
    Dossiers,
    Events,
    Files,
    Hit,
    Holders,
    Intakes,
    Records,
    Search,
    Shares,
    Tx,
    UnitOfWork,
)
from vault.ports.sign_in import (
    Identity,
    IdentityDesk,
    Passkey,
    PasskeyDesk,
    PasskeyProof,
    SecondFactor,
    SignIns,
)
from vault.ports.ties import Ties
from vault.ports.tray import Batches, HandOvers
from vault.ports.upkeep import Bucket, HeldBlob, Looked, NameShards, Place, Upkeep
from vault.ports.webhooks import Webhooks, WebhookSender
from vault.ports.work import JobName, Jobs, VitalSigns

__all__ = [
    "AccessRows",
    "Account",
    "Accounts",
    "Batches",
    "BlobKeys",
    "Blobs",
    "BrokenGlass",
    "Bucket",
    "Clock",
    "Consents",
    "Corrections",
    "Counted",
    "CredentialDesk",
    "CredentialFacts",
    "DataRequests",
    "DossierActs",
    "Dossiers",
    "Engines",
    "Enquiry",
    "Events",
    "EvidenceRequests",
    "FetchedPaper",
    "Files",
    "Forms",
    "HandIns",
    "HandOvers",
    "HeldBlob",
    "HeldKey",
    "Hit",
    "HolderProof",
    "Holders",
    "Holds",
    "Identity",
    "IdentityDesk",
    "Ids",
    "IncomingPeer",
    "Intakes",
    "JobName",
    "Jobs",
    "KeptAccount",
    "KeyService",
    "LogLeaf",
    "LogRows",
    "Looked",
    "MalwareScanner",
    "Mandates",
    "NameShards",
    "NationalStore",
    "OutFile",
    "Outbox",
    "OutsideRows",
    "PaperSource",
    "Passkey",
    "PasskeyDesk",
    "PasskeyProof",
    "PeerDesk",
    "PeerQuestions",
    "Place",
    "PublicLog",
    "PublishedStatus",
    "Reach",
    "ReadPage",
    "Records",
    "SealedPaper",
    "SealingDesk",
    "SealingProof",
    "Search",
    "SecondFactor",
    "Shares",
    "SignIns",
    "Ties",
    "Tx",
    "UnitOfWork",
    "Upkeep",
    "VitalSigns",
    "WebhookSender",
    "Webhooks",
    "WrappedKey",
    "key_context",
]
