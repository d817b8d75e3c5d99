"""Severity, demands with their sums, threats, bypass and the hints about the person; all texts are our own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.intake.domain.classify import Classification, classify
from services.intake.policy_files import load_rules

RULES = load_rules()


def read(narrative: str) -> Classification:
    return classify(narrative, RULES)


@pytest.mark.parametrize(
    ("narrative", "severity"),
    [
        ("厨房有股煤气味，怀疑燃气泄漏，孩子头晕。", "safety"),
        ("The brakes failed on the motorway and we nearly had an accident.", "safety"),
        ("电梯困人，快来救人。", "safety"),
        ("我们被困在电梯里了，救命。", "safety"),
        ("孩子被电了一下，插座还在冒火花。", "safety"),
        ("电梯突然下坠。", "safety"),
        ("天花板掉下来了。", "safety"),
        ("I can smell gas in the house.", "safety"),
        ("My child got an electric shock from your heater.", "safety"),
        ("The socket is sparking.", "safety"),
        ("People are trapped in the lift.", "safety"),
        ("The ceiling collapsed in the bedroom.", "safety"),
        ("电梯坏了三天没人修。", "service"),
        ("The lift has been broken since Monday.", "service"),
        ("多扣的话费一直不退，余额也查不到。", "financial"),
        ("I was charged twice and my bank shows the debit, I want the refund.", "financial"),
        ("小区停水两天了，水管也没人修。", "service"),
        ("The flight was delayed and our seats were changed at the gate.", "service"),
        ("窗口人员态度恶劣，还骂人。", "attitude"),
        ("The clerk was rude and insulted me.", "attitude"),
    ],
)
def test_severity_is_what_the_text_is_about(narrative: str, severity: str) -> None:
    assert read(narrative).severity.value == severity


def test_safety_outranks_money_where_both_are_told() -> None:
    assert read("热水器漏电，孩子触电受伤，修理还收了我200元。").severity.value == "safety"


def test_a_refusal_to_turn_on_the_flame_is_no_fire() -> None:
    assert read("燃气灶打不着火，没法做饭。").severity.value != "safety"


@pytest.mark.parametrize(
    ("narrative", "kind"),
    [
        ("要求退还押金。", "refund"),
        ("Please refund my ticket.", "refund"),
        ("要求赔偿误工费。", "compensation"),
        ("I demand compensation for the ruined holiday.", "compensation"),
        ("必须给我当面道歉。", "apology"),
        ("I expect an apology.", "apology"),
        ("请尽快派人来修。", "fix"),
        ("Please repair the lift.", "fix"),
        ("请给我一个书面解释。", "explanation"),
        ("Please explain why.", "explanation"),
    ],
)
def test_the_demand_is_named(narrative: str, kind: str) -> None:
    assert read(narrative).demands[0].kind == kind


@pytest.mark.parametrize(
    "narrative",
    [
        "I don't want a refund, I want an apology.",
        "No refund needed, just fix it.",
        "Please don't refund me.",
        "We don't need compensation, only repair the lift.",
        "我不是要退款，是要你们修好。",
        "不用退款，换一个就行。",
        "我不要赔偿，我要道歉。",
    ],
)
def test_money_the_text_does_not_want_is_no_demand(narrative: str) -> None:
    assert {each.kind for each in read(narrative).demands}.isdisjoint({"refund", "compensation"})


@pytest.mark.parametrize(
    "narrative",
    [
        "They don't refund me, I want my money back.",
        "No refund was given. Please refund me.",
        "I do not want a replacement, I want a refund.",
        "商家一直不退款。",
        "不想要了，要求退款。",
    ],
)
def test_money_that_is_refused_to_the_customer_is_a_demand(narrative: str) -> None:
    assert "refund" in {each.kind for each in read(narrative).demands}


def test_a_text_that_asks_for_nothing_has_no_demand() -> None:
    assert read("上个月的团餐味道一般。").demands == ()


def test_a_wish_without_a_known_name_is_other() -> None:
    assert [demand.kind for demand in read("Kindly pass the baton.").demands] == ["other"]


def test_the_costlier_demand_comes_first() -> None:
    kinds = [demand.kind for demand in read("要求赔偿损失，还要道歉。").demands]

    assert kinds == ["compensation", "apology"]


def test_compensation_in_a_form_beside_a_refund_is_routine() -> None:
    kinds = [demand.kind for demand in read("主办方取消了演出。\n【客户诉求】退款、赔偿、道歉").demands]

    assert kinds[0] == "refund"
    assert kinds[-1] == "compensation"


@pytest.mark.parametrize(
    ("narrative", "amount", "currency"),
    [
        ("请退还我的押金¥1,280.50。", "1280.50", "CNY"),
        ("要求退款300元。", "300", "CNY"),
        ("要求退款三百五十元。", "350", "CNY"),
        ("必须赔偿我两千块钱。", "2000", "CNY"),
        ("要求退还1.5万元定金。", "15000", "CNY"),
        ("要求退款1万5千元。", "15000", "CNY"),
        ("要求退款3千5百元。", "3500", "CNY"),
        ("必须赔偿我1万零500元。", "10500", "CNY"),
        ("要求赔偿三亿五千万元。", "350000000", "CNY"),
        ("Refund the $1.2 million.", "1200000", "USD"),
        ("把多收的那260退给我。", "260", None),
        ("Please refund my $45.99 now.", "45.99", "USD"),
        ("Refund my £30.", "30", "GBP"),
        ("I want my money back, 120 euros.", "120", "EUR"),
        ("Kindly refund Rs. 1,299 to my account.", "1299", "INR"),
        ("Refund me HK$500.", "500", "HKD"),
        ("Please refund ₹2 lakh.", "200000", "INR"),
    ],
)
def test_the_sum_tied_to_the_demand_is_exact(narrative: str, amount: str, currency: str | None) -> None:
    demand = read(narrative).demands[0]

    assert (demand.amount, demand.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "narrative",
    [
        "要求退款大约300元。",
        "要求退款300多元。",
        "要求退还每月30元的服务费。",
        "要求赔偿几百元。",
        "要求赔偿三四百元。",
        "要求退款三百零十五元。",
        "要求退还扣了我的15万。",
        "Please refund €1.200,50.",
        "Please refund 1 200 euros.",
        "Please refund 12,50 euros.",
        "Please refund my $2m.",
        "要求退款，第一笔300元，第二笔450元。",
        "Please refund about $40.",
        "Please refund my plan, it is $40 per month.",
        "Please refund me, I paid $40 and then $55.",
        "退款要扣除80元手续费，我要求退款。",
    ],
)
def test_no_sum_is_better_than_a_wrong_one(narrative: str) -> None:
    assert read(narrative).demands[0].amount is None


def test_the_one_sum_in_dispute_is_the_sum_of_the_refund() -> None:
    demand = read("上月我充值了200元，到账一分没有。客服推来推去。要求退款。").demands[0]

    assert (demand.kind, demand.amount) == ("refund", Decimal(200))


@pytest.mark.parametrize(
    ("narrative", "threat"),
    [
        ("再不处理我就找媒体曝光。", "media"),
        ("Otherwise I will go to the newspapers.", "media"),
        ("三天不退我就打12315。", "regulator"),
        ("I will report this to the ombudsman.", "regulator"),
        ("否则我会起诉你们。", "legal"),
        ("You will be hearing from my lawyer, I will sue.", "legal"),
        ("If you don't fix this I will call a lawyer.", "legal"),
        ("再不解决我们就去信访。", "petition"),
        ("不然我发微博让大家看看。", "social"),
        ("If this is not fixed I will post it all over social media.", "social"),
        ("再这样我弄死你。", "violence"),
        ("修不好我拒交物业费。", "nonpayment"),
        ("I will not pay this bill.", "nonpayment"),
        ("明天我们去门口拉横幅。", "business_disruption"),
    ],
)
def test_an_announced_act_is_a_threat(narrative: str, threat: str) -> None:
    assert threat in {found.value for found in read(narrative).threats}


@pytest.mark.parametrize(
    "narrative",
    [
        "上个月我已经打了12315投诉。",
        "我没有找媒体。",
        "I have already complained to the ombudsman.",
        "物业说拒交物业费的会被起诉。",
        "这样下去迟早出事故。",
    ],
)
def test_what_is_done_denied_or_said_by_the_company_is_no_threat(narrative: str) -> None:
    assert read(narrative).threats == ()


@pytest.mark.parametrize(
    ("narrative", "stage", "target"),
    [
        ("我已经向市场监管局投诉了。", "done", "regulator"),
        ("尊敬的市长：自来水发黄，恳请派人检测。", "done", "regulator"),
        ("董事长您好，我是老用户，有件事想说。", "done", "executive"),
        ("昨天打了总部电话也没用。", "done", "head_office"),
        ("材料已经递到了信访局。", "done", "petition_office"),
        ("I have complained to the ombudsman about this.", "done", "ombudsman"),
        ("Dear CEO, your shop in Leeds let us down.", "done", "executive"),
        ("I filed a complaint with the Attorney General last week.", "done", "regulator"),
        ("I emailed your head office twice.", "done", "head_office"),
        ("再不退我就打12315。", "threatened", "regulator"),
        ("否则我会联系电视台。", "threatened", "media"),
        ("Otherwise I will take this to the consumer court.", "threatened", "court"),
    ],
)
def test_going_over_the_front_line_is_done_or_threatened(narrative: str, stage: str, target: str) -> None:
    bypass = read(narrative).bypass

    assert (bypass.stage, bypass.target) == (stage, target)


@pytest.mark.parametrize(
    "narrative",
    [
        "我要见你们店里的经理。",
        "I asked for the manager at the counter.",
        "否则我的律师会联系你们。",
        "I will post this everywhere.",
        "我没有打12345。",
    ],
)
def test_the_manager_at_the_counter_a_lawyer_or_a_post_is_no_bypass(narrative: str) -> None:
    assert read(narrative).bypass.stage == "none"


@pytest.mark.parametrize(
    "narrative",
    [
        "根据《消费者权益保护法》第五十五条，我要投诉你们。",
        "按照省消费者权益保护条例，我要投诉你们。",
        "Under the Consumer Rights Act I will complain to you again.",
    ],
)
def test_who_quotes_the_law_goes_over_nobodys_head(narrative: str) -> None:
    assert read(narrative).bypass.stage == "none"


def test_a_step_done_outranks_a_step_threatened() -> None:
    assert read("我已经打了12345，再不处理我就去法院起诉。").bypass.stage == "done"


def test_needs_and_motive_are_hinted() -> None:
    found = read("打了五次电话没人理，态度还差，凭什么不公平对待？请解决。")

    assert {need.value for need in found.needs} >= {"attention", "respect", "resolution"}
    assert found.motive is not None


def test_a_temperament_needs_two_signs() -> None:
    one = read("这是你们的规定吗？")
    two = read("根据《合同》第三条规定，2月3日14:20我提交了截图和检测记录。")

    assert one.temperament is None
    assert two.temperament is not None
    assert two.temperament.value == "perfectionist"
