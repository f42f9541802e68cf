# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.door import DEPOSITED, HANDED_IN, RECEIVED, TAKEN_BACK


class PaycollectCustodyEvent(models.Model):
    """Who passed cash or a check on, and when. Append-only."""

    _name = "paycollect.custody.event"
    _description = "Step in the Custody of Cash or a Check"
    _order = "id"
    _rec_name = "kind"

    custody_id = fields.Many2one(
        "paycollect.custody",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="custody_id.company_id", store=True)
    kind = fields.Selection(
        [
            (HANDED_IN, "Handed in"),
            (TAKEN_BACK, "Hand-in undone"),
            (RECEIVED, "Received by accounting"),
            (DEPOSITED, "Deposited"),
        ],
        string="Step",
        required=True,
        readonly=True,
    )
    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    currency_id = fields.Many2one(related="custody_id.currency_id")
    amount = fields.Monetary(readonly=True)
    step_note = fields.Char(string="Note", readonly=True)

    def write(self, vals):
        if vals:
            raise UserError(self.env._("Steps of custody can't be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Steps of custody can't be deleted."))
