"""What is read of a letter: its newest words, any charset, HTML, and whatever else lies in a mailbox."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.text import added, decoded, newest, text_of_html
from hub.model.errors import Unparseable
from tests.channels.email_world import read


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Có ạ\n\nOn Mon, 2 Nov 2026 at 09:00, Shop <a@b.c> wrote:\n> cũ\n> nữa", "Có ạ"),
        ("Có ạ\n\nOn Mon, 2 Nov 2026 at 09:00,\nShop <a@b.c> wrote:\n> cũ", "Có ạ"),
        ("Có ạ\n\nVào Th 2, 2 thg 11, 2026 lúc 09:00 Shop <a@b.c> đã viết:\n\n> cũ", "Có ạ"),
        ("好的\n\nShop <a@b.c> 於 2026年11月2日 週一 上午9:00寫道：\n\n> 舊", "好的"),
        ("Có ạ\n\n-----Original Message-----\nFrom: Shop\nSent: Monday\nSubject: x\n\ncũ", "Có ạ"),
        ("Có ạ\n\nTừ: Shop <a@b.c>\nĐã gửi: thứ hai\nTới: Lan\nChủ đề: x\n\ncũ", "Có ạ"),
        ("Có ạ\n\n________________________________\nFrom: Shop\nSent: Monday\nTo: Lan\n\ncũ", "Có ạ"),
        ("Có ạ\n-- \nLan\n0901", "Có ạ"),
        ("Có ạ\n\nSent from my iPhone", "Có ạ"),
        ("Có ạ\n\nGửi từ iPhone của tôi", "Có ạ"),
        ("> Size nào?\nSize M\n> Màu nào?\nĐen", "> Size nào?\nSize M\n> Màu nào?\nĐen"),
        ("On Mon I wrote: nothing came", "On Mon I wrote: nothing came"),
        ("> chỉ có trích", "> chỉ có trích"),
        ("Giá: 5k\nShip: 2k", "Giá: 5k\nShip: 2k"),
        ("", ""),
    ],
)
def test_newest_words_are_found(text: str, kept: str) -> None:
    assert kept == newest(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Có ạ\n\nOn Mon, 2 Nov 2026 at 09:00, Shop <a@b.c> wrote:\n> cũ", "Có ạ"),
        ("\n\nOn Mon, 2 Nov 2026 at 09:00, Shop <a@b.c> wrote:\n> 1. Giao hàng\n> 2. Gặp nhân viên", ""),
        ("> chỉ có trích", ""),
    ],
)
def test_who_quotes_only_adds_no_words(text: str, kept: str) -> None:
    assert kept == added(text)


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("Chào".encode(), "utf-8", "Chào"),
        ("Chào".encode(), "us-ascii", "Chào"),
        ("Chào".encode(), "no-such-charset", "Chào"),
        ("Chào".encode(), "hex", "Chào"),
        ("caf\u00e9 \u201cx\u201d".encode("cp1252"), "iso-8859-1", "café “x”"),
        ("您好".encode("big5"), "big5", "您好"),
        ("您好".encode("gb18030"), "gb2312", "您好"),
        (b"caf\xe9", "", "café"),
        (b"a\x00b\r\nc", "utf-8", "ab\nc"),
    ],
)
def test_charsets_are_read_as_they_are_meant(content: bytes, charset: str, text: str) -> None:
    assert text == decoded(content, charset)


def test_html_is_read_as_a_reader_sees_it() -> None:
    page = (
        "<head><title>t</title></head><body onload=evil()><script>x</script><p>Chào&nbsp;<b>shop</b></p><ul><li>một</li><li>hai</li></ul>"
        '<a href="https://a.example">đây</a> <a href="https://b.example">https://b.example</a> <a href="javascript:evil()">bấm</a>'
        '<div style="display:none">x</div><table><tr><td>a</td><td>b</td></tr></table><blockquote>cũ</blockquote>'
    )

    assert "Chào shop\n\nmột\nhai\nđây (https://a.example) https://b.example bấm\na b\n> cũ" == text_of_html(page)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
def test_whatever_lies_in_a_mailbox_only_one_refusal_leaves(raw: bytes) -> None:
    for body in (
        raw,
        b"From: a@b.example\r\n" + raw,
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + raw,
    ):
        try:
            msgspec.msgpack.encode(read(body))
        except Unparseable:
            continue


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\r\nSubject: =?x-unknown?b?////?= =?utf-8?q?=C3?=\r\n\r\nhi",
        b"From: =?utf-8?b?Zm9v?=<a@b.example>\r\nDate: 99 Foo 99999 99:99:99 +9999\r\n\r\nhi",
        b"From: a@b.example\r\nContent-Type: text/plain; charset*=utf-8''%ff\r\n\r\nhi",
        b"From: a@b.example\r\nContent-Type: multipart/mixed\r\n\r\nhi",
        b"From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\n\r\nhi",
        b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"From: a@b.example\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 x\r\n\xff\r\nend",
        b"From: a@b.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nhi\r\n--x--",
        b"From: a@b.example\r\n" + b"Received: x\r\n" * 2000 + b"\r\nhi",
    ],
)
def test_malformed_letters_are_read_as_far_as_they_go(raw: bytes) -> None:
    msgspec.msgpack.encode(read(raw))


def test_long_lines_and_many_headings_cost_no_long_time() -> None:
    import time

    begun = time.process_time()
    for text in ("On " * 30_000, "On x " * 20 + "wrote\n" * 20_000, "在於" * 40_000 + ":", "> \n" * 30_000, "<div>" * 20_000):
        newest(text)
        text_of_html(text)

    assert time.process_time() - begun < 5
