# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .account_move import TERMINAL_GROUPS


class SaleOrder(models.Model):
    """An order whose open invoices are charged by phone or in person."""

    _inherit = "sale.order"

    collection_can_take = fields.Boolean(
        compute="_compute_collection_can_take",
        compute_sudo=True,
        groups=TERMINAL_GROUPS,
    )

    @api.depends("invoice_ids")
    def _compute_collection_can_take(self):
        for order in self:
            order.collection_can_take = bool(order._get_door_invoices())

    def _get_door_invoices(self):
        """Return the order's invoices (sudo) that can be charged, oldest first."""
        moves = self.sudo().invoice_ids
        open_moves = moves.filtered(lambda move: not move._get_door_problem())
        return open_moves.sorted(lambda move: (move.invoice_date, move.id))

    def action_charge(self):
        """Button: open the dialog that charges the order's oldest open invoice.

        :raise UserError: if no invoice of the order can be charged now
        """
        self.ensure_one()
        self.env["account.move"]._check_may_charge()
        self.check_access("read")
        moves = self._get_door_invoices()
        if not moves:
            raise UserError(
                self.env._(
                    "No invoice of %(order)s is open. Invoice the order first, or send "
                    "a payment link for a deposit.",
                    order=self.name,
                )
            )
        return moves[0].with_env(self.env).action_charge()
