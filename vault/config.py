"""Settings: every address, key and limit of a deployment, in one frozen object.

This is the only module that reads the environment. Sources, the earlier wins: arguments, environment (`VAULT_…`), files
of the secrets folder (`vault_…`), `service.json` in the home folder (written by `vault up` for the embedded parts),
defaults. So a URL given by environment always wins over an embedded server.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)


class _Home(BaseSettings):
    """Finds the folders first whose files are themselves sources of settings."""

    model_config = SettingsConfigDict(env_prefix="VAULT_", extra="ignore")
    home: Path = Path(".vault")
    secrets: Path | None = None


class IdentityProvider(BaseModel):
    """An OpenID Connect provider: STAFF (a province's Keycloak) or CITIZEN (VNeID-like, with levels 1 to 4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$", description="In addresses.")
    label: str = Field(description="On the button.")
    issuer: str = Field(description="Its issuer URL, exactly as it names itself.")
    client_id: str = Field(description="Our client there.")
    client_secret: SecretStr = Field(default=SecretStr(""), description="Empty for a public client (PKCE alone).")
    kind: Literal["STAFF", "CITIZEN"] = Field(description="Whom it vouches for.")
    scope: str = Field(default="openid profile", description="What is asked for.")
    algorithms: tuple[str, ...] = Field(default=("RS256", "PS256", "ES256"), description="Signatures believed.")
    roles: dict[str, str] = Field(default_factory=dict, description="Its roles -> ours, the first that fits counts.")
    agency_claim: str = Field(default="agency_code", description="Claim with the agency's code (STAFF).")
    agencies: tuple[str, ...] = Field(default=(), description="Agencies it may speak for; none: any.")
    number_claim: str = Field(default="citizen_id", description="Claim with the personal number (CITIZEN).")
    level_claim: str = Field(default="acr", description="Claim with the level of the electronic identity (CITIZEN).")
    levels: dict[str, int] = Field(
        default_factory=lambda: {str(one): one for one in (1, 2, 3, 4)}, description="What that claim says -> 1 to 4."
    )
    least_level: int = Field(default=2, ge=1, le=4, description="Below it nobody gets in (not verified in law).")
    strong_level: int = Field(default=3, ge=1, le=4, description="From it the sign-in counts as two factors.")
    strong_acr: tuple[str, ...] = Field(default=(), description="acr values that count as two factors (STAFF).")
    tells_age: bool = Field(
        default=True,
        description="Whether it tells `auth_time` when asked with `max_age`. Of one that does not, nobody counts as "
        "having proved just now who sits there: a passkey here does that before sealing.",
    )


class IssuerSystem(BaseModel):
    """A partner's issuing system that papers are asked of (vault/web/partner/GUIDE.md, the other way round)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$", description="In addresses and in the log.")
    url: str = Field(pattern=r"^https?://", description="Address up to, not including, /pull-uri.")
    token: SecretStr = Field(description="Bearer token towards it.")
    org: str = Field(default="", description="Code under which it knows our agency; default: our own.")


class CopyStore(BaseModel):
    """Another bucket that holds a copy of everything: objects, base backups and the database's log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="In reports.")
    place: str = Field(description="Where it stands; copies of one place count as one place.")
    endpoint: str = Field(description="host:port of its S3.")
    access_key: SecretStr = Field(description="Its access key.")
    secret_key: SecretStr = Field(description="Its secret key.")
    bucket: str = Field(description="Its bucket; not the one of the vault.")
    secure: bool = Field(default=True, description="TLS towards it.")
    region: str = Field(default="us-east-1", description="Region name that signs requests.")
    lock_days: int = Field(
        default=0, ge=0, description="Days in which nobody can overwrite or remove an object there (Object Lock)."
    )


class Settings(BaseSettings):
    """All settings. Sizes are bytes, times are seconds unless a name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="VAULT_", extra="ignore", frozen=True)

    home: Path = Field(
        default=Path(".vault"), description="Where the single-machine service keeps its data, keys and logs."
    )
    secrets: Path | None = Field(
        default=None, description="Folder of files named like settings in small letters, e.g. /run/secrets."
    )
    environment: Literal["development", "production"] = Field(
        default="development", description="Development keys and sign-ins refuse to start in production."
    )

    # --- parts -------------------------------------------------------------------------------------------------------
    database_url: SecretStr | None = Field(
        default=None, description="postgresql://user:password@host:port/name (>= 15)."
    )
    owner_database_url: SecretStr | None = Field(
        default=None,
        description="The same for the role that owns the tables: `vault db upgrade` alone. Default: database_url.",
    )
    backup_database_url: SecretStr | None = Field(
        default=None, description="The same server for a role that may replicate and call pg_switch_wal()."
    )
    s3_endpoint: str | None = Field(default=None, description="host:port of any S3 (SeaweedFS, Ceph RGW, MinIO).")
    s3_access_key: SecretStr | None = Field(default=None, description="Access key of the bucket.")
    s3_secret_key: SecretStr | None = Field(default=None, description="Secret key of the bucket.")
    s3_bucket: str = Field(default="vault", description="Bucket of originals and renditions.")
    s3_secure: bool = Field(default=False, description="TLS towards the object store.")
    s3_region: str = Field(default="us-east-1", description="Region name that signs requests.")
    place: str = Field(default="", description="Where this store and database stand, as the copies name theirs.")
    copies: tuple[CopyStore, ...] = Field(
        default=(), description="Copies of everything in other stores, as a JSON list (a file of secrets may hold it)."
    )
    issuers: tuple[IssuerSystem, ...] = Field(
        default=(), description="Partners' issuing systems, as a JSON list (a file of the secrets folder may hold it)."
    )
    webhook_hosts: tuple[str, ...] = Field(
        default=(),
        description="Hosts of the own network that webhooks may call, as a JSON list; all others must be public.",
    )
    import_s3_endpoint: str | None = Field(
        default=None, description="host:port of the S3 of an old store, for `vault import s3://BUCKET/PREFIX`."
    )
    import_s3_access_key: SecretStr | None = Field(default=None, description="Access key of the old store.")
    import_s3_secret_key: SecretStr | None = Field(default=None, description="Secret key of the old store.")
    import_s3_secure: bool = Field(default=False, description="TLS towards the old store.")
    timestamp_url: str | None = Field(
        default=None, description="RFC 3161 authority; without it a local one, marked as such."
    )

    evidence: Literal["collect", "off"] = Field(
        default="collect", description="Ask the authorities' servers (CRL, OCSP) about papers that come in signed."
    )

    # --- the service -------------------------------------------------------------------------------------------------
    http_host: str = Field(default="127.0.0.1", description="Address the web process listens on.")
    http_port: int = Field(default=0, description="Port of the web process; 0 until `vault up` has chosen a free one.")
    public_host: str | None = Field(
        default=None,
        description="Host (and port) printed in QR credentials, e.g. kho.haiphong.gov.vn; default: host:port.",
    )
    former_hosts: tuple[str, ...] = Field(
        default=(), description="Earlier public hosts whose credentials stay ours to judge, as a JSON list."
    )
    system_name: str = Field(default="Kho số (bản phát triển)", description="Name of the system on conversion marks.")
    agency_code: str = Field(default="H24.900", description="Agency that seals and issues here, QĐ 20/2020 order.")
    agency_name: str = Field(default="UBND phường Mẫu", description="Its name on seals and conversion marks.")
    secure_cookies: bool = Field(default=False, description="Set the Secure flag; required behind TLS.")
    session_hours: int = Field(default=8, description="How long a sign-in lasts.")
    session_idle_minutes: int = Field(default=60, description="After how long without use a sign-in ends.")
    step_up_minutes: int | None = Field(
        default=None,
        description="How recent the sign-in of whoever seals or revokes must be; default: 15 with two factors in "
        "production, the whole sign-in in development.",
    )
    identity_providers: tuple[IdentityProvider, ...] = Field(
        default=(), description="OpenID Connect providers, as a JSON list (a file of the secrets folder may hold it)."
    )
    undo_seconds: int = Field(
        default=4,
        ge=0,
        le=600,
        description="So long after the officer's word at the desk the seal waits, so that a slip can be taken back.",
    )

    catalogue: Path | None = Field(
        default=None,
        description="Edition of the catalogue in use (`vault catalogue import`); default: the packaged one.",
    )

    # --- seeing what it does -----------------------------------------------------------------------------------------
    log_format: Literal["text", "json"] = Field(default="text", description="Lines of logs for people or for programs.")
    metrics_token: SecretStr | None = Field(
        default=None, description="Bearer token with which Prometheus may read /metrics; without one nobody may."
    )
    metrics_port: int = Field(
        default=0, description="Port on which a worker answers Prometheus by itself; 0: it does not."
    )
    otlp_endpoint: str | None = Field(
        default=None, description="OpenTelemetry collector for traces, e.g. http://collector:4318."
    )
    trace_share: float = Field(
        default=1.0, ge=0, le=1, description="Share of traces that are kept, decided where each begins."
    )

    # --- keys --------------------------------------------------------------------------------------------------------
    seal_pkcs12: Path | None = Field(
        default=None, description="PKCS#12 of the agency's seal; default: the development key."
    )
    seal_certificates: Path | None = Field(
        default=None,
        description="PEM of the seal's certificate and its issuers, for a key in a device or with a signing service.",
    )
    seal_pkcs11_module: Path | None = Field(
        default=None, description="PKCS#11 library of the device that holds the seal's key, e.g. libsofthsm2.so."
    )
    seal_pkcs11_token: str = Field(default="", description="Label of the token.")
    seal_pkcs11_key: str = Field(default="", description="Label of the key on it.")
    seal_pkcs11_pin: SecretStr | None = Field(default=None, description="PIN of the token; best a file of secrets.")
    seal_remote_url: str | None = Field(
        default=None, description="Signing service that holds the seal's key (vault/keys/remote.py)."
    )
    seal_remote_token: SecretStr | None = Field(
        default=None, description="Bearer token towards the signing service, and of its webhook towards us."
    )
    seal_remote_wait: float = Field(default=90.0, description="Seconds that one seal waits for the signing service.")
    key_passphrase: SecretStr | None = Field(default=None, description="Opens the PKCS#12 and the PEM keys.")
    kms: Literal["file", "pkcs11", "transit"] = Field(
        default="file", description="What wraps the data keys of papers: keys/wrapping.json, an HSM, or a server."
    )
    kms_key: str = Field(default="kho-so", description="Prefix of the agencies' wrapping keys in an HSM or a server.")
    kms_secret: SecretStr | None = Field(default=None, description="PIN of the HSM's token, or token of the server.")
    kms_module: Path | None = Field(default=None, description="PKCS#11 library of the HSM.")
    kms_token: str | None = Field(default=None, description="Label of the HSM's token.")
    kms_url: str | None = Field(
        default=None, description="Address of a server with the transit interface (HashiCorp Vault, OpenBao)."
    )
    trust_roots: Path | None = Field(
        default=None, description="PEM of roots that PDF signatures must lead to, beside the built-in."
    )

    witnesses: tuple[tuple[str, str], ...] = Field(
        default=(),
        description="Witnesses of the transparency log: JSON list of [address, key], as `vault witness` prints them.",
    )

    # --- others ------------------------------------------------------------------------------------------------------
    national_url: str | None = Field(
        default=None, description="The national data store (Kho quản lý dữ liệu điện tử); without it nothing is told."
    )
    national_token: SecretStr | None = Field(default=None, description="Bearer token towards it.")
    national_profile: Path | None = Field(
        default=None, description="JSON of its addresses, field names and words (vault/national/profile.py)."
    )
    national_seconds: float = Field(default=10.0, gt=0, description="How long it may be silent before we hang up.")

    peers: Path | None = Field(
        default=None, description="JSON directory of other provinces' vaults (vault/peers/directory.py)."
    )

    # --- limits ------------------------------------------------------------------------------------------------------
    max_upload_bytes: int = Field(default=120_000_000, description="Largest file taken in.")
    clamd: str | None = Field(
        default=None, description="ClamAV's daemon that looks at every upload: host:port, or the path of its socket."
    )
    max_pages: int = Field(default=300, description="Most pages of one file.")
    max_batch_bytes: int = Field(default=400_000_000, description="Largest batch of papers scanned in one go.")
    max_batch_pages: int = Field(default=2_000, description="Most pages of a batch, separator sheets included.")
    hand_over_minutes: int = Field(
        default=15, ge=1, le=120, description="So long a phone that a desk let in may send pictures."
    )
    sandbox_memory_bytes: int = Field(
        default=2_000_000_000, description="Address space of a child that parses an outside file."
    )
    sandbox_seconds: int = Field(default=120, description="Wall time of such a child; reading a page has it anew.")
    sandbox_children: int = Field(
        default=4, description="Most such children of one process at a time; further callers wait."
    )
    web_processes: int = Field(
        default=1, description="Web processes behind the one port that `vault up` starts; 0: none."
    )
    workers: int = Field(default=1, description="Worker processes that `vault up` starts.")
    worker_jobs: int = Field(
        default=2, ge=1, description="Jobs at a time in one worker process: cores to read papers with."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the secrets folder, then `service.json` of the home folder."""
        given = init_settings()
        folders = _Home(**{name: given[name] for name in ("home", "secrets") if name in given})
        kept = JsonConfigSettingsSource(settings_cls, json_file=folders.home / "service.json")
        if folders.secrets is None:
            return (init_settings, env_settings, kept)
        return (init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folders.secrets), kept)

    @property
    def qr_host(self) -> str:
        """Host that QR credentials name and that verifiers pin."""
        return self.public_host or f"{self.http_host}:{self.http_port}"

    @property
    def public_url(self) -> str:
        """The address that browsers open: https wherever cookies are marked Secure."""
        return f"{'https' if self.secure_cookies else 'http'}://{self.qr_host}"

    @property
    def step_up(self) -> timedelta:
        """How recent a proof of who sits there must be for sealing and revoking."""
        if self.step_up_minutes is not None:
            return timedelta(minutes=self.step_up_minutes)
        return timedelta(minutes=15) if self.environment == "production" else timedelta(hours=self.session_hours)

    @property
    def local_url(self) -> str:
        """Where the web process answers on this machine."""
        return f"http://{self.http_host}:{self.http_port}"
