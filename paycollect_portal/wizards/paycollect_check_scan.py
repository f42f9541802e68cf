# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..rules.checks import MAX_SCANNED


class PaycollectCheckScan(models.TransientModel):
    """Receive a stack of checks: number and amount of each, by keyboard or scanner."""

    _name = "paycollect.check.scan"
    _description = "Scan Checks"

    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, readonly=True
    )
    date = fields.Date(
        string="Received On", default=lambda self: self.env.company._get_today()
    )
    line_ids = fields.One2many("paycollect.check.scan.line", "scan_id", string="Checks")
    summary = fields.Char(readonly=True)

    def action_receive(self):
        """Button: receive the checks whose notice or customer is known.

        The others stay in the dialog, each with what is missing.

        :raise UserError: without a check, with too many, or without an amount
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.company_id)
        lines = self.line_ids.filtered(lambda line: line.number or line.amount)
        self._check_lines(lines)
        received = self.env["paycollect.check.notice"]
        for line in lines:
            if notice := line._receive():
                received += notice
                line.unlink()
        if not self.line_ids:
            return self._open_received(received)
        self.sudo().summary = self._get_summary(received)
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_lines(self, lines):
        if not lines or len(lines) > MAX_SCANNED:
            raise UserError(
                self.env._(
                    "Enter from one to %(limit)s checks, each with number and amount.",
                    limit=MAX_SCANNED,
                )
            )
        for line in lines:
            if not line.number or line.amount <= 0:
                raise UserError(
                    self.env._(
                        "Check %(number)s: enter its number and an amount above 0.",
                        number=line.number or "?",
                    )
                )

    def _get_summary(self, received):
        payments = received.payment_id
        currency = self.company_id.currency_id
        return self.env._(
            "%(received)s received (%(amount)s). %(left)s couldn't be matched:",
            received=len(received),
            amount=currency._format_amount(
                sum(payments.mapped("amount_company_currency_signed"))
            ),
            left=len(self.line_ids),
        )

    def _open_received(self, received):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_portal.action_paycollect_check_notice"
        )
        return action | {"domain": [("id", "in", received.ids)], "context": {}}
