# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import open_items


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def reconcile(self):
        """A payment with allocations pays the due dates that its customer chose.

        Odoo matches a payment with every due date of the invoices that it is for, and
        of several on one day with the smallest first. Only the last of the allocations
        can be paid in part, so it is matched last, unless credit pays others in part.
        """
        chosen = self.env.context.get("paycollect_allocated_ids")
        if chosen is None:
            return super().reconcile()
        lines = self.with_context(paycollect_allocated_ids=None).filtered(
            lambda line: (
                line.display_type != "payment_term"
                or line.amount_residual < 0
                or line.id in chosen
            )
        )
        last_id = self.env.context.get("paycollect_last_id")
        last = lines.filtered(lambda line: line.id == last_id)
        result = super(AccountMoveLine, lines - last).reconcile()
        rest = (lines.filtered(lambda ln: ln.id not in chosen) | last).filtered(
            lambda line: not line.reconciled
        )
        if last in rest and rest - last:
            super(AccountMoveLine, rest).reconcile()
        return result

    def _get_item_text(self, item):
        """Return when an open item is due, or why nobody asks for it now.

        :param item: this line as :class:`open_items.OpenItem`
        """
        self.ensure_one()
        values = {
            "date": format_day(self.env, item.due_date),
            "until": format_day(self.env, item.until),
        }
        match item.state:
            case open_items.OVERDUE:
                return self.env._("Was due %(date)s", **values)
            case open_items.DUE:
                return self.env._("Due today")
            case open_items.OPEN:
                return self.env._("Due %(date)s", **values)
            case open_items.ON_ITS_WAY:
                return self.move_id._get_on_its_way_note()
            case open_items.DISPUTED:
                return self.env._(
                    "In dispute: we don't ask for it until that's settled"
                )
            case open_items.CHECK:
                return self.env._("Your check is on the way")
            case open_items.IN_PLAN:
                return self.env._("Part of your payment plan")
            case open_items.PROMISED:
                return self.env._("You told us when you'll pay")
            case open_items.SCHEDULED:
                return self.env._("Will be charged on %(until)s", **values)
            case open_items.IN_RETRY:
                return self.env._("Will be charged again on %(until)s", **values)
        return self.env._("Not included: please contact us about this item")

    def _get_discount_text(self, item):
        """Return what paying early saves, or an empty string."""
        if not item.discount_until:
            return ""
        saved = item.currency.round(item.residual - item.discounted)
        return self.env._(
            "%(amount)s off if paid by %(date)s",
            amount=item.currency._format_amount(saved),
            date=format_day(self.env, item.discount_until),
        )
