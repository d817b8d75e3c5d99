"""Two agreements, one in each language, and the text of what is made of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pypdfium2  # type: ignore[import-untyped]

from services.compensation.settlement.agreement import Agreement
from shared_kernel.money import money

CHINESE = Agreement(
    document="8f14e45f-ceea-8367-a33b-7d2a1f0c9b11",
    language="zh",
    company="晨星家电有限公司",
    customer="王小梅",
    complaint="0b7a9c1e-3d52-8e4f-9a10-5b6c7d8e9f00",
    subject="滚筒洗衣机 XQG100 / 88213",
    sum=money("1200.00", "CNY"),
    remedies=("apology", "voucher"),
    concessions=("publicity",),
    terms="甲方在三月十五日前上门取回故障机器，往返运费由甲方承担。",
    payment_days=10,
    agreed_at=datetime(2026, 3, 4, 8, 30, tzinfo=UTC),
)
ENGLISH = dataclasses.replace(
    CHINESE,
    language="en",
    company="Morningstar Appliances Ltd",
    customer="Grace O'Neill",
    subject="a washing machine XQG100 / 88213",
    sum=money("1200.00", "EUR"),
    terms="The company collects the faulty machine before 15 March and bears the cost of carriage.",
)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(document[page].get_textpage().get_text_bounded() for page in range(len(document)))
