"""The sample customers who have an account in the shop."""

from hub.model.base import Value


class Account(Value, frozen=True, omit_defaults=False):
    """A customer of the shop, by the shop's own id."""

    id: str
    name: str
    language: str
    phone: str
    email: str
    address: str


ACCOUNTS = {
    account.id: account
    for account in (
        Account(
            id="lan",
            name="Nguyễn Thị Lan",
            language="vi",
            phone="0900005678",
            email="lan@shop.example",
            address="12 Lê Lợi, Quận 1, TP. HCM",
        ),
        Account(
            id="minh", name="Trần Quang Minh", language="vi", phone="0900004321", email="minh@shop.example", address="8 Trần Phú, Đà Nẵng"
        ),
        Account(
            id="emma",
            name="Emma Clark",
            language="en",
            phone="+12025550143",
            email="emma@shop.example",
            address="41 Maple Street, Portland",
        ),
        Account(
            id="yijun",
            name="林怡君",
            language="zh-TW",
            phone="0900009876",
            email="yijun@shop.example",
            address="台北市大安區和平東路 1 段 5 號",
        ),
    )
}
"""Their numbers and addresses are made up: example domains, numbers that nobody has."""
