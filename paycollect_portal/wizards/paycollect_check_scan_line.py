# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.checks import STAFF, Announcement


class PaycollectCheckScanLine(models.TransientModel):
    """One check of the stack."""

    _name = "paycollect.check.scan.line"
    _description = "Scanned Check"
    _order = "id"

    scan_id = fields.Many2one(
        "paycollect.check.scan", required=True, ondelete="cascade"
    )
    number = fields.Char(string="Number or QR Code", mask_cards=False)
    amount = fields.Monetary()
    currency_id = fields.Many2one(related="scan_id.company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", domain="[('parent_id', '=', False)]"
    )
    notice_id = fields.Many2one("paycollect.check.notice", compute="_compute_notice_id")
    result = fields.Char(string="Match", compute="_compute_notice_id")

    @api.depends("number", "amount", "partner_id", "scan_id.company_id")
    def _compute_notice_id(self):
        for line in self:
            line.notice_id, line.result = line._find()

    def _find(self):
        """Return the notice and a text about it."""
        notices = self.env["paycollect.check.notice"]
        if not self.number:
            return notices, False
        company = self.scan_id.company_id or self.env.company
        return notices._find_scanned(self.number, self.amount, self.partner_id, company)

    def _receive(self):
        """Return the received notice, or an empty recordset if none is known."""
        notice, _text = self._find()
        if not notice and self.partner_id and not self._is_known():
            notice = self._announce()
        if notice:
            notice.action_receive(self.amount, self.scan_id.date)
        return notice

    def _is_known(self):
        """Whether the customer already has a check with this number."""
        notices = self.env["paycollect.check.notice"]
        company = self.scan_id.company_id
        return bool(notices._search_scanned(self.number, self.partner_id, company))

    def _announce(self):
        """Return a notice for a check that nobody announced.

        It pays the customer's invoices that are asked for, oldest due first.

        :raise UserError: if the number can't be one of a check
        """
        company, customer = self.scan_id.company_id, self.partner_id
        customer = customer.commercial_partner_id
        today = company._get_today()
        items = customer._get_open_items(company, today)[customer]
        asked = [item for item in items if item.is_asked]
        moves = self.env["account.move"].union(
            *(item.move for item in asked if item.currency == company.currency_id)
        )
        said = Announcement(
            number=self.number, amount=self.amount, day=self.scan_id.date or today
        )
        notices = self.env["paycollect.check.notice"].sudo()
        notice, problems = notices._announce(
            customer, company, said, moves, source=STAFF
        )
        if problems:
            raise UserError("\n".join(problems.values()))
        return notice.with_env(self.env)
