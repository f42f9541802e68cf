# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models

from ...rules.charge import LATER, Obstacle
from ...rules.hold import HELD, IN_DASHBOARD, REFUSED, SENT, UNKNOWN, VOIDING
from .paycollect_attempt import HOLD_GONE

HOLD_BUSY = "hold_busy"
# A charge waits that long for a hold that is being placed or released.
WAIT_FOR = timedelta(hours=1)
AGAIN = timedelta(minutes=2)


class AccountMove(models.Model):
    """Invoices whose charge captures the hold of their order."""

    _inherit = "account.move"

    def _get_holds(self, *states, token=None):
        """Return the holds (sudo) of the invoiced orders in these states.

        The customer's are read first: most have none, and the orders are many queries
        away.

        :param token: instead of the customer's, those on this method
        """
        holds = self.env["paycollect.hold"].sudo()
        if token:
            owner = ("token_id", "=", token.id)
        else:
            owner = ("partner_id", "in", self.commercial_partner_id.ids)
        found = holds.search([owner, ("state", "in", states)])
        if not found:
            return found
        orders = self.sudo().line_ids.sale_line_ids.order_id
        return found.filtered(lambda hold: hold.order_id in orders)

    def _is_for_deposits_only(self):
        """Whether it bills no work: the hold is for the work."""
        return all(self.line_ids.sale_line_ids.mapped("is_downpayment"))

    def _get_tokens_to_charge(self, collectables=None, now=None):
        """Charge the method that the estimate is held on."""
        result = super()._get_tokens_to_charge(collectables, now)
        for move in self:
            token = move._get_holds(HELD).token_id[:1]
            usable = token.active and token._has_consent() if token else False
            if usable and token._is_consented_for(move):
                result[move] = token
        return result

    def _get_charge_obstacles(self, now, attempt=None):
        """A charge being claimed waits for a hold that is being placed or released:
        together they might be more than the customer can spend."""
        obstacles = super()._get_charge_obstacles(now, attempt)
        if not attempt:
            return obstacles
        for move in self:
            token = attempt.token_id
            for hold in move._get_holds(SENT, UNKNOWN, VOIDING, token=token):
                since = hold.void_at if hold.state == VOIDING else hold.sent_at
                if now - since < WAIT_FOR:
                    wait = Obstacle(HOLD_BUSY, LATER, until=now + AGAIN)
                    obstacles[move].append(wait)
        return obstacles

    def _get_reason_texts(self, params):
        _ = self.env._
        return super()._get_reason_texts(params) | {
            HOLD_BUSY: lambda: _(
                "Waiting for the hold on the payment method to be placed or released."
            ),
            HOLD_GONE: lambda: _(
                "The hold had expired or was released, so nothing could be captured. "
                "The amount is charged without it."
            ),
            REFUSED: lambda: _(
                "The provider refused to capture the hold. The amount is charged "
                "without it."
            ),
            IN_DASHBOARD: lambda: _(
                "The hold had already been captured at the provider. That payment is "
                "credit of the customer and is applied first."
            ),
        }

    def _get_explanation_lines(self):
        holds = self.sudo().collection_attempt_ids.hold_id.sorted("id")
        return super()._get_explanation_lines() + [
            ("hold", hold._get_short_text()) for hold in holds
        ]
