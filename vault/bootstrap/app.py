"""Settings become an `App` of ports: which part stands behind which port, made on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import httpx
import yaml

import ocr
import qr
import signing
from vault import catalogue as catalogue_data
from vault import telemetry
from vault.blobs import BucketKeeper, EncryptedBlobs, FileShards, S3Copy, S3Files, S3Store
from vault.bootstrap.looks import Looks
from vault.bootstrap.places import (
    database_url,
    passphrase_of,
    s3_import,
    s3_of,
    s3_of_copy,
    settings_of_environment,
    witnesses_of,
)
from vault.bootstrap.system import SystemClock, SystemIds
from vault.config import Settings
from vault.db import PostgresUnitOfWork, WalledUnitOfWork
from vault.domain.catalogue import Catalogue
from vault.domain.errors import Invalid, Unavailable
from vault.domain.outside import NATIONAL
from vault.domain.peers import PeerDirectory
from vault.domain.people import Actor, Role
from vault.domain.upkeep import Problem
from vault.embedded.pgtools import PostgresTools
from vault.identity import OidcDesk, Provider, WebAuthnDesk
from vault.keys import (
    FileCredentialDesk,
    FileKeyService,
    FileSealingDesk,
    FirstAsked,
    HttpFetch,
    HttpRemoteSigner,
    KeyFolder,
    KeyRing,
    OpenKeys,
    RemoteKey,
    RootStore,
    TokenKeyService,
    TransitKeyService,
    WrappingFile,
    at_once,
    load_certificates,
    load_development_pki,
    load_log_key,
    nothing_fetched,
)
from vault.log import TransparencyLog, Witnesses
from vault.national import HttpNationalStore, connect
from vault.partners import HttpIssuer, HttpWebhookSender
from vault.peers import HttpPeer, Patience, PeerKeys, SignedPeerDesk, load_directory, peer_sources
from vault.ports import KeyService, PaperSource, PeerDesk
from vault.sandbox import Limits, Sandbox
from vault.sandbox.clamd import ClamdScanner
from vault.sandbox.engines import SandboxEngines
from vault.usecases.heal.fsck import fsck
from vault.usecases.heal.telling import Told, nobody


@dataclass(frozen=True)
class App:
    """Everything the edges need. Parts that talk to the outside are made on first use, so that `vault ocr` needs no
    database and `vault verify` no object store.
    """  # noqa: D205 - one sentence that does not fit one line

    settings: Settings
    clock: SystemClock
    ids: SystemIds

    @cached_property
    def uow(self) -> PostgresUnitOfWork:
        """PostgreSQL."""
        uow = PostgresUnitOfWork(
            database_url(self.settings),
            seen=telemetry.observe_act,
            carried=telemetry.carried,
            key_service=self.key_service,
            connected=self.settings.national_url is not None,
            elsewhere=self.settings.national_url is not None or self.settings.peers is not None,
        )
        if self.settings.otlp_endpoint:
            telemetry.watch_database(uow.engine)
        return uow

    @cached_property
    def key_service(self) -> KeyService:
        """What wraps the data keys of blobs and texts. Opened when the first one is wrapped or opened."""
        settings = self.settings
        if settings.kms == "transit":
            if settings.kms_url is None or settings.kms_secret is None:
                raise Unavailable("KMS_SETTINGS", names="VAULT_KMS_URL, VAULT_KMS_SECRET")
            secret = settings.kms_secret.get_secret_value()
            return TransitKeyService(settings.kms_url, token=secret, prefix=settings.kms_key)
        if settings.kms == "pkcs11":
            if settings.kms_module is None or settings.kms_token is None or settings.kms_secret is None:
                raise Unavailable("KMS_SETTINGS", names="VAULT_KMS_MODULE, VAULT_KMS_TOKEN, VAULT_KMS_SECRET")
            return TokenKeyService(
                settings.kms_module,
                token_label=settings.kms_token,
                pin=settings.kms_secret.get_secret_value(),
                prefix=settings.kms_key,
            )
        return FileKeyService(self.wrapping)

    @cached_property
    def wrapping(self) -> WrappingFile:
        """The wrapping keys of a deployment that keeps them in a file."""
        return WrappingFile(self.keys.wrapping, lambda: passphrase_of(self.settings))

    @cached_property
    def store(self) -> S3Store:
        """The object store, as names and bytes."""
        return S3Store(s3_of(self.settings), seen=telemetry.store_call)

    @cached_property
    def blobs(self) -> EncryptedBlobs:
        """The files of papers, encrypted in the object store."""
        return EncryptedBlobs(self.store, uow=self.uow, keys=self.key_service, ids=self.ids)

    @cached_property
    def copies(self) -> Mapping[str, S3Store]:
        """The other stores that hold a copy of everything, by name."""
        return {one.name: S3Store(s3_of_copy(one)) for one in self.settings.copies}

    @cached_property
    def backup_copies(self) -> tuple[S3Copy, ...]:
        """The same stores as those who back up and restore see them."""
        return tuple(
            S3Copy(
                self.copies[one.name],
                name=one.name,
                place=one.place,
                lock_days=one.lock_days,
                own=lambda: self.store,
                agency=self.settings.agency_code,
                keys=self.key_service,
                ids=self.ids,
                clock=self.clock,
            )
            for one in self.settings.copies
        )

    @cached_property
    def database_copier(self) -> PostgresTools:
        """PostgreSQL's own tools for backup."""
        url = self.settings.backup_database_url
        if url is None:
            raise Unavailable("NOT_UP")
        return PostgresTools(url.get_secret_value(), self.settings.home / "backup" / "log")

    @cached_property
    def keeper(self) -> BucketKeeper:
        """The bucket as a whole, for those who keep it well."""
        return BucketKeeper(self.store, copies=self.copies, keys=self.key_service)

    @contextmanager
    def problems(self, told: Told = nobody) -> Iterator[Iterator[Problem]]:
        """What `fsck` finds; its scratch files go with the block."""
        with TemporaryDirectory(prefix="kho-so-fsck-") as folder, closing(FileShards(Path(folder))) as names:
            yield fsck(
                uow=self.uow,
                bucket=self.keeper,
                names=names,
                check_log=self.log.fsck,
                published=self.published,
                credentials=self.credentials,
                clock=self.clock,
                told=told,
            )

    @cached_property
    def engines(self) -> SandboxEngines:
        """The engines, each call in a child process."""
        settings = self.settings
        limits = Limits(
            memory_bytes=settings.sandbox_memory_bytes,
            seconds=settings.sandbox_seconds,
            children=settings.sandbox_children,
        )
        # A deployment keeps its scratch with its data; a lone `vault verify` makes no folder where it happens to run.
        scratch = settings.home / "scratch" if settings.home.exists() else None
        sandbox = Sandbox(limits, scratch=scratch, watch=telemetry.watch)
        scanner = None if settings.clamd is None else ClamdScanner(settings.clamd)
        return SandboxEngines(
            sandbox,
            max_bytes=settings.max_upload_bytes,
            max_pages=settings.max_pages,
            batch=(settings.max_batch_bytes, settings.max_batch_pages),
            scanner=scanner,
        )

    @cached_property
    def catalogue(self) -> Catalogue:
        """Procedures, document types, agencies, grounds."""
        if self.settings.catalogue is None:
            return catalogue_data.load()
        found, problems = catalogue_data.read_edition(self.settings.catalogue.read_bytes())
        if problems:
            raise catalogue_data.CatalogueError(problems)
        return found

    @cached_property
    def templates(self) -> Sequence[ocr.Template]:
        """How each kind of paper looks."""
        folder = Path(catalogue_data.__file__).parent / "templates"
        files = sorted(folder.glob("*.yaml"))
        return tuple(ocr.Template.from_dict(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)

    @cached_property
    def keys(self) -> KeyFolder:
        """Where the keys lie."""
        return KeyFolder(self.settings.home / "keys")

    @cached_property
    def ring(self) -> KeyRing:
        """The keys of QR credentials and status lists."""
        return KeyRing(self.keys)

    @cached_property
    def trust(self) -> signing.Trust:
        """Roots that PDF signatures must lead to: the government's, this deployment's and those that settings name."""
        trust = signing.Trust.vietnam_government() + self.roots.trust
        for path in (self.keys.seal_roots, self.settings.trust_roots):
            # Keys of our own may not be made yet; roots that somebody named must be there.
            if path is not None and (path == self.settings.trust_roots or path.exists()):
                with _usable(path):
                    trust += signing.Trust.from_pem(self.keys.read(path))
        return trust

    @property
    def roots(self) -> RootStore:
        """Authorities that an operator added."""
        return RootStore(self.settings.home / "roots")

    @cached_property
    def sealing(self) -> FileSealingDesk:
        """The agency's seal."""
        settings, folder = self.settings, self.keys
        passphrase = passphrase_of(settings)
        sealer = self._sealer(passphrase)
        if sealer.is_development and settings.environment == "production":
            raise Unavailable("DEVELOPMENT_KEY", file="seal")
        evidence = load_development_pki(folder).evidence if sealer.is_development else signing.Evidence()
        with _usable(folder.timestamps):
            timestamper: signing.Timestamper = (
                signing.HttpTimestamper(settings.timestamp_url)
                if settings.timestamp_url
                else signing.LocalTimestampAuthority.from_pkcs12(
                    folder.read(folder.timestamps), passphrase, clock=self.clock.now
                )
            )
        return FileSealingDesk(
            sealer,
            system_name=settings.system_name,
            agency_name=settings.agency_name,
            trust=self.trust,
            timestamper=timestamper,
            evidence=evidence,
            clock=self.clock,
            fetch=self._fetch,
            first_asked=FirstAsked(self.remote_diary) if settings.seal_remote_url else at_once,
        )

    def _sealer(self, passphrase: bytes) -> signing.Sealer:
        """The seal's key: in a device, with a signing service, or in a file."""
        settings, folder = self.settings, self.keys
        if settings.seal_pkcs11_module is None and settings.seal_remote_url is None:
            container = settings.seal_pkcs12 or folder.seal
            with _usable(container):
                return signing.Sealer.from_pkcs12(folder.read(container), passphrase)
        if settings.seal_certificates is None:
            raise Unavailable("KEY_MISSING", file="VAULT_SEAL_CERTIFICATES")
        with _usable(settings.seal_certificates):
            own, *chain = load_certificates(folder.read(settings.seal_certificates))
            if settings.seal_pkcs11_module is not None:
                return signing.sealer_from_pkcs11(
                    settings.seal_pkcs11_module,
                    token_label=settings.seal_pkcs11_token,
                    pin=settings.seal_pkcs11_pin.get_secret_value() if settings.seal_pkcs11_pin else "",
                    key_label=settings.seal_pkcs11_key,
                    certificate=own,
                    chain=chain,
                )
            token = settings.seal_remote_token.get_secret_value() if settings.seal_remote_token else ""
            signer = HttpRemoteSigner(str(settings.seal_remote_url), token)
            key = RemoteKey(signer, own, answers=self.remote_answers, wait_s=settings.seal_remote_wait)
            return signing.Sealer(key, own, chain)

    @cached_property
    def remote_answers(self) -> S3Files:
        """Signatures that the signing service's webhook brought."""
        return S3Files(self.store, "signatures")

    @cached_property
    def remote_diary(self) -> S3Files:
        """When the signing service was first asked for which seal."""
        return S3Files(self.store, "signatures-asked")

    def _fetch(self) -> Callable[[str, bytes | None], bytes]:
        """How evidence is fetched for one file that came signed."""
        if self.settings.evidence == "off":
            return nothing_fetched
        return HttpFetch(self.web)

    @cached_property
    def national(self) -> HttpNationalStore | None:
        """The national data store, where one is connected."""
        return connect(self.settings)

    @cached_property
    def sources(self) -> Mapping[str, PaperSource]:
        """Where else papers can be looked for, by the name of the source."""
        national = {} if self.national is None else {NATIONAL: self.national}
        return {**national, **self.peers, **self.issuers}

    @cached_property
    def directory(self) -> PeerDirectory:
        """Other provinces' vaults."""
        return load_directory(self.settings.peers, production=self.settings.environment == "production")

    @cached_property
    def peers(self) -> Mapping[str, HttpPeer]:
        """A client for each of them."""
        return peer_sources(
            self.directory,
            own=self.settings.agency_code,
            keys=self.peer_keys,
            clock=self.clock,
            new_nonce=self.ids.token,
        )

    @cached_property
    def peer_keys(self) -> PeerKeys:
        """Our key towards other vaults, and theirs as the trust list names them."""
        opened: list[OpenKeys] = []

        def signer(at: datetime) -> qr.SigningKey:
            if not opened:  # a vault without peers needs no pass phrase for them
                opened.append(OpenKeys(self.ring, passphrase_of(self.settings)))
            return opened[0].signer("peer", at)

        return PeerKeys(signer, lambda now: self.credentials.trusted(now=now))

    @cached_property
    def peer_desk(self) -> PeerDesk:
        """What answers other vaults."""
        return SignedPeerDesk(self.directory, keys=self.peer_keys, clock=self.clock)

    @cached_property
    def patience(self) -> Patience:
        """How long they are kept waiting."""
        return Patience()

    @cached_property
    def issuers(self) -> Mapping[str, HttpIssuer]:
        """Partners' issuing systems, by their names in the settings."""
        settings = self.settings
        return {
            one.name: HttpIssuer(one.url, token=one.token.get_secret_value(), org=one.org or settings.agency_code)
            for one in settings.issuers
        }

    @cached_property
    def web(self) -> httpx.Client:
        """Towards the servers of certification authorities."""
        return httpx.Client()

    @cached_property
    def files(self) -> S3Files:
        """Named files of the transparency log."""
        return S3Files(self.store, "log")

    @cached_property
    def published(self) -> S3Files:
        """Files that anybody may fetch: the status lists."""
        return S3Files(self.store, "public")

    @cached_property
    def log(self) -> TransparencyLog:
        """The transparency log."""
        key = load_log_key(self.keys, passphrase_of(self.settings))
        origin = self.keys.origin_for(self.settings.qr_host)
        return TransparencyLog(
            uow=self.uow,
            files=self.files,
            key=key,
            origin=origin,
            clock=self.clock,
            witnesses=Witnesses(witnesses_of(self.settings)),
        )

    @cached_property
    def credentials(self) -> FileCredentialDesk:
        """The keys of QR credentials and status lists."""
        folder = self.keys
        with _usable(folder.trust_root_public):
            return FileCredentialDesk(
                host=self.settings.qr_host,
                former_hosts=(*self.settings.former_hosts, *folder.hosts),
                agency_code=self.settings.agency_code,
                signer=OpenKeys(self.ring, passphrase_of(self.settings)).signer,
                trust_list=lambda: folder.read(folder.trust_list),
                root_public_pem=folder.read(folder.trust_root_public),
            )

    @property
    def looks(self) -> Looks:
        """What only those ask who run it."""
        return Looks(self)

    @cached_property
    def webhook_sender(self) -> HttpWebhookSender:
        """Calls the addresses that partners' systems subscribed with."""
        return HttpWebhookSender(self.settings.webhook_hosts)

    @cached_property
    def passkeys(self) -> WebAuthnDesk:
        """WebAuthn."""
        return WebAuthnDesk(self.settings.system_name)

    @cached_property
    def identities(self) -> OidcDesk:
        """The identity providers of the settings."""
        settings = self.settings
        try:
            providers = [
                Provider(
                    **one.model_dump(exclude={"client_secret", "roles"}),
                    client_secret=one.client_secret.get_secret_value(),
                    roles={theirs: Role(ours) for theirs, ours in one.roles.items()},
                )
                for one in settings.identity_providers
            ]
        except ValueError as error:
            raise Invalid("SETTINGS_WRONG", names="VAULT_IDENTITY_PROVIDERS") from error
        loopback = settings.environment == "development"
        # Answers of a provider are small and near; a redirect of one would be another provider.
        http = httpx.Client(timeout=10, follow_redirects=False)
        return OidcDesk(providers, http=http, clock=self.clock.now, loopback=loopback)

    def close(self) -> None:
        """Give back what was opened: connections, and the engines' children."""
        opened = vars(self)
        for name in ("uow", "engines", "identities", "national", "webhook_sender", "patience"):
            if opened.get(name) is not None:
                opened[name].close()
        for peer in opened.get("peers", {}).values():
            peer.close()


class _Acting:
    """An `App` whose transactions stand behind one actor's walls; everything else is the app's own."""

    def __init__(self, app: App, actor: Actor) -> None:
        self._app = app
        self._actor = actor

    @property
    def uow(self) -> WalledUnitOfWork:
        return self._app.uow.acting(self._actor)

    def __getattr__(self, name: str) -> object:
        return getattr(self._app, name)


def acting(app: App, actor: Actor) -> App:
    """The app for one request: `uow` sees what the actor may see, below everything that the use cases check."""
    return cast("App", _Acting(app, actor))


def build(settings: Settings | None = None) -> App:
    """The app of these settings; without any, of the environment and the home folder."""
    return App(settings or settings_of_environment(), SystemClock(), SystemIds())


def old_bucket(app: App, bucket: str) -> S3Store:
    """A bucket of an old store, read by `vault import`; `IMPORT_SETTINGS` names what is not set."""
    return S3Store(s3_import(app.settings, bucket))


@contextmanager
def _usable(file: Path) -> Iterator[None]:
    """A key file that does not open is a part that is down: nothing is wrong with the paper that waits for it."""
    try:
        yield
    except (signing.SigningError, qr.QrError) as error:
        raise Unavailable(error.code, file=file.name) from error
