# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import late_fee
from ...rules.late_fee import Terms

OFF, CUSTOM, EU, UK = "off", "custom", "eu", "uk"
AMOUNTS = ("fee_fixed", "fee_percent", "fee_grace_days", "fee_cap")
STATUTORY = {EU: ("EUR", late_fee.get_eu_terms), UK: ("GBP", late_fee.get_uk_terms)}


class PaycollectDunningPlan(models.Model):
    """What paying late costs; nothing by default."""

    _inherit = "paycollect.dunning.plan"

    fee_preset = fields.Selection(
        [
            (OFF, "Nothing"),
            (CUSTOM, "Own terms"),
            (EU, "EU statutory terms (businesses)"),
            (UK, "UK statutory terms (businesses)"),
        ],
        string="Paying Late Costs",
        required=True,
        default=OFF,
        copy=False,
        help="EU: 40 euros an invoice and the reference rate of the European Central "
        "Bank + 8 points. UK: 40, 70 or 100 pounds and the Bank of England's rate + 8 "
        "points. Consumers are charged by own terms only. Ask a lawyer which apply.",
    )
    fee_from = fields.Date(
        string="For Items Due From",
        help="Nothing is charged for what was due before.",
    )
    fee_fixed = fields.Monetary(string="Fixed Fee", help="Once for each due part.")
    fee_percent = fields.Float(
        string="Fee (%)", help="Charged once, on what is late and not in dispute."
    )
    fee_rate_ids = fields.One2many(
        "paycollect.late.fee.rate",
        "plan_id",
        string="Interest",
        copy=True,
    )
    fee_grace_days = fields.Integer(
        string="Grace Days",
        help="Nothing is charged until an item is more than this many days late.",
    )
    fee_cap = fields.Monetary(
        string="At Most", help="All charges of one due part. 0: no limit."
    )
    fee_is_outdated = fields.Boolean(compute="_compute_fee_is_outdated")

    @api.depends("fee_preset", "fee_rate_ids.date")
    def _compute_fee_is_outdated(self):
        """Whether a statutory rate is from before the current half-year."""
        for plan in self:
            rates = plan._get_fee_rates()
            today = plan.company_id._get_today() if plan.company_id else None
            plan.fee_is_outdated = (
                plan.fee_preset in STATUTORY
                and today is not None
                and (not rates or late_fee.is_outdated(rates, today))
            )

    @api.onchange("fee_preset")
    def _onchange_fee_preset(self):
        if self.fee_preset != OFF and not self.fee_from and self.company_id:
            self.fee_from = self.company_id._get_today()

    @api.constrains("fee_preset", "fee_from", "fee_rate_ids", *AMOUNTS)
    def _check_fees(self):
        for plan in self:
            if any(plan[name] < 0 for name in AMOUNTS) or any(
                rate.percent < 0 for rate in plan.fee_rate_ids
            ):
                raise ValidationError(
                    self.env._("What paying late costs cannot be negative.")
                )
            if plan.fee_preset != OFF and not plan.fee_from:
                raise ValidationError(
                    self.env._(
                        "Enter “For Items Due From,” the first due date with late fees."
                    )
                )
            product = plan.company_id.sudo().dunning_fee_product_id
            if plan.fee_preset != OFF and not product:
                raise ValidationError(
                    self.env._(
                        "Choose the “Product for Late Fees” in the settings first: it "
                        "says on which account and with which taxes they are booked."
                    )
                )

    def _get_fee_rates(self):
        return tuple(
            (rate.date, rate.percent) for rate in self.fee_rate_ids.sorted("date")
        )

    def _get_fee_terms(self, currency, day):
        """Return :class:`rules.late_fee.Terms` in the currency of an item.

        :param day: whose rate converts amounts of the terms
        """
        self.ensure_one()
        digits = currency.decimal_places
        if self.fee_preset in STATUTORY:
            code, get_terms = STATUTORY[self.fee_preset]
            base = self.env["res.currency"].with_context(active_test=False)
            base = base.search([("name", "=", code)], limit=1)
            terms = get_terms(self._get_fee_rates(), digits)
        else:
            base = self.currency_id
            terms = Terms(
                fixed=self.fee_fixed,
                percent=self.fee_percent,
                rates=self._get_fee_rates(),
                digits=digits,
            )
        own = {"grace_days": self.fee_grace_days, "cap": self.fee_cap}
        return self._convert_terms(terms, own, base, currency, day)

    def _convert_terms(self, terms, own, base, currency, day):
        def convert(amount, source):
            if source == currency or not amount:
                return amount
            return source._convert(amount, currency, self.company_id, day)

        return Terms(
            fixed=convert(terms.fixed, base),
            bands=tuple(
                (convert(least, base), convert(amount, base))
                for least, amount in terms.bands
            ),
            percent=terms.percent,
            rates=terms.rates,
            grace_days=own["grace_days"],
            cap=convert(own["cap"], self.currency_id),
            digits=terms.digits,
        )

    def action_preview_fees(self):
        """Button: what would be charged for paying late today (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        preview = self.env["paycollect.late.fee.preview"].sudo()
        preview = preview.create({"plan_id": self.id})
        return preview._open(fields.Datetime.now())

    def _bears_fees(self, line):
        """Whether a due part is charged for: statutory terms are for businesses."""
        if line.date_maturity < self.fee_from:
            return False
        customer = line.partner_id.commercial_partner_id
        return self.fee_preset not in STATUTORY or customer.is_company
