# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import lxml.html

from odoo import models

from odoo.addons.base.models.ir_actions_report import _wkhtml

LETTERHEAD = "collection_letterhead"
PART = "//div[contains(concat(' ', normalize-space(@class), ' '), ' {} ')]"
# "Page 1 / 2": only an engine that prints headers can count.
NUMBERS = ".//span[@class='page']/.."
MARGIN = "12"  # Millimeters


class IrActionsReport(models.Model):
    """PDFs that we send have the seller's letterhead, with any engine.

    Only wkhtmltopdf with patched Qt prints the headers and footers of pages; the one in
    Debian and Ubuntu leaves them out without a word. There, they are printed once, as
    the top and the bottom of the document.
    """

    _inherit = "ir.actions.report"

    def _prepare_html(self, html, report_model=False):
        if not self.env.context.get(LETTERHEAD) or _wkhtml().is_patched_qt:
            return super()._prepare_html(html, report_model=report_model)
        html = self._put_letterhead_in_body(html)
        *parts, margins = super()._prepare_html(html, report_model=report_model)
        for side in ("top", "bottom"):
            margins[f"data-report-margin-{side}"] = MARGIN
        return *parts, margins

    def _put_letterhead_in_body(self, html):
        """Return the page with each document's header and footer in its body."""
        parser = lxml.html.HTMLParser(encoding="utf-8")
        root = lxml.html.fromstring(html, parser=parser)
        bodies = root.xpath(PART.format("article"))
        for name in ("header", "footer"):
            for part, body in zip(root.xpath(PART.format(name)), bodies, strict=False):
                for numbers in part.xpath(NUMBERS):
                    numbers.drop_tree()
                part.getparent().remove(part)
                part.classes.discard(name)
                body.insert(0 if name == "header" else len(body), part)
        return lxml.html.tostring(root, encoding="unicode")
