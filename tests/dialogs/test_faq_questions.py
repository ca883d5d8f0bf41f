"""How people really ask, and which answer it must be: the questions by which the threshold was set."""

import pytest

from tests.dialogs.world import answer, fixed, live, shop, taken

QUESTIONS = {
    "vi": {
        "delivery": [
            "Bao lâu thì mình nhận được hàng vậy shop?",
            "ship mất mấy ngày ạ",
            "giao hang nhanh khong",
            "có giao tới Cần Thơ không",
        ],
        "delivery_fee": ["Chào shop, cho mình hỏi phí giao hàng về Đà Nẵng bao nhiêu vậy ạ", "ship nhiêu tiền", "co freeship ko shop"],
        "returns": ["mình muốn trả lại cái áo này", "đổi trả thế nào shop", "cho minh hoi chinh sach doi tra"],
        "exchange": ["mặc bị chật quá, đổi size lớn hơn được không", "doi size dc ko"],
        "refund": ["bao giờ mình được hoàn tiền", "tien hoan ve khi nao"],
        "hours": ["mấy giờ shop mở cửa", "chủ nhật có làm việc không", "mấy h đóng cửa", "may gio mo cua"],
        "address": ["shop ở đâu vậy", "cho xin địa chỉ cửa hàng"],
        "cancel": ["mình muốn hủy đơn hàng", "đặt nhầm rồi, hủy đơn giúp mình"],
        "stock": ["mẫu này còn hàng không", "con mau den khong shop"],
        "price": ["cái này bao nhiêu tiền", "gia bao nhieu"],
        "damaged": ["áo mình nhận bị rách", "shop giao nhầm mẫu rồi"],
        "size": ["mình 55kg mặc size nào", "tư vấn size giúp em"],
    },
    "en": {
        "delivery": ["How long does delivery to Hanoi take?", "how many days until delivery"],
        "delivery_fee": ["what does shipping cost", "Is shipping free?"],
        "returns": ["can I return the dress I bought last week", "what's your return policy?"],
        "refund": ["when will I get my money back"],
        "hours": ["What time do you open?", "are you open on Sunday"],
        "invoice": ["I need an invoice for my company"],
        "damaged": ["my parcel came torn", "you sent me the wrong item"],
        "cancel": ["I'd like to cancel my order please"],
        "address": ["do you have a physical shop"],
        "care": ["can it go in the washing machine"],
        "payment": ["which payment methods do you accept", "can I pay by credit card?"],
    },
    "zh-TW": {
        "delivery": ["請問多久會到貨", "請問寄送要幾天"],
        "delivery_fee": ["運費怎麼算", "滿多少可以免運呢"],
        "returns": ["可以退貨嗎", "我想退貨"],
        "exchange": ["我想換大一號的"],
        "hours": ["你們幾點開門", "你們幾點營業？", "請問你們營業到幾點呢", "星期天有開嗎"],
        "refund": ["什麼時候會退款", "還沒收到退款"],
        "payment": ["可以用LINE Pay嗎"],
        "damaged": ["收到瑕疵品"],
        "cancel": ["我要取消訂單"],
    },
}
NOT_OURS = {
    "vi": ["thời tiết hôm nay thế nào", "bạn tên gì", "hôm nay ăn gì", "kể chuyện cười đi", "chúc ngủ ngon", "con mèo nhà mình bị ốm"],
    "en": ["what is the weather today", "tell me a joke", "who won the match", "my cat is ill"],
    "zh-TW": ["今天天氣如何", "講個笑話", "我的貓生病了", "有什麼好吃的"],
}


@pytest.mark.parametrize(
    ("language", "expected", "words"), [(lang, id_, w) for lang, by in QUESTIONS.items() for id_, ws in by.items() for w in ws]
)
def test_a_question_finds_its_answer(language: str, expected: str, words: str) -> None:
    assert fixed(language, expected) == answer(taken(live(language=language), words))


@pytest.mark.parametrize(("language", "words"), [(language, words) for language, asked in NOT_OURS.items() for words in asked])
def test_what_the_shop_has_no_answer_for_is_not_answered_with_something_else(language: str, words: str) -> None:
    assert shop().wordings[language].say.fallback == answer(taken(live(language=language), words))


@pytest.mark.parametrize("language", ["vi", "en", "zh-TW"])
def test_every_way_to_ask_that_the_file_lists_finds_its_own_answer(language: str) -> None:
    index = shop().wordings[language].index
    wrong = []
    for number, entry in enumerate(index.entries):
        words = index.asked[number]
        found = index.best(words)
        if found is None or found.id != entry:
            wrong.append((words, entry, found))

    assert wrong == []
