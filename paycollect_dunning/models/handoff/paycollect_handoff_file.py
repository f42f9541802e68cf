# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import csv
import hashlib
import io
import json
from datetime import date, datetime

from odoo import models

from odoo.addons.paycollect_fsm.rules.privacy import format_cell

SCHEMA = "paycollect.handoff.1"
COLUMNS = (
    "reference",
    "version",
    "debtor",
    "street",
    "zip",
    "city",
    "state",
    "country",
    "email",
    "phone",
    "document",
    "invoice_date",
    "due_date",
    "po_number",
    "currency",
    "original_amount",
    "claim",
)


class PaycollectHandoff(models.Model):
    """The file that an agency gets: a PDF, a CSV, and the body of a call."""

    _inherit = "paycollect.handoff"

    def _get_dossier_values(self, now):
        """Return what the PDF shows."""
        self.ensure_one()
        facts = self._get_facts(now)
        customer, company = self.partner_id, self.company_id
        period = (facts["statement_from"], facts["today"], company)
        return facts | {
            "title": self.env._("Claim file"),
            "reference": self.name,
            "company": company,
            "currency": self.currency_id,
            "claim": self.amount,
            "items": self._get_claim(facts["today"]),
            "statement": customer._get_statement_values(*period),
        }

    def _get_facts(self, now):
        moves = self.item_ids.filtered("amount").move_id.sorted(
            lambda move: (move.invoice_date, move.id)
        )
        return self.env["paycollect.dossier"]._get_facts(
            self.partner_id, self.company_id, moves, now, self.case_id
        )

    def _get_claim(self, today):
        return [
            {
                "document": item.move_id.name or "",
                "invoice_date": item.move_id.invoice_date,
                "due_date": item.due_date,
                "days_late": (today - item.due_date).days if item.due_date else 0,
                "po_number": item.move_id.ref or "",
                "currency": item.currency_id.name,
                "original_amount": item.move_id.amount_total,
                "claim": item.amount,
            }
            for item in self.item_ids
            if item.amount
        ]

    # -- files ---------------------------------------------------------------------

    def _make_files(self, now):
        """Make PDF and CSV anew.

        :raise UserError: without a PDF engine
        """
        self._make_csv(now)
        content = self.env["paycollect.dossier"]._render_dossier(self, now)
        self.dossier_pdf = base64.b64encode(content)

    def _make_csv(self, now):
        today = self.company_id._get_today(now)
        debtor = self.env["paycollect.dossier"]._get_party(self.partner_id)
        file = io.StringIO()
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for item in self._get_claim(today):
            row = debtor | item
            row |= {
                "reference": self.name,
                "version": self.version,
                "debtor": debtor["name"],
                "original_amount": self._format_number(item["original_amount"]),
                "claim": self._format_number(item["claim"]),
            }
            writer.writerow({key: format_cell(value) for key, value in row.items()})
        self.dossier_csv = base64.b64encode(file.getvalue().encode("utf-8-sig"))

    def _format_number(self, amount):
        return f"{amount:.{self.currency_id.decimal_places}f}"

    # -- the body of a call ------------------------------------------------------------

    def _get_body(self, call, now):
        """Return the body (bytes) of a call, made once for all its tries.

        The PDF is in it until the agency has the file.
        """
        self.ensure_one()
        body = {
            "schema": SCHEMA,
            "event": call.event,
            "reference": self.name,
            "version": call.version,
            "key": call.idempotency_key,
            "currency": self.currency_id.name,
            "claim": self._format_number(self.amount),
        }
        if self.reason_code:
            body["reason"] = self.reason_code
        if call.event != "recalled":
            body |= self._get_facts(now)
            body["items"] = self._get_claim(self.company_id._get_today(now))
            if not self.sent_at:
                body["file"] = self._prepare_file(now)
        return json.dumps(body, default=to_json, sort_keys=True).encode()

    def _prepare_file(self, now):
        self._make_files(now)
        content = base64.b64decode(self.dossier_pdf)
        return {
            "name": f"{self.name}.pdf",
            "sha256": hashlib.sha256(content).hexdigest(),
            "content": self.dossier_pdf.decode(),
        }


def to_json(value):
    """Return dates as ISO text (moments in UTC), records as their name."""
    if isinstance(value, datetime):
        return f"{value.isoformat(timespec='seconds')}Z"
    if isinstance(value, date):
        return value.isoformat()
    return value.display_name
