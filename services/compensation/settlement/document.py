"""The settlement agreement as a PDF; the SHA-256 of these bytes is the document hash that both sides sign."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from services.compensation.settlement import typesetting as type_
from services.compensation.settlement.agreement import Agreement
from services.compensation.settlement.typeface import settable
from services.compensation.settlement.typesetting import Sheet
from services.compensation.settlement.wording import clauses, day, figures, texts, words

_GUTTER = 8.0
_NUMBER_COLUMN = 7.0
_SIGNATURE_HEIGHT = 29.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """An agreement set in type: the unsigned PDF and how many pages it has."""

    pdf: bytes
    pages: int

    @property
    def sha256(self) -> str:
        """The document hash (hex)."""
        return hashlib.sha256(self.pdf).hexdigest()


def render(agreement: Agreement) -> Rendered:
    """Set an agreement in type. The same agreement gives the same bytes, at any time and on any machine.

    Takes up to half a second of CPU the first time a process renders three seconds: call it in a thread.
    """
    agreement = _settable(agreement)
    wording = texts("agreement", agreement.language)
    sheet = Sheet(
        agreement.document,
        agreement.agreed_at,
        text=_every_character(agreement),
        footer=(wording["document"].format(document=agreement.document), wording["page"]),
    )
    sheet.set_title(f"{wording['title']} {agreement.complaint}")
    sheet.set_author(agreement.company)
    sheet.set_lang("zh-CN" if agreement.language == "zh" else "en")
    sheet.set_producer("Amends")
    sheet.add_page()
    _head(sheet, agreement)
    _parties(sheet, agreement)
    _figure(sheet, agreement)
    for number, (heading, text) in enumerate(clauses(agreement), start=1):
        _clause(sheet, number, heading, text)
    _signatures(sheet, agreement)
    return Rendered(bytes(sheet.output()), sheet.pages_count)


def _settable(agreement: Agreement) -> Agreement:
    told = (agreement.customer, agreement.subject, agreement.terms)
    customer, subject, terms = (None if text is None else settable(text) for text in told)
    company = settable(agreement.company)
    return replace(agreement, company=company, customer=customer, subject=subject, terms=terms)


def _head(sheet: Sheet, agreement: Agreement) -> None:
    wording = texts("agreement", agreement.language)
    x, y = sheet.l_margin, sheet.get_y()
    sheet.put(agreement.company, x, y, size=type_.BODY, colour=type_.ACCENT, bold=True)
    sheet.put(wording["title"], x, y + 8, size=type_.TITLE, bold=True)
    told = (
        wording["subtitle"].format(complaint=agreement.complaint)
        + "    "
        + wording["agreed_on"].format(date=day(agreement))
    )
    sheet.put(told, x, y + 19, size=type_.SMALL, colour=type_.QUIET)
    sheet.set_y(y + 27)


def _parties(sheet: Sheet, agreement: Agreement) -> None:
    wording = texts("agreement", agreement.language)
    customer = agreement.customer or wording["customer_unnamed"]
    width = (sheet.epw - _GUTTER) / 2
    top = sheet.get_y()
    lowest = top
    for column, (label, name) in enumerate(
        ((wording["company"], agreement.company), (wording["customer"], customer))
    ):
        x = sheet.l_margin + column * (width + _GUTTER)
        sheet.put(label, x, top, size=type_.SMALL, colour=type_.QUIET)
        sheet.set_y(top + 5)
        sheet.block(sheet.broken(name, width, size=11), x, size=11, leading=1.4)
        lowest = max(lowest, sheet.get_y())
    sheet.set_y(lowest + 4)


def _figure(sheet: Sheet, agreement: Agreement) -> None:
    """Set what was agreed in a tinted box: the figure that both will look for first."""
    wording = texts("agreement", agreement.language)
    x, y, height = sheet.l_margin, sheet.get_y(), 19.0
    sheet.set_fill_color(*type_.TINT)
    sheet.rect(x, y, sheet.epw, height, style="F")
    sheet.set_fill_color(*type_.ACCENT)
    sheet.rect(x, y, 1.2, height, style="F")
    sheet.put(wording["figure"], x + 6, y + 3.2, size=type_.SMALL, colour=type_.QUIET)
    figure = figures(agreement.sum, agreement.language) if agreement.pays else wording["no_money"]
    sheet.put(figure, x + 6, y + 8.4, size=type_.LARGE, bold=True)
    if agreement.pays:
        spelt = words(agreement.sum, agreement.language)
        sheet.set_font_size(type_.BODY)
        place = x + sheet.epw - 6 - sheet.get_string_width(spelt)
        sheet.put(spelt, place, y + 10.2, size=type_.BODY)
    sheet.set_y(y + height + 4.5)


def _clause(sheet: Sheet, number: int, heading: str, text: str) -> None:
    broken = sheet.broken(text, sheet.epw - _NUMBER_COLUMN, size=type_.BODY)
    sheet.room(12)
    y = sheet.get_y()
    sheet.put(str(number), sheet.l_margin, y, size=type_.BODY, colour=type_.ACCENT, bold=True)
    sheet.put(heading, sheet.l_margin + _NUMBER_COLUMN, y, size=type_.BODY, colour=type_.ACCENT, bold=True)
    sheet.set_y(y + 4.9)
    sheet.block(broken, sheet.l_margin + _NUMBER_COLUMN, size=type_.BODY)
    sheet.set_y(sheet.get_y() + 1.9)


def _signatures(sheet: Sheet, agreement: Agreement) -> None:
    wording = texts("agreement", agreement.language)
    sheet.room(_SIGNATURE_HEIGHT)
    # The blocks stand at the foot of the page they are on, wherever the clauses end.
    top = max(sheet.get_y() + 2, sheet.bottom - _SIGNATURE_HEIGHT)
    width = (sheet.epw - _GUTTER) / 2
    blocks = (
        (wording["signed_customer"], agreement.customer or "", wording["by_link"]),
        (wording["signed_company"], agreement.company, wording["by_seal"]),
    )
    for column, (label, name, how) in enumerate(blocks):
        x = sheet.l_margin + column * (width + _GUTTER)
        sheet.set_draw_color(*type_.LINE)
        sheet.rect(x, top, width, _SIGNATURE_HEIGHT)
        sheet.put(label, x + 4, top + 3, size=type_.BODY, colour=type_.ACCENT, bold=True)
        (line, *_) = sheet.broken(f"{wording['name_line']}  {name}", width - 8, size=type_.BODY)
        sheet.put(line, x + 4, top + 10, size=type_.BODY)
        sheet.set_y(top + 16.5)
        sheet.block(
            sheet.broken(how, width - 8, size=type_.SMALL), x + 4, size=type_.SMALL, colour=type_.QUIET
        )


def _every_character(agreement: Agreement) -> str:
    """Return a text with every character the document may need, for the choice of the font file."""
    wording = texts("agreement", agreement.language)
    fixed = [value for value in wording.values() if isinstance(value, str)]
    own = (agreement.company, agreement.customer or "", agreement.document, agreement.complaint)
    set_ = [text for clause in clauses(agreement) for text in clause]
    told = (
        day(agreement),
        figures(agreement.sum, agreement.language),
        words(agreement.sum, agreement.language),
    )
    return "".join((*fixed, *own, *set_, *told, "0123456789 "))
