"""SMS by Twilio under the contract tests."""

from channels.twilio.sms import KIND as SMS
from sandbox.twilio import SMS as NAME
from tests.channels.contract import Kind
from tests.channels.twilio_world import AT_TWILIO, PHONE, makes, sign, standing_in

KIND = Kind(
    name=NAME,
    make=makes(SMS),
    sign=sign,
    stand_in=standing_in(NAME),
    method="messages.create",
    known=AT_TWILIO[NAME],
    unknown=b"MessageSid=SM9&MessageStatus=brand_new&secret_word=hush",
    to=PHONE[NAME],
    at=0,
)
