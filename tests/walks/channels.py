"""The walk of an admin: the channels and how they do, a new account, and what is wrong with one on top of every view."""

from playwright.sync_api import expect

from tests.walks.album import Camera
from tests.walks.stage import Stage
from tests.walks.windows import Colleague

KIND = "twilio_sms"
"""A channel no other walk needs."""
MANY = 12
"""Ten that fail in half an hour are an alert."""


def channels_walk(stage: Stage, camera: Camera) -> None:
    """See all channels, look at the form of a new one, and be told when much of what is sent fails."""
    admin = Colleague(stage, "admin")
    page = admin.page
    admin.sign_in()
    page.goto("/#/settings/channels")
    expect(page.get_by_role("listitem").filter(has_text="Messenger").first).to_be_visible()
    camera.take(page, "all", vi="Mọi kênh, và từng kênh đang thế nào.", en="All channels, and how each of them does.")
    admin.press("accounts.add")
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    camera.take(page, "which", vi="Thêm một kênh: chọn loại.", en="Adding a channel: which?")
    page.get_by_role("dialog").get_by_role("button", name="Telegram", exact=True).click()
    expect(page.get_by_role("button", name=admin.word("accounts.test"), exact=True)).to_be_visible()
    camera.take(
        page,
        "form",
        vi="Mỗi mục đều nói rõ lấy ở đâu; thử trước rồi mới lưu.",
        en="Each field says where it is found; it can be tried before it is saved.",
    )
    page.keyboard.press("Escape")
    _fails(stage)
    banner = page.get_by_role("region", name=admin.word("alerts.title"))
    expect(banner).to_be_visible(timeout=60_000)
    camera.take(
        page,
        "alert",
        vi="Nhiều tin không gửi được: quản trị viên thấy ngay phía trên, kèm cách xử lý.",
        en="Many messages fail: admins see it on top at once, with what to do.",
    )


def _fails(stage: Stage) -> None:
    """The provider refuses whatever is written to those who write just then."""
    phones = stage.window().request
    wrong = {"kind": "error", "status": 400, "description": "The number is not reachable", "times": 0}
    assert phones.post(f"{stage.demo.phones}/{KIND}/_sandbox/fault", data=wrong).ok
    for n in range(MANY):
        said = {"chat": f"+849011122{n:02}", "name": f"Khách {n}", "text": "xin chào"}
        assert phones.post(f"{stage.demo.phones}/{KIND}/_sandbox/say", data=said).ok
