"""WhatsApp by Twilio under the contract tests."""

from channels.twilio.whatsapp import KIND as WHATSAPP
from sandbox.twilio import WHATSAPP as NAME
from tests.channels.contract import Kind
from tests.channels.twilio_world import AT_TWILIO, PHONE, makes, sign, standing_in

KIND = Kind(
    name=NAME,
    make=makes(WHATSAPP),
    sign=sign,
    stand_in=standing_in(NAME),
    method="messages.create",
    known=AT_TWILIO[NAME],
    unknown=b"MessageSid=SM9&MessageStatus=brand_new&secret_word=hush",
    to=PHONE[NAME],
    at=0,
)
