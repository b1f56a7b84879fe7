"""The once-only guard: may the counter ask the citizen for this component? And what a whole look-up came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from vault.domain.catalogue import ComponentForm, DemandForm, Situation
from vault.domain.reasons import ReasonCode, Severity, Verdict
from vault.domain.reuse.decision import Decision, Step, rank
from vault.domain.states import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.domain.catalogue import Component, LegalGround


class DemandCode(StrEnum):
    """The answer to a demand. All but the first two refuse."""

    ALLOWED = "ALLOWED"
    OVERRIDDEN = "OVERRIDDEN"
    """Allowed against a usable record: logged, and in the daily report."""
    ONCE_ONLY = "ONCE_ONLY"
    CHECK_FIRST = "CHECK_FIRST"
    """A record only needs an officer's check; the ground does not fit that."""
    AUTHORITY_FIRST = "AUTHORITY_FIRST"
    """The record is usable but for whoever hands in the dossier: their authority is what is missing, not a paper."""
    GROUND_REQUIRED = "GROUND_REQUIRED"
    GROUND_UNFIT = "GROUND_UNFIT"
    CERTIFIED_COPY_FORBIDDEN = "CERTIFIED_COPY_FORBIDDEN"
    ORIGINAL_FORBIDDEN = "ORIGINAL_FORBIDDEN"
    REASON_REQUIRED = "REASON_REQUIRED"


@dataclass(frozen=True, slots=True)
class Override:
    """An officer's wish to ask although a usable record exists: why, in their own words, and who."""

    reason: str
    officer: str


@dataclass(frozen=True, slots=True)
class DemandDecision:
    """Whether a demand may go into the notice to the citizen.

    ``record`` is the record and version that should be used instead, when there is one. ``report`` marks what the daily
    report must show.
    """

    allowed: bool
    code: DemandCode
    situation: Situation
    component_code: str
    form: DemandForm
    ground: str | None
    article: str
    vi: str
    en: str
    record: tuple[str, int] | None = None
    override: Override | None = None

    @property
    def report(self) -> bool:
        """Whether the daily report of overrides must list it."""
        return self.code is DemandCode.OVERRIDDEN


_ONCE_ONLY = "NĐ 309/2026/NĐ-CP Đ4 k2a; NĐ 45/2020/NĐ-CP Đ4 k4"
_WORDS: dict[DemandCode, tuple[str, str, str]] = {
    DemandCode.ALLOWED: ("", "Được yêu cầu: {ground}", "May be asked for: {ground}"),
    DemandCode.OVERRIDDEN: (
        "",
        "Được yêu cầu theo căn cứ đã chọn dù kho có bản dùng được ({record}); việc ghi vào nhật ký và báo cáo ngày.",
        "Allowed on the chosen ground although record {record} is usable; logged and shown in the daily report.",
    ),
    DemandCode.ONCE_ONLY: (
        _ONCE_ONLY,
        "Không được yêu cầu lại: kho đã có bản dùng được ({record}). Hãy đính kèm bản này.",
        "May not be asked for again: record {record} is usable. Attach it.",
    ),
    DemandCode.CHECK_FIRST: (
        _ONCE_ONLY,
        "Kho có bản chỉ cần kiểm tra ({record}). Hãy làm bước kiểm tra ghi trong quyết định trước khi yêu cầu.",
        "Record {record} only needs a check. Do what its decision says before asking the citizen.",
    ),
    DemandCode.AUTHORITY_FIRST: (
        "NĐ 69/2024/NĐ-CP Đ40 k8; NĐ 309/2026/NĐ-CP Đ4 k2a",
        "Kho đã có bản dùng được ({record}); chỉ thiếu căn cứ để người nộp thay. Hãy mở hồ sơ có ghi quyền nộp thay.",
        "Record {record} is usable; only the submitter's right is missing. Open the dossier with that right stated.",
    ),
    DemandCode.GROUND_REQUIRED: (
        "NĐ 309/2026/NĐ-CP Đ17 k2a",
        "Chưa chọn căn cứ pháp lý. Hãy chọn một căn cứ trong bảng trước khi yêu cầu.",
        "No legal ground was chosen. Choose one from the table before asking.",
    ),
    DemandCode.GROUND_UNFIT: (
        "NĐ 309/2026/NĐ-CP Đ17 k2a",
        "Căn cứ đã chọn không áp dụng cho trường hợp này. Hãy chọn căn cứ khác hoặc dùng bản trong kho.",
        "The chosen ground does not fit this case. Choose another, or use what the vault holds.",
    ),
    DemandCode.CERTIFIED_COPY_FORBIDDEN: (
        "NĐ 23/2015/NĐ-CP Đ6 k1",
        "Thủ tục chỉ yêu cầu bản sao: không được đòi bản sao chứng thực; có thể xem bản chính để đối chiếu.",
        "The procedure asks for a copy: a certified one may not be demanded; the original may be shown for comparison.",
    ),
    DemandCode.ORIGINAL_FORBIDDEN: (
        "NĐ 23/2015/NĐ-CP Đ6; NĐ 45/2020/NĐ-CP Đ6 k2b",
        "Không được giữ bản chính: thủ tục không yêu cầu nộp bản chính; chỉ được xem để đối chiếu.",
        "The original may not be taken in: the procedure does not ask for it; it may only be shown for comparison.",
    ),
    DemandCode.REASON_REQUIRED: (
        "NĐ 309/2026/NĐ-CP Đ17 k2a",
        "Phải ghi rõ lý do yêu cầu khi kho đã có bản dùng được hoặc chỉ cần kiểm tra ({record}).",
        "State the reason for asking although record {record} is usable or only needs a check.",
    ),
}
_SITUATIONS = {
    Verdict.USABLE: Situation.USABLE,
    Verdict.NEEDS_CHECK: Situation.NEEDS_CHECK,
    Verdict.NOT_USABLE: Situation.NOT_USABLE,
}


def may_demand(
    component: Component,
    decisions: Iterable[Decision],
    ground: LegalGround | None,
    override: Override | None = None,
    *,
    form: DemandForm = DemandForm.COPY,
    reason: str = "",
) -> DemandDecision:
    """Whether the officer may ask the citizen for ``component``, given every decision on what was found.

    Without a usable record a fitting ground suffices. With one the demand is refused (ONCE_ONLY) unless the ground is
    one that holds even then and ``override`` states a reason. With one that only needs a check, ``reason`` says why the
    check does not do; where all that needs checking is the submitter's authority, the paper counts as usable
    (AUTHORITY_FIRST): opening a dossier through a stranger must not turn a usable paper into one that may be asked for.
    ``form`` is what is wanted; a certified copy may never be
    demanded where the procedure asks for a copy, nor an original kept where it asks for none.
    """
    found = rank(one for one in decisions if one.component_code == component.code)
    best = found[0] if found else None
    situation = _SITUATIONS[best.verdict] if best else Situation.NOTHING
    code = _judge(component, situation, best, ground, override=override, form=form, reason=reason)
    allowed = code in {DemandCode.ALLOWED, DemandCode.OVERRIDDEN}
    article, vi, en = _WORDS[code]
    names_record = best is not None and best.verdict is not Verdict.NOT_USABLE
    record = (best.record_code, best.version) if best is not None and names_record else None
    shown = f"{record[0]} v{record[1]}" if record else ""
    return DemandDecision(
        allowed=allowed,
        code=code,
        situation=situation,
        component_code=component.code,
        form=form,
        ground=ground.code if ground else None,
        article=ground.article if allowed and ground else article,
        vi=vi.format(ground=ground.vi if ground else "", record=shown),
        en=en.format(ground=ground.en if ground else "", record=shown),
        record=record,
        override=override if code is DemandCode.OVERRIDDEN else None,
    )


def _judge(  # noqa: PLR0911 - a table of refusals in the order in which they are told
    component: Component,
    situation: Situation,
    best: Decision | None,
    ground: LegalGround | None,
    *,
    override: Override | None,
    form: DemandForm,
    reason: str,
) -> DemandCode:
    but_for_submitter = situation is Situation.NEEDS_CHECK and best is not None and _only_submitter(best)
    counts = situation is Situation.USABLE or but_for_submitter
    if counts and (ground is None or override is None or not ground.overrides_usable):
        return DemandCode.AUTHORITY_FIRST if but_for_submitter else DemandCode.ONCE_ONLY
    if ground is None:
        return DemandCode.GROUND_REQUIRED
    if form is DemandForm.CERTIFIED_COPY and component.form is not ComponentForm.ORIGINAL:
        return DemandCode.CERTIFIED_COPY_FORBIDDEN
    if form is DemandForm.SUBMIT_ORIGINAL and component.form is not ComponentForm.ORIGINAL:
        return DemandCode.ORIGINAL_FORBIDDEN
    if not _fits(component, situation, best, ground, form):
        return DemandCode.CHECK_FIRST if situation is Situation.NEEDS_CHECK else DemandCode.GROUND_UNFIT
    if counts:
        stated = override is not None and override.reason.strip()
        return DemandCode.OVERRIDDEN if stated else DemandCode.REASON_REQUIRED
    if situation is Situation.NEEDS_CHECK and not reason.strip():
        return DemandCode.REASON_REQUIRED
    return DemandCode.ALLOWED


def _only_submitter(best: Decision) -> bool:
    checks = {reason.code for reason in best.weighing(Severity.CHECK)}
    return checks == {ReasonCode.SUBMITTER_WITHOUT_AUTHORITY}


def _fits(
    component: Component, situation: Situation, best: Decision | None, ground: LegalGround, form: DemandForm
) -> bool:
    surrendered = best is not None and ReasonCode.ORIGINAL_DEMANDED in best.codes
    certified = best is not None and best.verdict is Verdict.NEEDS_CHECK and best.trust >= TrustLevel.L3
    return (
        situation in ground.situations
        and form in ground.forms
        and component.form in ground.component_forms
        and (not ground.only_surrendered or component.surrender or surrendered)
        and not (ground.only_uncertified and certified)
    )


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What one step of the order of resolution gave; ``asked`` is False where its source was not consulted."""

    step: Step
    asked: bool
    best: Decision | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The whole look-up for one component: each step in order, and the first that gave something usable."""

    component_code: str
    steps: tuple[StepOutcome, ...]
    settled_by: Step | None
    situation: Situation

    @property
    def best(self) -> Decision | None:
        """The decision to act on, or None when nothing was found."""
        return next(iter(rank(outcome.best for outcome in self.steps if outcome.best is not None)), None)


def resolve(component: Component, decisions: Iterable[Decision], *, asked: frozenset[Step]) -> Resolution:
    """Put decisions into the order of resolution. ``asked`` are the steps whose source was really consulted.

    A step with a decision counts as asked. PAPER settles nothing here: it is what remains when ``settled_by`` is None.
    """
    found = rank(one for one in decisions if one.component_code == component.code)
    steps = tuple(
        StepOutcome(step, step in asked or best is not None, best)
        for step in Step
        if step is not Step.PAPER
        for best in [next((one for one in found if one.step is step), None)]
    )
    settled = next((outcome.step for outcome in steps if outcome.best is not None and outcome.best.usable), None)
    return Resolution(component.code, steps, settled, _SITUATIONS[found[0].verdict] if found else Situation.NOTHING)
