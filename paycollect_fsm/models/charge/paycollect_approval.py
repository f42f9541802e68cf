# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..company.moments import format_moment

CHARGE = "charge"
PAYER = "payer"


class PaycollectApproval(models.Model):
    """An approval: of one charge, or of one customer paying for another.

    Append-only: an approval is never changed or deleted, only revoked.
    """

    _name = "paycollect.approval"
    _description = "Approval to Charge"
    _order = "id desc"
    _rec_name = "reason"
    _check_company_auto = True

    kind = fields.Selection(
        [
            (CHARGE, "One invoice"),
            (PAYER, "Paying for another customer"),
        ],
        string="Approved For",
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    payer_id = fields.Many2one(
        "res.partner",
        string="Paid By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    orderer_id = fields.Many2one(
        "res.partner",
        string="Ordered By",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The invoice it was approved on.",
    )
    amount = fields.Monetary(
        string="Up To",
        readonly=True,
        help="The invoice's total when the charge was approved. If it grows, the "
        "charge waits for approval again.",
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    reason = fields.Char(
        required=True,
        readonly=True,
        help="What the user saw when approving.",
    )
    approved_at = fields.Datetime(
        string="Approved On", required=True, readonly=True, default=fields.Datetime.now
    )
    approved_by_id = fields.Many2one("res.users", required=True, readonly=True)
    revoked_at = fields.Datetime(string="Revoked On", readonly=True)
    revoked_by_id = fields.Many2one("res.users", readonly=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Approvals are part of the history and can't be deleted. Revoke them "
                "instead."
            )
        )

    def action_revoke(self):
        """Button: revoke these approvals; charges not sent yet wait again."""
        self.env["paycollect.access"]._check_user(self)
        standing = self.sudo().filtered(lambda approval: not approval.revoked_at)
        standing.write(
            {"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid}
        )
        moves = standing.filtered(lambda approval: approval.kind == CHARGE).move_id
        moves.collection_approved_amount = 0

    def _get_history_text(self):
        """Return one sentence: who approved what when, and whether it still holds."""
        self.ensure_one()
        values = {
            "user": self.approved_by_id.name,
            "date": format_moment(self.env, self.approved_at),
            "reason": self.reason,
        }
        if not self.revoked_at:
            return self.env._(
                "%(user)s approved this on %(date)s: %(reason)s", **values
            )
        return self.env._(
            "%(user)s approved this on %(date)s: %(reason)s It was revoked by "
            "%(revoked_by)s.",
            revoked_by=self.revoked_by_id.name,
            **values,
        )

    @api.model
    def _find_strangers(self, payer, orderers, company):
        """Return those for whose orders the payer may not be charged yet."""
        others = orderers - payer
        if not others:
            return others
        domain = [
            ("kind", "=", PAYER),
            ("company_id", "=", company.id),
            ("payer_id", "=", payer.id),
            ("orderer_id", "in", others.ids),
            ("revoked_at", "=", False),
        ]
        return others - self.sudo().search(domain).orderer_id

    @api.model
    def _record(self, move, kind, reason, orderer=None):
        """Record that the current user approved this; call with sudo.

        :param orderer: the other customer that the payer may pay for
        """
        return self.create(
            {
                "kind": kind,
                "company_id": move.company_id.id,
                "payer_id": move.commercial_partner_id.id,
                "orderer_id": orderer.id if orderer else False,
                "move_id": move.id,
                "amount": move.amount_total if kind == CHARGE else 0,
                "reason": reason,
                "approved_by_id": self.env.uid,
            }
        )
