"""A narrative made ready for the rules: folded letter by letter, cut into sentences, voices told apart.

Folding never changes the length, so every offset found in the folded text holds in the original.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from services.intake.domain.classify.anchors import grams_in

Span: TypeAlias = tuple[int, int]

# What lies beyond is not read (and the reader asks for a person): a page-long narrative decides in its first
# pages, and the time to read stays bounded.
CHARACTERS_MAX = 20_000

_TRADITIONAL = (
    "還沒錢費項貨發線單電話氣網壞關開門車員業務訴賠償訂購買賣報時間問題產價實這裡個們說給讓東師傅醫學會"
    "樓層鄰區長總經書記請將應該無與從來過處調後為對現場帳戶號碼銀貸證權詐騙維護復補續樣認識態語罵聲臉"
    "動機樂視頻賬單據繳稅勞險傷燒煙臺灣廠質檢舊換領導願聽見誰點幾兩萬億體溫暖漲斷絡連結確審驗嚴歉禮賓館"
    "飯麵湯條變寫讀熱凍凈鎖屜遲遞遠運達選鐘鐵錯闆閉際陽隨雙難離雲預頓額風飛駕騷擾髒鬧紙終統約紅級細"
)
_SIMPLIFIED = (
    "还没钱费项货发线单电话气网坏关开门车员业务诉赔偿订购买卖报时间问题产价实这里个们说给让东师傅医学会"
    "楼层邻区长总经书记请将应该无与从来过处调后为对现场帐户号码银贷证权诈骗维护复补续样认识态语骂声脸"
    "动机乐视频账单据缴税劳险伤烧烟台湾厂质检旧换领导愿听见谁点几两万亿体温暖涨断络连结确审验严歉礼宾馆"
    "饭面汤条变写读热冻净锁屉迟递远运达选钟铁错板闭际阳随双难离云预顿额风飞驾骚扰脏闹纸终统约红级细"
)
_FOLDING = {
    **{ord(old): ord(new) for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True)},
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **{ord(letter): ord(letter) + 32 for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)},
    **dict.fromkeys((ord(mark) for mark in "‘’`´′"), ord("'")),
    **dict.fromkeys((ord(mark) for mark in "“”「」『』«»"), ord('"')),
    0x3000: ord(" "),
    0x00A0: ord(" "),
}

_SENTENCE_END = re.compile(r"[。!?;\n…]+|\.(?=\s|$|\.|[^\x00-\x7f])\.*")
_QUOTED = re.compile(r'"[^"\n]{2,300}"')
_FORWARDED = re.compile(
    r"^[ \t]*>.*$|^[ \t]*(?:on .{5,60} wrote|原投诉|原文|上次投诉内容)[:].*$", re.MULTILINE
)
# The company speaking: a labelled line of a dialogue, or reported speech up to the end of its clause.
_COMPANY_LINE = re.compile(
    r"^[ \t]*(?:客服\w{0,8}|工作人员|商家|店家|坐席|agent\w*|rep|representative|support|csr|advisor|staff)[ \t]*:.*$",
    re.MULTILINE,
)
_COMPANY_SAYS = re.compile(
    r"(?:客服|人员|师傅|物业|店家|商家|卖家|平台|对方|公司|你们|他们|经理|司机|快递员|中介|银行|医生)(?:那边|一直|都|也|又|还|就|却|竟然|回复|一口咬定|坚持){0,2}"
    r"(?:说|表示|称|讲|告知|答复|回复|声称|显示)(?:我|是|,|:)?[^,。!?;\n]{2,40}"
    r"|\b(?:they|he|she|agent|rep|staff|support|service|company|website|system|app|you|airline|bank|tracking)\b"
    r"(?: \w+){0,2}? (?:say|says|said|saying|claims?|claimed|tells?|told|insists?|insisted|replied|shows?|states?|stated)\b"
    r"[^.!?;,\n]{2,80}"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The folded text with its sentences, the quoted passages, and what is said in the company's voice."""

    text: str
    sentences: tuple[Span, ...]
    quoted: tuple[Span, ...]
    company: tuple[Span, ...]
    grams: frozenset[str]

    def sentence_at(self, position: int) -> Span:
        """Return the sentence that holds a position."""
        return self.sentences[max(0, _last_begun(self.sentences, position))]

    def is_quoted(self, position: int) -> bool:
        """Tell whether a position lies in a quotation or a forwarded earlier text."""
        return _holds(self.quoted, position)

    def is_company(self, position: int) -> bool:
        """Tell whether the words at a position are reported as the company's, not the customer's own."""
        return _holds(self.company, position)


def reading_of(narrative: str, language: str) -> Reading:
    """Fold a narrative (letter case, full width, curly marks, common traditional characters) and cut it up."""
    text = narrative[:CHARACTERS_MAX].translate(_FOLDING)
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    quoted += [match.span() for match in _FORWARDED.finditer(text)]
    company = [match.span() for match in _COMPANY_LINE.finditer(text)]
    company += [match.span() for match in _COMPANY_SAYS.finditer(text)]
    return Reading(
        text=text,
        sentences=_sentences(text),
        quoted=_joined(quoted),
        company=_joined(company),
        grams=grams_in(text, language),
    )


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Put spans in order and melt those that overlap."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _last_begun(spans: tuple[Span, ...], position: int) -> int:
    return bisect_right(spans, position, key=itemgetter(0)) - 1


def _holds(spans: tuple[Span, ...], position: int) -> bool:
    at = _last_begun(spans, position)
    return at >= 0 and position < spans[at][1]


def _sentences(text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end.start() > start:
            spans.append((start, end.end()))
            start = end.end()
    if start < len(text) or not spans:
        spans.append((start, len(text)))
    return tuple(spans)
