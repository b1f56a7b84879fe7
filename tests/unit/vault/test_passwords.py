from __future__ import annotations

import pytest

from vault.domain.passwords import NOBODY, hash_password, password_fits

STORED = hash_password("mật khẩu mẫu", salt="muối")


def test_the_pass_word_fits_and_nothing_else_does() -> None:
    assert password_fits("mật khẩu mẫu", STORED)
    for wrong in ("", "mat khau mau", "mật khẩu mẫu ", "MẬT KHẨU MẪU", "x" * 10_000, "\x00", "\ud800"):
        assert not password_fits(wrong, STORED), wrong


def test_the_stored_text_says_how_it_was_made_and_not_what_it_hides() -> None:
    kind, n, r, p, salt, digest = STORED.split("$")
    assert (kind, int(n) >= 2**14, int(r), int(p), salt, len(digest)) == ("scrypt", True, 8, 1, "muối", 64)
    assert "mẫu" not in STORED


def test_the_salt_makes_equal_pass_words_look_different() -> None:
    assert hash_password("x", salt="a") != hash_password("x", salt="b")


def test_one_changed_digit_of_the_hash_fits_no_more() -> None:
    last = "0" if STORED[-1] != "0" else "1"
    assert not password_fits("mật khẩu mẫu", STORED[:-1] + last)


@pytest.mark.parametrize("password", ["x", "nobody", "canbo"])
def test_nobody_has_a_pass_word(password: str) -> None:
    assert not password_fits(password, NOBODY)
