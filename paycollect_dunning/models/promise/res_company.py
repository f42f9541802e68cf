# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import promise as rules

PROMISE_NUMBERS = (
    "dunning_promise_days",
    "dunning_promise_grace",
    "dunning_promise_open",
    "dunning_promise_broken",
)


class ResCompany(models.Model):
    """How long customers may take, and how often."""

    _inherit = "res.company"

    dunning_promise_days = fields.Integer(
        string="Promise Within",
        default=30,
        help="Days within which customers can promise to pay in the portal.",
        write_groups="base.group_system",
    )
    dunning_promise_grace = fields.Integer(
        string="Days of Grace",
        default=2,
        help="Days after the promised day for the money to arrive. Until then, "
        "nobody asks for it.",
        write_groups="base.group_system",
    )
    dunning_promise_open = fields.Integer(
        string="Open Promises",
        default=3,
        help="How many promises of a customer may be open at a time in the portal. "
        "0 = customers can't make promises there.",
        write_groups="base.group_system",
    )
    dunning_promise_broken = fields.Integer(
        string="Broken Promises",
        default=2,
        help="From this number of broken promises within 12 months on, the portal "
        "accepts no more. 0 = no limit.",
        write_groups="base.group_system",
    )

    @api.constrains(*PROMISE_NUMBERS)
    def _check_promise_numbers(self):
        for company in self:
            if any(company[name] < 0 for name in PROMISE_NUMBERS):
                raise ValidationError(
                    self.env._(
                        "The settings of promises cannot be negative. Enter 0 for none."
                    )
                )

    def _get_promise_problem_texts(self, limits, currency, today):
        """Return ``{problem: text}`` for what can be wrong with a promise."""
        _ = self.env._
        values = {
            "amount": currency._format_amount(limits.owed),
            "today": format_day(self.env, today),
            "last": format_day(self.env, limits.last),
            "open": limits.open,
            "count": rules.MAX_PER_INVOICE,
        }
        return {
            rules.NO_INVOICES: _("Select at least one invoice that you'll pay."),
            rules.CURRENCIES: _(
                "Select invoices in one currency, and tell us about the others "
                "separately."
            ),
            rules.MOVED: _(
                "You've already told us %(count)s times when you'll pay one of these "
                "invoices. Please pay it now, or contact us.",
                **values,
            ),
            rules.NO_AMOUNT: _("Enter the amount that you'll pay, like 50.00."),
            rules.TOO_LITTLE: _("Enter an amount above zero."),
            rules.TOO_MUCH: _(
                "The amount can be at most %(amount)s: that's what is open on the "
                "invoices you selected.",
                **values,
            ),
            rules.NO_DAY: _("Choose the day on which you'll pay."),
            rules.PAST: _("Choose %(today)s or a later day.", **values),
            rules.TOO_LATE: _(
                "The day can be at most %(last)s. Choose an earlier day, or contact "
                "us if you need more time.",
                **values,
            ),
            rules.TOO_MANY: _(
                "You've already told us about %(open)s payments that haven't arrived "
                "yet, which is the most at a time. Change or cancel one of them, or "
                "contact us.",
                **values,
            ),
            rules.TOO_OFTEN: _(
                "Earlier payments didn't arrive on the day that you told us. Please "
                "pay now, or contact us so that we find a way together."
            ),
        }
