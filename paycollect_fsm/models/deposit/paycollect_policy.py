# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.deposit import FeeRule, to_units
from ...rules.readiness import PREPAID

FEE_FIELDS = ("deposit_refund_hours", "deposit_fee_percent", "deposit_fee_amount")


class PaycollectPolicy(models.Model):
    """What is kept of a deposit when its order is canceled."""

    _inherit = "paycollect.policy"

    deposit_refund_hours = fields.Integer(
        string="Full Refund Until (Hours Before)",
        default=24,
        help="If the order is canceled at least this many hours before the work "
        "starts, the whole deposit is refunded. After that, the cancellation fee is "
        "kept.",
    )
    deposit_fee_percent = fields.Float(
        string="Cancellation Fee (%)",
        digits=(5, 2),
        help="The share of the deposit, or of what was prepaid, that is kept. 0: none.",
    )
    deposit_fee_amount = fields.Monetary(
        string="Minimum Cancellation Fee",
        help="A fixed fee, kept if it is more than the percentage, and never more than "
        "the deposit. 0: none.",
    )

    @api.constrains(*FEE_FIELDS)
    def _check_deposit_fee(self):
        for policy in self:
            if not 0 <= policy.deposit_fee_percent <= 100:
                raise ValidationError(
                    self.env._(
                        "“Cancellation Fee (%%)” of “%(policy)s” is %(percent)g%%, but "
                        "it must be between 0%% and 100%%. Enter a percentage in that "
                        "range.",
                        policy=policy.name,
                        percent=policy.deposit_fee_percent,
                    )
                )
            for name in FEE_FIELDS:
                if policy[name] < 0:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of “%(policy)s” is negative. Enter 0 or more.",
                            field=policy._fields[name]._description_string(self.env),
                            policy=policy.name,
                        )
                    )

    @api.depends(*FEE_FIELDS)
    def _compute_rule_text(self):
        return super()._compute_rule_text()

    def _get_condition_texts(self):
        texts = super()._get_condition_texts()
        prepaid, percent = self.collection_mode == PREPAID, self.deposit_fee_percent
        if not self.deposit_percent and not prepaid:
            return texts
        fees = []
        if percent and prepaid:
            fees.append(self.env._("%(percent)g%% of the payment", percent=percent))
        elif percent:
            fees.append(self.env._("%(percent)g%% of the deposit", percent=percent))
        if self.deposit_fee_amount:
            fees.append(self.currency_id._format_amount(self.deposit_fee_amount))
        if not fees:
            return texts
        return [
            *texts,
            self.env._(
                "If an order is canceled less than %(hours)s hours before the work, "
                "%(fees)s is kept.",
                hours=self.deposit_refund_hours,
                fees=self._join_or(fees),
            ),
        ]

    def _get_fee_rule(self, currency, company, day):
        """Return the :class:`FeeRule` in a currency's units.

        :param day: of the exchange rate
        """
        fixed = self.currency_id._convert(
            self.deposit_fee_amount, currency, company, day
        )
        return FeeRule(
            hours=self.deposit_refund_hours,
            percent=self.deposit_fee_percent,
            amount=to_units(fixed, currency.rounding),
        )
