"""`ports.NationalStore` over HTTP. Everything that comes back is outside input: bounded, typed, or not believed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Protocol

import httpx
from pydantic import SecretStr

from vault.domain.errors import Forbidden, Invalid, Unavailable
from vault.domain.holders import HolderId, HolderLink, HolderRole
from vault.domain.outbox import Letter, LetterKind
from vault.domain.outside import Claim, OutsidePaper
from vault.domain.states import RecordState
from vault.national.profile import Profile, load_profile
from vault.ports import Enquiry, FetchedPaper, OutFile

SIMULATOR = "x-kho-so-simulator"
"""Header by which our simulator makes itself known in every answer."""
MOST_JSON = 2_000_000
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY,
                   HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.UNAUTHORIZED})  # fmt: skip
"""Nothing is wrong with the letter: it is tried again. A token that ran out is the operator's to renew meanwhile."""


class HttpNationalStore:
    """The store at an address, with a bearer token if there is one."""

    def __init__(
        self,
        url: str,
        *,
        token: str,
        profile: Profile,
        seconds: float,
        production: bool,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`seconds` bound connecting and each silence of the other side, and a multiple of them the whole answer."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=seconds, follow_redirects=False, transport=transport
        )
        self._profile = profile
        self._production = production

    def push(self, letter: Letter, body: Mapping[str, object], files: Sequence[OutFile]) -> str:
        """Files first, so that a result never names one that is not there; each step is safe to do again."""
        for file in files:
            path = self._path("file", sha256=file.sha256)
            self._ask("PUT", path, content=file.data, headers={"content-type": file.mime})
        kind = "result" if letter.kind is LetterKind.RESULT else "dossier"
        told = self._profile.spell(body)
        headers = {"content-type": "application/json", "idempotency-key": letter.key, "x-phien-ban": str(letter.id)}
        content = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
        answer = self._json(self._ask("POST", self._path(kind), content=content, headers=headers))
        receipt = answer.get("MaBienNhan") if isinstance(answer, dict) else None
        if not isinstance(receipt, str) or not receipt:
            raise Unavailable("NATIONAL_FAULT", reason="no receipt")
        return receipt

    @property
    def asks_person(self) -> bool:
        """Nobody is asked there."""
        return False

    def find(self, asked: Enquiry, *, seconds: float) -> tuple[Claim, ...]:
        """`ports.PaperSource`: papers of the person that the store holds and can give as a file."""
        kind, number = asked.person.kind.value, asked.person.number or ""
        words = self._profile.spell({"LoaiDinhDanh": kind, "SoDinhDanh": number, "MaTTHC": asked.procedure})
        params = {str(name): str(value) for name, value in words.items()} if isinstance(words, dict) else {}
        with _as_source():
            found = self._json(self._ask("GET", self._path("papers"), params=params, seconds=seconds))
        told = self._profile.understand(found)
        papers = told.get("GiayTo") if isinstance(told, dict) else None
        if not isinstance(papers, list):
            raise Unavailable("OUTSIDE_DOWN", reason="no list")
        return tuple(claim for one in papers if (claim := claim_of(one)) is not None)

    def fetch(self, paper: OutsidePaper, asked: Enquiry, *, seconds: float, most: int) -> FetchedPaper:
        """`ports.PaperSource`: the file under its digest."""
        del asked
        with _as_source():
            path = self._path("file", sha256=paper.claim.sha256)
            return FetchedPaper(self._ask("GET", path, most=most, seconds=seconds))

    def online(self, agency_code: str, *, after: int) -> tuple[tuple[int, object], ...]:
        """Dossiers that citizens sent at the portal to an agency: (number in the list, `HoSo` as it was told)."""
        params = {"MaCoQuan": agency_code, "SauSo": str(after)}
        told = self._profile.understand(self._json(self._ask("GET", self._path("online"), params=params)))
        listed = told.get("DanhSach") if isinstance(told, dict) else None
        if not isinstance(listed, list):
            raise Unavailable("NATIONAL_FAULT", reason="no list")
        pairs = ((one.get("SoThuTu"), one.get("HoSo")) for one in listed if isinstance(one, dict))
        return tuple((number, body) for number, body in pairs if isinstance(number, int) and number > after)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _path(self, name: str, **parts: str) -> str:
        return self._profile.paths[name].format(**parts)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        most: int = MOST_JSON,
        seconds: float | None = None,
    ) -> bytes:
        """The body of a good answer, at most so many bytes of it, and not longer than so many seconds if they count."""
        end = None if seconds is None else monotonic() + seconds
        timeout = self._http.timeout if seconds is None else httpx.Timeout(seconds)
        try:
            with self._http.stream(
                method, path, content=content, headers=headers, params=params, timeout=timeout
            ) as answer:
                self._judge(answer)
                data = bytearray()
                for part in answer.iter_bytes():
                    data += part
                    if len(data) > most:
                        raise Unavailable("NATIONAL_FAULT", reason="answer too large")
                    if end is not None and monotonic() > end:  # a drop at a time is no answer
                        raise Unavailable("NATIONAL_DOWN", reason="too slow")
                return bytes(data)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("NATIONAL_DOWN", reason=type(error).__name__) from error

    def _judge(self, answer: httpx.Response) -> None:
        if self._production and SIMULATOR in answer.headers:
            raise Unavailable("NATIONAL_SIMULATOR")
        status = answer.status_code
        if status in _BUSY:
            raise Unavailable("NATIONAL_DOWN", reason=f"status {status}")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise Unavailable("NATIONAL_FAULT", reason=f"status {status}")
        if status >= HTTPStatus.BAD_REQUEST:
            raise Invalid("NATIONAL_REFUSED", reason=f"status {status}")

    @staticmethod
    def _json(data: bytes) -> object:
        try:
            found: object = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Unavailable("NATIONAL_FAULT", reason="no JSON") from error
        return found


@contextmanager
def _as_source() -> Iterator[None]:
    """The store as one of several sources: its own codes become theirs."""
    try:
        yield
    except Invalid as error:
        raise Forbidden("OUTSIDE_REFUSED", reason=str(error.facts.get("reason", ""))) from error
    except Unavailable as error:
        raise Unavailable("OUTSIDE_DOWN", reason=str(error.facts.get("reason", error.code))) from error


def claim_of(told: object) -> Claim | None:
    """What `KetQua` says of a paper; None for one that cannot be read, or that has no file to be looked at."""
    file = told.get("TepDuLieu") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(file, dict):
        return None
    try:
        holder = HolderId.parse(str(told["MaChuGiayTo"]))
        return Claim(
            ref=str(told["MaKetQua"])[:200],
            type_code=str(told.get("LoaiGiayTo") or ""),
            holder=HolderLink(HolderRole.SUBJECT, holder.kind, holder.number, str(told.get("TenChuGiayTo") or "")),
            sha256=str(file["MaDinhDanh"]),
            mime=str(file.get("DinhDangTep") or ""),
            result_code=_text(told, "MaGiayToKetQua"),
            number=_text(told, "SoKyHieu"),
            issuer_code=_text(told, "MaCoQuan"),
            issuer_as_printed=_text(told, "TenCoQuan"),
            issued_on=_day(told, "NgayCap"),
            valid_until=_day(told, "ThoiHanHieuLuc"),
            scope=_text(told, "PhamViHieuLuc"),
            state=RecordState.ACTIVE if str(told.get("DaHuyBoThayThe") or "0") == "0" else RecordState.REVOKED,
        )
    except (Invalid, KeyError, TypeError, AttributeError, ValueError):
        return None


def _text(told: Mapping[str, object], name: str) -> str | None:
    value = told.get(name)
    return str(value)[:500] if value else None


def _day(told: Mapping[str, object], name: str) -> date | None:
    value = told.get(name)
    return date.fromisoformat(str(value)) if value else None


class ConnectionSettings(Protocol):
    """What the settings say about the connection (`vault.config`)."""

    @property
    def national_url(self) -> str | None: ...  # noqa: D102 - the settings document each
    @property
    def national_token(self) -> SecretStr | None: ...  # noqa: D102 - the same
    @property
    def national_profile(self) -> Path | None: ...  # noqa: D102 - the same
    @property
    def national_seconds(self) -> float: ...  # noqa: D102 - the same
    @property
    def environment(self) -> str: ...  # noqa: D102 - the same


def connect(settings: ConnectionSettings) -> HttpNationalStore | None:
    """The store that the settings name, if any; `SETTINGS_WRONG` for a profile with a slip."""
    if settings.national_url is None:
        return None
    return HttpNationalStore(
        settings.national_url,
        token=settings.national_token.get_secret_value() if settings.national_token else "",
        profile=load_profile(settings.national_profile),
        seconds=settings.national_seconds,
        production=settings.environment == "production",
    )
