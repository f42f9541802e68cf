# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class PaycollectStop(models.Model):
    """One stop of all charging: who stopped it, why, and who resumed it."""

    _name = "paycollect.stop"
    _description = "Charging Stop"
    _order = "stopped_at desc, id desc"
    _rec_name = "reason"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    stopped_at = fields.Datetime(string="Stopped On", required=True, readonly=True)
    stopped_by_id = fields.Many2one("res.users", required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    resumed_at = fields.Datetime(string="Resumed On", readonly=True)
    resumed_by_id = fields.Many2one("res.users", readonly=True)

    _one_open = models.UniqueIndex(
        "(company_id) WHERE resumed_at IS NULL", "Charging is already stopped."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Charging stops are part of the history and can't be deleted.")
        )

    @api.model
    def _start(self, company, reason, now=None):
        """Record that the current user stopped all charging; ``now``: naive UTC."""
        self.flush_model(["resumed_at"])  # the unique index checks the table
        return self.create(
            {
                "company_id": company.id,
                "stopped_at": now or fields.Datetime.now(),
                "stopped_by_id": self.env.uid,
                "reason": reason,
            }
        )

    @api.model
    def _end(self, company, now=None):
        """Record that the current user resumed charging; ``now``: naive UTC."""
        self.search(
            [("company_id", "=", company.id), ("resumed_at", "=", False)]
        ).write(
            {
                "resumed_at": now or fields.Datetime.now(),
                "resumed_by_id": self.env.uid,
            }
        )
