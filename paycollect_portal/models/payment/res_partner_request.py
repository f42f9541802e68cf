# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list


class ResPartner(models.Model):
    """Asking a customer to pay everything that is due."""

    _inherit = "res.partner"

    def action_send_balance_link(self):
        """Button: open the dialog that sends a link to everything that is open.

        :raise UserError: if nothing is due
        """
        self.ensure_one()
        self._check_may_request_payment_method()
        self.check_access("read")
        if not self.sudo()._get_balance_work(self.env.company):
            raise UserError(
                self.env._(
                    "Nothing is due from %(customer)s today, so there is nothing to "
                    "send a payment link for.",
                    customer=self.display_name,
                )
            )
        return self._open_method_request(purpose="balance")

    def _get_balance_work(self, company, now=None):
        """Return what a request to pay the balance is about, in the context's language.

        :param now: naive UTC datetime
        :return: as for ``_request_payment_method``; empty if nothing is due
        """
        today = company._get_today(now)
        blocks = self._get_payment_blocks(company, today)
        due = [block for block in blocks if block.plan.amount]
        if not due:
            return {}
        moves = {share.item.move for block in due for share in block.plan.shares}
        amounts = [block.currency._format_amount(block.plan.amount) for block in due]
        return {
            "name": moves.pop().name
            if len(moves) == 1
            else self.env._("%(number)s invoices that are due", number=len(moves)),
            "due": format_list(self.env, amounts),
        }
