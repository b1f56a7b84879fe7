"""A decision in words: what was asked, what was answered, and why, for an officer or for whoever reviews it later."""

from __future__ import annotations

from typing import Literal

from vault.domain.reasons import Severity, Verdict
from vault.domain.reuse.deciding import VIET_NAM
from vault.domain.reuse.decision import Decision, Reason, Step

Language = Literal["vi", "en"]

_VERDICTS = {
    Verdict.USABLE: ("Dùng được", "Usable"),
    Verdict.NEEDS_CHECK: ("Cần kiểm tra trước khi dùng", "To be checked before use"),
    Verdict.NOT_USABLE: ("Không dùng được", "Not usable"),
}
_WEIGHTS = {
    Severity.BLOCK: ("Không được", "Stops it"),
    Severity.CHECK: ("Cần làm", "To do"),
    Severity.INFO: ("Lưu ý", "Note"),
}
_STEPS = {
    Step.CONNECTED_DATA: ("dữ liệu từ cơ sở dữ liệu kết nối", "data from a connected database"),
    Step.THIS_VAULT: ("kết quả đã có trong kho này", "a result already in this vault"),
    Step.NATIONAL_STORE: ("kết quả trong Kho quốc gia", "a result in the national store"),
    Step.CITIZEN_CERTIFIED: (
        "bản điện tử gốc hoặc bản sao điện tử chứng thực do người dân cung cấp",
        "an electronic original or certified copy supplied by the citizen",
    ),
    Step.COUNTER_COMPARED: ("bản chụp đối chiếu tại quầy", "a scan compared at the counter"),
    Step.PAPER: ("giấy", "paper"),
}


def explain(decision: Decision, language: Language = "vi") -> tuple[str, ...]:
    """The decision as lines of text, heaviest reason first; the last line names the rules that made it."""
    place = 0 if language == "vi" else 1
    when = decision.decided_at.astimezone(VIET_NAM).strftime("%H:%M %d/%m/%Y")
    subject = f"{decision.record_code} v{decision.version} → {decision.component_code} ({decision.dossier_code})"
    found = ("Nguồn", "Found as")[place]
    made = ("Quyết định lúc {0}, theo danh mục {1}, bộ kiểm tra {2}", "Decided at {0} by catalogue {1}, checks {2}")
    return (
        f"{_VERDICTS[decision.verdict][place]}: {subject}",
        f"{found}: {_STEPS[decision.step][place]} ({decision.trust.name})",
        *(_line(reason, place) for reason in decision.reasons),
        made[place].format(when, decision.catalogue_version, decision.rules_version),
    )


def _line(reason: Reason, place: int) -> str:
    sentence = (reason.vi, reason.en)[place]
    return f"{_WEIGHTS[reason.severity][place]} [{reason.code}] {sentence} — {reason.article}"
