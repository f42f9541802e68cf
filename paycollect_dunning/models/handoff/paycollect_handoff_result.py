# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import io

from odoo import api, models

from odoo.addons.paycollect_portal.rules.amounts import parse_amount

from ...rules import handoff as rules
from ...rules.handoff import SENT, SETTLED, Result

YES = ("1", "y", "yes", "true", "closed")
HEADINGS = ("reference", "collected", "fee", "closed")


class PaycollectHandoff(models.Model):
    """What agencies report: collected, their fee, closed."""

    _inherit = "paycollect.handoff"

    @api.model
    def _read_results(self, content, company):
        """Return the rows of an agency's CSV file, each with its hand-over.

        :param bytes content: columns reference, collected, fee, closed; amounts are
            totals since the hand-over, not what is new
        :return: list of (:class:`rules.handoff.Result`, hand-over, code of a problem)
        :raise ValueError: if it isn't such a file
        """
        rows, seen, found = read_rows(content), set(), []
        for row in rows:
            handoff = self._find_by_reference(row["reference"], company)
            result = self._prepare_result(row)
            problem = handoff._check_result(result, seen)
            seen.add(result.reference)
            found.append((result, handoff, problem))
        return found

    @api.model
    def _find_by_reference(self, reference, company):
        digits = reference.removeprefix("HO-")
        if not digits.isdecimal() or len(digits) > 9:
            return self.browse()
        found = self.browse(int(digits)).exists()
        return found.filtered(lambda handoff: handoff.company_id == company)

    @api.model
    def _prepare_result(self, row):
        return Result(
            reference=row["reference"],
            collected=read_amount(row["collected"]),
            fee=read_amount(row["fee"]),
            closed=row["closed"].lower() in YES,
        )

    def _check_result(self, result, seen):
        """Return the code of what is wrong with a row, or None."""
        if not self or self.state not in (SENT, SETTLED, rules.RECALLED):
            return rules.NO_REFERENCE
        return rules.check_result(result, self.first_amount, seen)

    def _apply_result(self, result, now):
        """Take over what the agency reports."""
        self.ensure_one()
        self.write({"collected": result.collected, "fee": result.fee, "result_at": now})
        if result.closed and self.state == SENT:
            self.write(
                {
                    "state": SETTLED,
                    "closed_at": now,
                    "reason_code": "settled",
                    "reason_values": {},
                }
            )
            self.case_id._set_taken_back(self)
        self.message_post(
            body=self.env._(
                "%(agency)s reports: %(collected)s collected, fee %(fee)s.",
                agency=self.agency_id.name,
                collected=self.currency_id._format_amount(self.collected),
                fee=self.currency_id._format_amount(self.fee),
            )
        )


def read_rows(content):
    """Return the rows of a CSV file as dicts of stripped texts.

    :raise ValueError: if it isn't UTF-8, or a column is missing

    >>> read_rows(b"Reference;Collected;Fee;Closed\\nHO-1;5;1;yes")[0]["collected"]
    '5'
    """
    text = content.decode("utf-8-sig")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    missing = [name for name in HEADINGS if name not in names]
    if missing:
        raise ValueError(", ".join(missing))
    return [
        {name: (row[names[name]] or "").strip() for name in HEADINGS} for row in reader
    ]


def read_amount(text):
    """Return an amount; 0 for an empty cell, None if it isn't an amount."""
    return parse_amount(text) if text else 0.0
