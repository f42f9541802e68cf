# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.paycollect_fsm.rules.const import CANCELED
from odoo.addons.paycollect_fsm.rules.triggers import CUSTOMER

from ...rules.scheduled import MORE_REASONS


class PaycollectAttempt(models.Model):
    """Charges that the customer set up: by autopay, or scheduled for a day.

    Their retries are theirs, too: the customer's authorization covers them, and no
    other method than it names.
    """

    _inherit = "paycollect.attempt"

    autopay_id = fields.Many2one(
        "paycollect.autopay", readonly=True, index="btree_not_null"
    )
    scheduled_payment_id = fields.Many2one(
        "paycollect.scheduled.payment", readonly=True, index="btree_not_null"
    )

    def _get_authorizer(self):
        if self.autopay_id or self.scheduled_payment_id:
            return CUSTOMER
        return super()._get_authorizer()

    def _get_retry_methods(self):
        tokens = super()._get_retry_methods()
        if self.autopay_id.use_backups:
            return tokens
        if own := self.autopay_id.token_id or self.scheduled_payment_id.token_id:
            return tokens.filtered(
                lambda t: t._get_method_key() == own._get_method_key()
            )
        return tokens

    def _get_origin_vals(self):
        return super()._get_origin_vals() | {
            "autopay_id": self.autopay_id.id,
            "scheduled_payment_id": self.scheduled_payment_id.id,
        }

    def _after_outcome(self, outcome, now):
        if outcome.state == CANCELED and outcome.reason in MORE_REASONS:
            self.scheduled_payment_id._note_more_owed(self.move_id)
        return super()._after_outcome(outcome, now)
