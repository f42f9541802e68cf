# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PaycollectPolicy(models.Model):
    """Policies that hold the estimate when work is booked."""

    _inherit = "paycollect.policy"

    hold_at_booking = fields.Boolean(
        string="Hold the Estimate at Booking",
        help="When an order is confirmed from now on, its total is held on the method "
        "on file, and captured when the job is done. Later jobs get their hold shortly "
        "before.",
    )
    hold_since = fields.Datetime(
        compute="_compute_hold_since",
        store=True,
        copy=False,
        help="Orders that were confirmed earlier aren't held: their customers booked "
        "under other terms.",
    )
    hold_margin = fields.Float(
        string="Margin of the Hold (%)",
        digits=(5, 2),
        help="How much more than the order's total is held, for extras on site.",
    )

    @api.depends("hold_at_booking")
    def _compute_hold_since(self):
        now = fields.Datetime.now()
        for policy in self:
            policy.hold_since = policy.hold_at_booking and (policy.hold_since or now)

    @api.constrains("hold_margin")
    def _check_hold_margin(self):
        for policy in self:
            if not 0 <= policy.hold_margin <= 100:
                raise ValidationError(
                    self.env._(
                        "The margin of the hold of “%(policy)s” is %(percent)s%%, but "
                        "it must be between 0%% and 100%%. Enter a percentage in that "
                        "range.",
                        policy=policy.name,
                        percent=policy.hold_margin,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if {"hold_at_booking", "collection_mode", "active"} & vals.keys():
            self.env.ref("paycollect_fsm.cron_holds").sudo()._trigger()
        return result

    # -- texts ----------------------------------------

    @api.depends("hold_at_booking", "hold_margin")
    def _compute_rule_text(self):
        return super()._compute_rule_text()

    def _get_condition_texts(self):
        texts = super()._get_condition_texts()
        if not self._holds_estimates():
            return texts
        if self.hold_margin:
            hold = self.env._(
                "When an order is confirmed, its total plus %(percent)g%% is held on "
                "the payment method on file.",
                percent=self.hold_margin,
            )
        else:
            hold = self.env._(
                "When an order is confirmed, its total is held on the payment method "
                "on file."
            )
        return [*texts, hold]

    def _holds_estimates(self):
        self.ensure_one()
        return self.hold_at_booking and self.collection_mode == "auto"

    @api.model
    def _search_holding(self, company):
        """Return the policies that hold estimates in a company."""
        return self.search(
            [
                ("hold_at_booking", "=", True),
                ("collection_mode", "=", "auto"),
                ("company_id", "in", (False, company.id)),
            ]
        )
