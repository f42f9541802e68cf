# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.check.fsm_order import TAKERS
from ..rules.checks import SITE, Announcement


class PaycollectCheckTake(models.TransientModel):
    """A customer hands over a check on site."""

    _name = "paycollect.check.take"
    _description = "Take a Check"

    order_id = fields.Many2one("fsm.order", string="Job", required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.company_id.currency_id")
    # Required by the form: the dialog is created without them.
    number = fields.Char(string="Check Number")
    bank = fields.Char()
    amount = fields.Monetary()
    photo = fields.Binary(attachment=False)

    def action_take(self):
        """Button: record the check; it is expected at the office.

        :raise UserError: with what can't be right
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self.order_id,
            TAKERS,
            self.env._("Only technicians and office staff can do this."),
        )
        job = self.order_id.sudo()
        customer = job._get_payer().commercial_partner_id
        company = job.company_id
        said = Announcement(
            number=self.number or "",
            amount=self.amount,
            day=company._get_today(),
            bank=self.bank or "",
            photo=base64.b64decode(self.photo or b""),
        )
        moves = job.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.amount_residual > 0
                and move.commercial_partner_id == customer
            )
        )
        notices = self.env["paycollect.check.notice"].sudo()
        notice, problems = notices._announce(
            customer,
            company,
            said,
            moves,
            source=SITE,
            order_id=job.id,
            user_id=self.env.uid,
        )
        if problems:
            raise UserError("\n".join(problems.values()))
        job.message_post(
            body=self.env._(
                "%(worker)s took check %(number)s for %(amount)s.",
                worker=self.env.user.name,
                number=notice.number,
                amount=notice.currency_id._format_amount(notice.amount),
            )
        )
        return {"type": "ir.actions.act_window_close"}
