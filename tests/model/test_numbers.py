"""Phone numbers in comments: found however they are written, and nothing else taken for one."""

import pytest

from hub.model.text.phone_numbers import phone_numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0912345678", "0912345678"),
        ("sđt em 0912 345 678 nha", "0912345678"),
        ("09.12.34.56.78", "0912345678"),
        ("0912-345-678", "0912345678"),
        ("o912 345 678", "0912345678"),
        ("09o1 234 567 ạ", "0901234567"),
        ("O912345678", "0912345678"),
        ("０９１２３４５６７８", "0912345678"),
        ("0️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "0912345678"),
        ("+84 912 345 678", "84912345678"),
        ("(+84) 912-345-678", "84912345678"),
        ("84912345678", "84912345678"),
        ("SĐT0912345678", "0912345678"),
        ("lấy 2 cái, 0389 123 456, giá 350k", "0389123456"),
        ("250.000 0912345678", "0912345678"),
        ("0912 345 678 q9", "0912345678"),
        ("028 3825 1234", "02838251234"),
        ("電話0912-345-678", "0912345678"),
        ("+886 912 345 678", "886912345678"),
        ("+1 415 555 2671", "14155552671"),
    ],
)
def test_number_is_found_however_it_is_written(text: str, number: str) -> None:
    found = phone_numbers(text)

    assert (number,) == found


def test_each_of_two_numbers_is_found() -> None:
    found = phone_numbers("0912345678 0987654321")

    assert ("0912345678", "0987654321") == found


@pytest.mark.parametrize(
    "text",
    [
        "350.000",
        "1.290.000đ",
        "2.000.000.000",
        "84.912.345.678 đ",
        "giá 350k?",
        "đơn 0912345678",
        "mã đơn: 0351234567",
        "DH0912345678",
        "#0912345678",
        "stk 0912345678",
        "訂單 0912345678",
        "09/12/2023 10:30",
        "09.12.2023 10",
        "size 38 39 40 41 42",
        "03 05 07 09 11",
        "1900 1234",
        "+1",
        "+10",
        "ở 20 cái 300 000",
        "12345678901234567890",
        "",
    ],
)
def test_price_order_date_and_size_are_no_numbers(text: str) -> None:
    found = phone_numbers(text)

    assert () == found
