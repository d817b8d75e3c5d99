"""The situations of the labelling guide, one test each, in both languages; all texts are our own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.intake.domain.classify import Classification, classify
from services.intake.policy_files import load_rules

RULES = load_rules()
TUESDAY = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)


def read(narrative: str) -> Classification:
    return classify(narrative, RULES)


def kinds(narrative: str) -> set[str]:
    return {line.rule.split(".")[1] for line in read(narrative).bill}


@pytest.mark.parametrize(
    "narrative",
    [
        "家里宽带从周五晚上就没网了，光猫红灯一直闪，报修电话打了两遍，孩子上网课都没法上。",
        "楼上空调外机半夜嗡嗡响，已经一个多月了，物业来过一次说没办法，我妈根本睡不着。",
        "Our broadband has been dropping every evening since the router swap and nobody can find the fault.",
        "I keep getting billed for a gym membership I cancelled in March.",
    ],
)
def test_a_service_that_is_down_or_keeps_failing_is_ongoing(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "五月份报的马桶漏水，到现在九月了也没见师傅上门。",
        "前年买的车位，产权证到今天都没给办下来。",
        "Reported the leaking radiator in October. It is now January and nobody has turned up.",
        "That was promised two years ago and the street lamp is dark to this day.",
    ],
)
def test_an_old_matter_that_is_still_not_fixed_is_ongoing_however_old(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "退租一个半月，押金两千八，房东说在走流程，钱一直没退。",
        "网上订的婴儿床，付款二十天了还没发货，卖家不理人。",
        "账号莫名其妙被封，里面充值的钱取不出来。",
        "I returned the boots in May, you signed for them, and the refund has not arrived.",
        "My wallet is locked after the update and I have 340 dollars in there.",
        "Where is my suitcase? It has not been delivered.",
    ],
)
def test_own_money_or_goods_withheld_is_ongoing(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "上个月停水三天，早就恢复了，我要求补偿买桶装水的钱。",
        "演唱会那晚音响坏了二十多分钟，后面半场才恢复，要求退一部分票钱。",
        "The power was off for four days in February. It came back on the Friday. I would like compensation.",
        "Our flight landed five hours late, so we missed the cruise dinner. I expect a voucher.",
    ],
)
def test_a_loss_that_is_over_with_redress_wanted_is_past(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "那张信用卡不是我办的，现在征信上挂着逾期，房贷都批不下来。",
        "你们系统把我的姓名登记错了，办什么业务都过不了。",
        "A collection account from a clinic I have never visited is on my credit report.",
    ],
)
def test_a_wrong_record_in_force_is_ongoing(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "儿童滑梯螺丝掉了，前天有个小孩划破了腿，现在滑梯还开着，随时会再出事。",
        "My son cut his hand on the handrail yesterday. It is hanging loose and someone will get hurt.",
    ],
)
def test_an_accident_whose_hazard_is_still_there_is_ongoing(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "上周在你们超市门口滑倒，手腕扭了，当时值班经理连句关心的话都没有。",
        "I slipped in your shop last week and bruised my hip. The assistant laughed.",
    ],
)
def test_an_accident_that_is_only_reported_is_past(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "多收的四十二块已经退到我账上了，这个投诉可以撤了。",
        "快递昨晚收到了，东西没问题，不用再处理了。",
        "The double charge was reversed on Tuesday, so please close this complaint.",
        "Just to let you know, the replacement arrived and works. No further action needed.",
    ],
)
def test_a_matter_resolved_or_withdrawn_is_past(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "新买的洗碗机第三次就不进水了，要求换货，店里不给换。",
        "The blender trips the fuse whenever I plug it in and the store refuses to exchange it.",
    ],
)
def test_a_product_that_cannot_be_used_and_is_not_exchanged_is_ongoing(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "面膜用了一次，味道也怪，没宣传的那么好，不推荐。",
        "米饭硬得像石子，送来汤都洒袋子里了，不会再点。",
        "Used the shampoo once, it smelled odd and did nothing. Would not recommend it.",
    ],
)
def test_a_remark_on_quality_after_use_is_past(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "今天去营业厅，三号窗口那个人头都不抬，问她两句就冲我嚷嚷，什么素质。",
        "The cashier was rude, rolled her eyes and told me to hurry up.",
    ],
)
def test_one_incident_of_conduct_is_past(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "你们那个催收员天天打我单位电话，还骂我同事，说了不要打还是继续打。",
        "Your collectors keep calling my workplace every day and have not stopped, it is harassment.",
    ],
)
def test_conduct_that_goes_on_and_on_is_ongoing(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "机票钱已经退回来了，但是我请了两天假，来回打车一百六，这个损失得赔偿。",
        "The hotel has refunded the price, fine. But I deserve compensation for the taxi as well.",
    ],
)
def test_extra_compensation_after_the_refund_is_past(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "五一的旅行团早结束了，导游当时态度恶劣，我写了三封邮件，一封回复都没有。",
        "I wrote three times about how rude your staff were last summer. There was no reply.",
    ],
)
def test_waiting_for_a_reply_alone_is_no_running_harm(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "我现在就在登机口，柜台没人，还有四十分钟起飞，行李托运不了。",
        "我家厨房现在漏气，打抢修电话占线，快派人来！",
        "I am on hold right now and my flight boards in ten minutes.",
        "We are stranded at the airport, nobody here to help.",
    ],
)
def test_a_live_moment_is_ongoing(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "上次送错的菜你们赔了券，那个就算了。这次的会员费扣了两遍，多扣的那笔没退。",
        "Last month's overcharge was refunded. The new bill has the same mistake and it still has not been corrected.",
    ],
)
def test_the_live_loss_decides_where_an_ended_one_is_told_too(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "修好了两回，隔三差五又坏，昨天又停了一次。",
        "They fixed it twice but the outage comes back every week, it keeps happening.",
    ],
)
def test_what_returns_again_and_again_is_ongoing_though_restored_for_now(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


def test_a_date_still_ahead_counts_as_a_live_moment() -> None:
    narrative = "I need the certificate, my visa interview is due on 12 March."

    with_date = classify(narrative, RULES, received_at=TUESDAY)

    assert "timing.deadline_ahead.en" in {line.rule for line in with_date.bill}
    assert with_date.timing.value == "ongoing"


@pytest.mark.parametrize("narrative", ["材料请在3月20日前办好。", "请在2025年3月20日之前处理。"])
def test_a_chinese_date_ahead_is_read_with_and_without_its_year(narrative: str) -> None:
    bill = classify(narrative, RULES, received_at=TUESDAY).bill

    assert "timing.deadline_ahead.zh" in {line.rule for line in bill}


@pytest.mark.parametrize(
    "narrative",
    ["It was due on 12 January.", "Due on 31 February.", "由于2月30日前没有通知。", "2024年3月20日前办的。"],
)
def test_a_date_gone_by_or_no_date_at_all_is_not_ahead(narrative: str) -> None:
    bill = classify(narrative, RULES, received_at=TUESDAY).bill

    assert not any("deadline_ahead" in line.rule for line in bill)


def test_without_the_time_of_receipt_no_date_is_ahead() -> None:
    assert "deadline_ahead" not in kinds("The visa interview is due on 12 March.")


def test_uncertain_timing_is_ongoing_and_asks_for_a_person() -> None:
    unsure = read("关于贵公司的服务，我有话要说。")

    assert (unsure.timing.value, unsure.needs_review) == ("ongoing", True)
    assert unsure.timing.confidence < 0.7


def test_the_bill_and_the_prior_add_up_to_the_decision() -> None:
    narrative = "去年停电的事已经解决了，当时工作人员态度恶劣，要求道歉。"

    found = read(narrative)
    total = RULES.weighing.prior["zh"] + sum(line.points for line in found.bill)

    assert total < RULES.weighing.past_below
    assert found.timing.value == "past"
    assert all(line.points < 0 for line in found.timing.evidence)
