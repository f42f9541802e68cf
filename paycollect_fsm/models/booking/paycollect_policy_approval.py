# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

# The largest percentage that makes sense for each limit.
PERCENT_LIMITS = {"approval_extras_percent": 999, "approval_discount_percent": 100}


class PaycollectPolicy(models.Model):
    """The limits above which a charge waits for approval."""

    _inherit = "paycollect.policy"

    approval_extras_amount = fields.Monetary(
        string="Extras Limit",
        default=500.0,
        help="If the extras of a job total more than this, taxes included, the invoice "
        "isn't charged until a Collections manager approves it. 0: no limit.",
    )
    approval_extras_percent = fields.Float(
        string="Extras Limit (% of Order)",
        digits=(5, 2),
        help="If the extras of a job are more than this percentage of what was "
        "ordered, the invoice isn't charged until a Collections manager approves it. "
        "Useful if your orders list most of the work in advance. Doesn't apply to jobs "
        "without an order. 0: no limit.",
    )
    approval_discount_percent = fields.Float(
        string="Discount Limit (%)",
        default=30.0,
        digits=(5, 2),
        help="If a larger share of the price of a job's extras is given away, through "
        "discounts or lower unit prices, the invoice isn't charged until a Collections "
        "manager approves it. 0: no limit.",
    )

    @api.constrains(*PERCENT_LIMITS)
    def _check_percent_limits(self):
        for policy in self:
            for name, most in PERCENT_LIMITS.items():
                if not 0 <= policy[name] <= most:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of “%(policy)s” is %(percent)s%%, but it must "
                            "be between 0%% and %(most)s%%. Enter a percentage in that "
                            "range, or 0 for no limit.",
                            field=policy._fields[name]._description_string(self.env),
                            policy=policy.name,
                            percent=policy[name],
                            most=most,
                        )
                    )

    def _get_review_limits(self, currency, company, day):
        """Return the limits above which a charge waits for approval, in this currency;
        see ``approval.Review``."""
        return {
            "maximum": self._convert_limit("max_auto_amount", currency, company, day),
            "extras_maximum": self._convert_limit(
                "approval_extras_amount", currency, company, day
            ),
            "share_maximum": self.approval_extras_percent,
            "discount_maximum": self.approval_discount_percent,
        }

    def _convert_limit(self, name, currency, company, day):
        if not self[name]:
            return 0.0
        return self.currency_id._convert(self[name], currency, company, day)

    def _get_approval_texts(self):
        """Return the limits above which a charge waits for approval, as clauses."""
        texts = {
            "max_auto_amount": self.env._(
                "the amount is above %(amount)s",
                amount=self.currency_id._format_amount(self.max_auto_amount),
            ),
            "approval_extras_amount": self.env._(
                "the extras are above %(amount)s",
                amount=self.currency_id._format_amount(self.approval_extras_amount),
            ),
            "approval_extras_percent": self.env._(
                "the extras are above %(percent)g%% of the order",
                percent=self.approval_extras_percent,
            ),
            "approval_discount_percent": self.env._(
                "the discount on extras is above %(percent)g%%",
                percent=self.approval_discount_percent,
            ),
        }
        return [text for name, text in texts.items() if self[name]]
