"""E-mail under the contract tests."""

import base64
from urllib.parse import urlsplit

import msgspec
from aiohttp import ClientSession

from channels.email.channel import KIND as EMAIL
from channels.kinds import AccountSetup
from config.accounts.outside import alone
from hub.model.channels.ports import Channel
from sandbox.email import EmailStandIn
from tests.channels.contract import SECRET, TOKEN, URL, Kind

SHOP = "chao@shop.example"
CUSTOMER = "lan@khach.example"


def email_values(base_url: str) -> dict[str, str]:
    """An account's values at a stand-in."""
    server = urlsplit(base_url.replace("http://", "smtp://"))
    smtp = {"smtp_host": server.hostname or "", "smtp_port": str(server.port), "smtp_security": "none", "smtp_user": SHOP}
    return {"from": f"Tiệm Lan <{SHOP}>", "token": TOKEN, "provider": "postmark", "basic_auth": f"hook:{SECRET}", **smtp}


def _email(session: ClientSession, base_url: str) -> Channel:
    setup = AccountSetup(channel="email", name="shop", values=email_values(base_url), hook_url=URL)
    return EMAIL.build(setup, alone(session))


KIND = Kind(
    name="email",
    make=_email,
    sign=lambda _body: {"authorization": "Basic " + base64.b64encode(f"hook:{SECRET}".encode()).decode()},
    stand_in=lambda: EmailStandIn(address=SHOP, password=TOKEN, basic_auth=f"hook:{SECRET}"),
    method="send",
    known=msgspec.json.encode(
        {
            "FromFull": {"Email": CUSTOMER, "Name": "Lan"},
            "OriginalRecipient": SHOP,
            "Subject": "Hỏi",
            "MessageID": "pm-1",
            "Date": "Thu, 09 Oct 2025 08:53:20 +0000",
            "TextBody": "shop ơi",
            "Headers": [{"Name": "Message-ID", "Value": "<a1@khach.example>"}],
            "Attachments": [],
        }
    ),
    unknown=b'{"RecordType": "BrandNew", "SecretWord": "hush"}',
    to=CUSTOMER,
    decisions={"500": "Rejected", "502": "Rejected", "reset_before": "OutcomeUnknown"},
    over_session=False,
)
