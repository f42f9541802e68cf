# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import math

from odoo import api, models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import open_items


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def reconcile(self):
        """A payment with allocations pays each due date what its customer was shown.

        Odoo would match it with every due date of the invoices that it is for, the
        oldest in full.
        """
        allocated = self.env.context.get("paycollect_allocated")
        if allocated is None:
            return super().reconcile()
        lines = self.with_context(paycollect_allocated=None).filtered(
            lambda line: line.display_type != "payment_term" or line.id in allocated
        )
        return lines._match_amounts(allocated)

    def _match_amounts(self, limits):
        """Reconcile these journal items, and of each no more than its limit.

        :param limits: ``{journal item ID: amount}``, positive, in its currency
        """
        lines = self.filtered(lambda line: not line.reconciled)
        return lines.with_context(paycollect_match_limits=limits).reconcile()

    @api.model
    def _prepare_reconciliation_amls(self, values_list, shadowed_aml_values=None):
        if limits := self.env.context.get("paycollect_match_limits"):
            for values in values_list:
                values["aml"]._limit_match(values, limits)
        return super()._prepare_reconciliation_amls(values_list, shadowed_aml_values)

    def _limit_match(self, values, limits):
        """Lower the amounts that Odoo matches to what is left of the item's limit."""
        residual = values["amount_residual_currency"]
        limit = limits.get(self.id)
        if limit is None or self.currency_id.compare_amounts(abs(residual), limit) <= 0:
            return
        part = limit / abs(residual)
        values["amount_residual_currency"] = math.copysign(limit, residual)
        values["amount_residual"] = self.company_currency_id.round(
            values["amount_residual"] * part
        )

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
