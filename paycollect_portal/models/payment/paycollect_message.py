# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.paycollect_fsm.rules.const import RECEIPTS
from odoo.addons.paycollect_fsm.rules.messages import QUEUED

from .account_move_receipt import RECEIPT

# What a receipt shares with those that follow it.
SHARED = (
    "state",
    "address",
    "reason_code",
    "reason",
    "try_count",
    "sent_at",
    "failed_at",
)


class PaycollectMessage(models.Model):
    """Receipts of several invoices that are sent as one."""

    _inherit = "paycollect.message"

    joint_id = fields.Many2one(
        "paycollect.message",
        string="Sent With",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The receipt that also lists this invoice; what becomes of it is "
        "recorded here, too.",
    )

    def _follow_row(self, rows):
        """Let these rows follow those of the same channel; nothing delivers them."""
        for row in self:
            leader = rows.filtered(lambda lead, row=row: lead.channel == row.channel)
            row.write({"joint_id": (leader or rows)[:1].id, "retry_at": False})

    def _get_followers(self):
        leaders = self.filtered(lambda row: row.transaction_id and not row.joint_id)
        if not leaders:
            return self.browse()
        return self.search([("joint_id", "in", leaders.ids)])

    def _get_copy_domain(self, now):
        """One receipt of several invoices is copied once."""
        return super()._get_copy_domain(now) & Domain("joint_id", "=", False)

    def _is_untouched(self):
        return super()._is_untouched() and not self.joint_id

    def _get_template(self):
        joint = self.occasion in RECEIPTS and self.transaction_id._is_joint()
        return RECEIPT if joint else super()._get_template()

    def write(self, vals):
        """What becomes of a receipt becomes of those that follow it."""
        result = super().write(vals)
        shared = {name: vals[name] for name in SHARED if name in vals}
        if shared and (followers := self._get_followers()):
            if shared.get("state", QUEUED) != QUEUED:
                shared["is_settled"] = True  # one activity is enough
            followers.write(shared)
        return result

    def action_send_again(self):
        """Button: whoever sends a part of a receipt again sends all of it."""
        leaders = self.browse(row.sudo().joint_id.id or row.id for row in self)
        return super(PaycollectMessage, leaders).action_send_again()
