"""How long each provider lets a shop answer for free, and what goes afterwards: data, with where it is said and when it was read."""

from collections.abc import Mapping

from hub.model.channels.window import WindowRule

RULES: Mapping[str, WindowRule] = {
    # 24 h from the customer's word; 72 h of everything free from an advertisement that leads to WhatsApp; templates at any time.
    # https://developers.facebook.com/docs/whatsapp/pricing (read 2026-11)
    "whatsapp_cloud": WindowRule(hours=24, ad_hours=72, templates=True),
    "twilio_whatsapp": WindowRule(hours=24, ad_hours=72, templates=True),
    # 24 h, after an advertisement that leads into the chat up to 7 days; a person may answer for 7 days under HUMAN_AGENT.
    # A reaction opens the 24 h as a word does.
    # https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy (of 2026-09-28, read 2026-11)
    "messenger": WindowRule(hours=24, ad_hours=7 * 24, human_hours=7 * 24, human_tag="HUMAN_AGENT", reactions=True),
    "instagram": WindowRule(hours=24, ad_hours=7 * 24, human_hours=7 * 24, human_tag="HUMAN_AGENT", reactions=True),
    # 48 h from the customer's word, any number of messages since 2026-01-01; then consultation messages for money until the seventh day,
    # then templates alone: transaction and promotion messages by id ended on 2026-03-01.
    # https://developers.zalo.me/docs/official-account/tin-nhan/tin-tu-van/dieu-kien-gui-tin-tu-van (read 2026-11)
    "zalo": WindowRule(hours=48, templates=True, paid="consultation", paid_hours=7 * 24),
    # The reply token answers one word for nothing; a push counts against the month's quota.
    # https://developers.line.biz/en/docs/messaging-api/pricing/ (read 2026-11)
    "line": WindowRule(paid="push"),
    # Each segment is paid, in either direction: https://www.twilio.com/en-us/sms/pricing
    "twilio_sms": WindowRule(paid="segment"),
}
"""By kind of channel; a kind that is not named here has no such rule."""
