"""Every use case that writes stands in the fault table, or says where else it is broken, or why it need not be.

A use case that writes nothing but its own event needs no row: the event commits, or the answer is not given.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.table import BY_NAME

ROOT = Path(__file__).parents[2]
USECASES = ROOT / "vault" / "usecases"

TABLE = {
    "correct/decide_case": "decide case",
    "correct/open_case": "open case",
    "correct/seal_version": "version",
    "digitize/confirm": "confirm",
    "digitize/discard": "discard",
    "digitize/hand_in": "send in",
    "digitize/import_paper": "import",
    "digitize/make_searchable": "searchable",
    "digitize/read": "read",
    "digitize/receive": "receive",
    "digitize/seal": "seal",
    "digitize/take_back": "take back",
    "exchange/subscribe": "subscribe",
    "identify/manage_accounts": "add account",
    "oversee/break_glass": "break glass",
    "oversee/change_state": "revoke",
    "present/live_shares": "stop",
    "present/make_code": "code",
    "present/put_on_phone": "phone",
    "present/redeem_code": "redeem",
    "present/set_consent": "consent",
    "protect/apply_retention": "let go",
    "protect/erase": "erase",
    "protect/hold": "hold",
    "reuse/attach": "attach",
    "reuse/close_dossier": "close",
    "reuse/demand": "demand",
    "reuse/fill_form": "submit form",
    "reuse/open_dossier": "open dossier",
    "verify/publish_status": "publish",
}
"""Module and its step."""

ELSEWHERE = {
    "digitize/renew_seals": "tests/integration/test_renew_seals.py",
    "digitize/split": "tests/integration/test_batches.py",
    "digitize/receive_batch": "tests/integration/test_batches.py",
    "heal/back_up": "tests/integration/test_restore.py",
    "heal/reconcile": "tests/integration/test_healing.py",
    "heal/scrub": "tests/integration/test_healing.py",
    "heal/fsck": "tests/integration/test_healing.py",
    "outside/answer_peer": "tests/integration/test_peers.py",
    "outside/ask": "tests/integration/test_elsewhere.py",
    "outside/fetch": "tests/integration/test_elsewhere.py",
    "outside/deliver": "tests/integration/test_national.py",
    "outside/send_webhooks": "tests/integration/test_webhooks.py",
    "outside/take_online": "tests/integration/test_national.py",
}
"""Module and the test that breaks it: at the other side's faults, by two workers, by being run twice."""

ONE = "one transaction and nothing outside it; said again, the kept answer or a refusal that tells of it"
AGAIN = "one transaction and nothing outside it; said again it is one more, which its list shows and its owner ends"
SHORT = "rows that live for minutes: a step of a sign-in, a session, a count; begun anew by whoever stands there"
REASONS = {
    "brake": SHORT,
    "digitize/give_up": ONE,
    "digitize/hand_over": SHORT,
    "digitize/know_again": ONE,
    "exchange/ask_evidence": AGAIN,
    "exchange/partner_documents": "keeps bytes, rows and job by parts of `receive` and `import_paper`, broken there",
    "exchange/systems": ONE,
    "heal/rebuild_index": "fifty records a transaction, from their rows; the next run does what is left",
    "identify/federate": SHORT,
    "identify/mandates": AGAIN,
    "identify/passkey": SHORT,
    "identify/second_factor": ONE,
    "identify/sessions": ONE,
    "identify/sign_in": SHORT,
    "identify/sign_out": ONE,
    "identify/who_is": SHORT,
    "outside/letters": ONE,
    "present/decide_peer": ONE,
    "protect/data_requests": AGAIN,
    "protect/rewrap": "a key at a time, each in one transaction; whatever is left is found by the next run",
    "protect/sweep": "what is swept is found by nothing being named for it; the next run finds what is left",
    "reuse/notice": ONE,
    "reuse/tie_number": ONE,
    "verify/look_up": SHORT,
}


LOOKS = frozenset(
    """
    access.broken access.broken_on access.circumstances accounts.actor_of accounts.agencies accounts.by_id
    accounts.by_username accounts.kept accounts.session_of accounts.sessions_of accounts.vouched batches.get
    batches.list batches.seen consents.of_holders corrections.get corrections.list corrections.of_dossier
    corrections.of_holder dossiers.due_days dossiers.get dossiers.list dossiers.open_ones dossiers.reported
    dossiers.using events.behind events.list events.oldest events.searched events.span events.tally events.usages
    evidence.get evidence.of_holder figures.acts forms.of_dossier hand_ins.find hand_ins.of_account hand_overs.actor_of
    hand_overs.intakes holders.find holders.get holds.living intakes.count_due intakes.due intakes.find intakes.get
    intakes.get_all intakes.known_as intakes.list intakes.of_bytes intakes.open_ones intakes.pages intakes.received_by
    intakes.signatures_of keys.agencies keys.begin_use keys.begin_use_of keys.ended keys.files_of keys.of keys.older
    keys.strays keys.unheld keys.wholes_of log.leaves outbox.of_agency outbox.of_dossier outside.ask outside.asks
    outside.cursor outside.fresh dossiers.opened_under ties.get
    outside.get_ask outside.of_intake outside.paper outside.papers peer_questions.get peer_questions.waiting
    records.erased_at records.find records.first_holder records.get records.history records.holder_ids records.of_blob
    records.of_codes records.of_holder records.of_people records.seals_to_renew records.states records.status_lists
    records.status_of search.find shares.find_code shares.misses shares.of_holder shares.states sign_ins.passkey
    sign_ins.passkeys sign_ins.recovery_codes_left sign_ins.second_factor sign_ins.tries upkeep.among_rows
    upkeep.changed_since upkeep.damages upkeep.held upkeep.held_after upkeep.idle_keys upkeep.is_used upkeep.names_clear
    upkeep.noted upkeep.patient vitals.read webhooks.counts webhooks.get webhooks.listeners webhooks.of_account
    webhooks.of_agency
    """.split()  # noqa: SIM905 - so many read better so
)
"""What changes nothing. A call that is not here writes, until somebody has looked."""


def writing() -> set[str]:
    """Modules of use cases that call something of a transaction which is neither a look nor the event."""
    found = set()
    for path in sorted(USECASES.rglob("*.py")):
        calls = set(re.findall(r"tx\.(\w+\.\w+)\(", path.read_text(encoding="utf-8")))
        if "begin(" in path.read_text(encoding="utf-8") and any(_writes(one) for one in calls):
            found.add(path.relative_to(USECASES).with_suffix("").as_posix())
    return found


def _writes(call: str) -> bool:
    return call != "events.add" and call not in LOOKS


def test_every_use_case_that_writes_is_broken_somewhere_or_says_why_not() -> None:
    known = [*TABLE, *ELSEWHERE, *REASONS]
    assert len(known) == len(set(known))
    told = set(TABLE.values())
    assert told <= set(BY_NAME)
    assert not [one for one in ELSEWHERE.values() if not (ROOT / one).is_file()]
    assert writing() == set(known)
