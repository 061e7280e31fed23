"""Passwords that are refused with a reason, and those that are not."""

import pytest

from rules.passwords import A_NUMBER, AMONG_COMMON, KNOWN_WORD, ONE_RUN, why_weak

KNOWN = ("zhang.wei", "张伟", "第一党支部", "GS-1", "Hangzhou Steel", "ＬＩ强")


@pytest.mark.parametrize(
    "password",
    [
        *(
            "password",
            "Password1",
            "PASSWORD2026!",
            "p@ssw0rd",
            "P@$$w0rd!",
            "pass-word 1",
            "ｐａｓｓｗｏｒｄ１",
            "passw0rd123456",
        ),
        "iloveyou1",
        "woaini1314",
        "woaini520",
        "welcome1",
        "Welcome2026",
        "admin123456",
        "1234admin",
        "qazwsxedc",
        "letmein!",
        "letme1n!!",
        "dragon123",
        "sunshine",
        "summer2025",
        "changeme",
        "changeme20260101",
        "trustno1",
        "1q2w3e4r",
        "1qaz2wsx",
        "a1b2c3d4",
        "5201314520",
        "147258369",
        "我爱你1314520",
        "密码12345678",
        "test1234",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert why_weak(password) in (AMONG_COMMON, ONE_RUN), password


@pytest.mark.parametrize(
    "password",
    [
        *(
            "12345678",
            "87654321",
            "0123456789",
            "11111111",
            "aaaaaaaa",
            "abcdefgh",
            "qwertyui",
            "poiuytrewq",
            "asdfghjkl",
        ),
        *(
            "abcabcabc",
            "abcdabcd",
            "12121212",
            "qwer1234",
            "asdf1234",
            "aaaa1111",
            "111222333",
            "zxcvbnm123",
        ),
        "一一一一一一一一",
        "一二一二一二一二",
        "--------",
        "1234-5678",
        "horsehorse",
    ],
)
def test_one_run_or_repetition_is_refused(password: str) -> None:
    assert why_weak(password) == ONE_RUN, password


@pytest.mark.parametrize("password", ["19900101", "20261231", "1990-01-01", "13800138000", "+86 138 0013 8000"])
def test_a_date_or_a_phone_number_is_refused(password: str) -> None:
    assert why_weak(password) == A_NUMBER


@pytest.mark.parametrize(
    "password",
    [
        "zhang.wei",
        "zhangwei",
        "ZhangWei1",
        "zhang.wei2026",
        "weizhang88",
        "zhang.wei!",
        "2026zhangwei",
        "张伟张伟2026",
        "张伟-12345678",
        "第一党支部",
        "第一党支部2026",
        "hangzhousteel",
        "Hangzhou-Steel1",
        "leitai2026",
        "LeiTai!!",
        "l3itai2026",
        "擂台擂台2026",
        "leitai12345678",
        "李强li强123",
    ],
)
def test_words_that_others_know_are_refused(password: str) -> None:
    assert why_weak(password, KNOWN) is not None, password


def test_a_known_word_is_named_as_the_reason() -> None:
    assert why_weak("zhangwei2026", KNOWN) == KNOWN_WORD
    assert why_weak("zhangwei2026") is None


@pytest.mark.parametrize(
    "password",
    [
        *(
            "correct horse battery",
            "correct horse",
            "水滴石穿-2026",
            "党旗下的誓言 2026",
            "another-password",
            "leitai-demo",
        ),
        *(
            "kq7vbd2m",
            "8402751936",
            "monkey840275193",
            "zhang likes green tea",
            "passwords are a nuisance",
            "tr0ub4dor&3",
        ),
        "长长的河流",
        "tiger eats 7 plums",
        "20261301",
        "🐯🐰🐲🐍🐴🐑🐵🐔",
    ],
)
def test_others_are_taken(password: str) -> None:
    assert why_weak(password, KNOWN) is None, password
