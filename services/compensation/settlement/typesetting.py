"""How a settlement agreement looks: one A4 sheet, set with air, its lines broken by the rules of both scripts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias

from fpdf import FPDF
from fpdf.enums import TextMode
from typing_extensions import override

from services.compensation.settlement import typeface
from services.compensation.settlement.linebreaks import lines

Colour: TypeAlias = tuple[int, int, int]

INK: Final[Colour] = (33, 37, 41)
QUIET: Final[Colour] = (108, 117, 125)
ACCENT: Final[Colour] = (20, 80, 110)
LINE: Final[Colour] = (206, 212, 218)
TINT: Final[Colour] = (241, 245, 248)

# Millimetres and points, as printers count.
MARGIN: Final = 22.0
FOOT: Final = 15.0
SMALL, BODY, LARGE, TITLE = 8.0, 9.3, 15.0, 20.0
# The face has one weight: headings are drawn with a fine outline of their own colour.
_BOLD_OUTLINE: Final = 0.022
_MILLIMETRES_PER_POINT: Final = 25.4 / 72


class Sheet(FPDF):
    """A PDF whose bytes follow from its content alone: same agreement, same bytes."""

    def __init__(self, document: str, made_at: datetime, *, text: str, footer: tuple[str, str]) -> None:
        super().__init__(format="A4", unit="mm")
        # The library names in its warnings the characters it has no picture for: a name may be among them.
        logging.getLogger("fpdf").setLevel(logging.ERROR)
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        self._document = document
        self._footer = footer
        self.set_creation_date(made_at)
        self.set_margins(MARGIN, MARGIN - 7, MARGIN)
        self.c_margin = 0.0
        self.set_auto_page_break(auto=False)
        wanted = sorted(set(map(ord, text)))
        self.add_font(typeface.FAMILY, fname=typeface.file_for(text), unicode_range=wanted)
        if second := typeface.from_second_face(text):
            family, codes = typeface.SECOND_FAMILY, sorted(map(ord, second))
            self.add_font(family, fname=typeface.SECOND_FACE, unicode_range=codes)
            self.set_fallback_fonts([family])
        self.set_line_width(0.2)

    @override
    def file_id(self) -> str:
        """Return the document's own id, where the library would draw one from the time of writing."""
        name = self._document.replace("-", "").upper()
        return f"<{name}><{name}>"

    @override
    def header(self) -> None:
        """Draw the band at the top of each page."""
        self.set_fill_color(*ACCENT)
        self.rect(0, 0, self.w, 3.2, style="F")
        self.set_xy(self.l_margin, self.t_margin)

    @override
    def footer(self) -> None:
        """Draw the document's reference and the page's number."""
        left, right = self._footer
        y = self.h - FOOT
        self.rule(y, LINE)
        self.put(left, self.l_margin, y + 2, size=SMALL, colour=QUIET)
        # The number of pages is known at the end only: room is left for one digit, and a sheet has one page.
        place = self.w - self.r_margin - self.get_string_width(right.format(page=self.page_no(), pages=1))
        numbered = right.format(page=self.page_no(), pages="{nb}")
        self.put(numbered, place, y + 2, size=SMALL, colour=QUIET)

    @property
    def bottom(self) -> float:
        """Where the text must end."""
        return self.h - FOOT - 4

    def room(self, height: float) -> None:
        """Begin another page when so much does not fit on this one."""
        if self.get_y() + height > self.bottom:
            self.add_page()

    def rule(self, y: float, colour: Colour) -> None:
        """Draw a line across the text's width."""
        self.set_draw_color(*colour)
        self.line(self.l_margin, y, self.w - self.r_margin, y)

    def put(
        self, text: str, x: float, y: float, *, size: float, colour: Colour = INK, bold: bool = False
    ) -> None:
        """Set one line at a place."""
        self._take(size, colour)
        self.set_xy(x, y)
        with self.local_context():
            if bold:
                self.text_mode = TextMode.FILL_STROKE
                self.set_draw_color(*colour)
                self.set_line_width(size * _BOLD_OUTLINE * _MILLIMETRES_PER_POINT)
            self.cell(0, size * _MILLIMETRES_PER_POINT * 1.3, text)

    def broken(self, text: str, width: float, *, size: float) -> list[str]:
        """Return a text's lines at a width."""
        self._take(size, INK)
        return list(lines(text, width, self.get_string_width))

    def block(
        self, broken: Sequence[str], x: float, *, size: float, colour: Colour = INK, leading: float = 1.5
    ) -> None:
        """Set lines below one another from where the page stands, on another page where they do not fit."""
        height = size * _MILLIMETRES_PER_POINT * leading
        for line in broken:
            self.room(height)
            y = self.get_y()
            self.put(line, x, y, size=size, colour=colour)
            self.set_y(y + height)

    def _take(self, size: float, colour: Colour) -> None:
        self.set_font(typeface.FAMILY, size=size)
        self.set_text_color(*colour)
