# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import binascii

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..rules import handoff as rules

MAX_BYTES = 1_000_000


class PaycollectHandoffImport(models.TransientModel):
    """Import what an agency collected, after looking at every row."""

    _name = "paycollect.handoff.import"
    _description = "Import Results of an Agency"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    file = fields.Binary(
        string="CSV File",
        help="Columns: reference, collected, fee, closed. Amounts are totals since the "
        "hand-over.",
    )
    file_name = fields.Char()
    line_ids = fields.One2many(
        "paycollect.handoff.import.line", "import_id", readonly=True
    )
    problem_count = fields.Integer(compute="_compute_problem_count")

    def _compute_problem_count(self):
        for wizard in self:
            wizard.problem_count = len(wizard.line_ids.filtered("problem"))

    def action_check(self):
        """Button: show what the file says (Collections users)."""
        self._check_may_import()
        found = self._read_file()
        self.sudo().line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "reference": result.reference,
                        "handoff_id": handoff.id,
                        "collected": result.collected or 0.0,
                        "fee": result.fee or 0.0,
                        "is_closed": result.closed,
                        "problem": self._get_problem_text(problem),
                    }
                )
                for result, handoff, problem in found
            ),
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Results"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_import(self):
        """Button: take over the rows, all or none (Collections users)."""
        self._check_may_import()
        found = self._read_file()
        if any(problem for _result, _handoff, problem in found):
            raise UserError(
                self.env._("Some rows have problems. Correct the file and check again.")
            )
        now = fields.Datetime.now()
        for result, handoff, _problem in found:
            handoff._apply_result(result, now)
        return {"type": "ir.actions.act_window_close"}

    def _check_may_import(self):
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.company_id)

    def _read_file(self):
        """:raise UserError: if the file can't be read"""
        try:
            content = base64.b64decode(self.file or b"", validate=True)
            if len(content) > MAX_BYTES:
                raise ValueError(MAX_BYTES)
            handoffs = self.env["paycollect.handoff"].sudo()
            found = handoffs._read_results(content, self.company_id)
        except (ValueError, binascii.Error) as error:
            raise UserError(
                self.env._(
                    "This isn't a file of results. It needs the columns reference, "
                    "collected, fee and closed, as CSV in UTF-8."
                )
            ) from error
        if not found:
            raise UserError(self.env._("The file has no rows."))
        return found

    def _get_problem_text(self, code):
        _ = self.env._
        return {
            rules.NO_REFERENCE: _("No agency has a case with this reference."),
            rules.TWICE: _("This reference is in the file twice."),
            rules.BAD_AMOUNT: _("An amount can't be read."),
            rules.NEGATIVE: _("An amount is negative."),
            rules.FEE_ABOVE: _("The fee is higher than what was collected."),
            rules.COLLECTED_ABOVE: _("More was collected than was handed over."),
        }.get(code)


class PaycollectHandoffImportLine(models.TransientModel):
    _name = "paycollect.handoff.import.line"
    _description = "Row of an Agency's Results"

    import_id = fields.Many2one(
        "paycollect.handoff.import", required=True, readonly=True, ondelete="cascade"
    )
    reference = fields.Char(readonly=True)
    handoff_id = fields.Many2one("paycollect.handoff", readonly=True)
    currency_id = fields.Many2one(related="handoff_id.currency_id")
    collected = fields.Monetary(readonly=True)
    fee = fields.Monetary(readonly=True)
    is_closed = fields.Boolean(string="Closed", readonly=True)
    problem = fields.Char(readonly=True)
