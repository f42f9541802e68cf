# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.limits import MAX_PER_DAY
from ..payment.res_partner_role import ROLES

# What became of an invitation.
SENT, KNOWN, REPEATED = "sent", "known", "repeated"
UNAVAILABLE, WITHDRAWN, FAILED = "unavailable", "withdrawn", "failed"


class PaycollectInvitation(models.Model):
    """A customer's contact asks us to give a colleague access to the portal.

    The page only records the wish; a scheduled action, which is started at once, does
    the rest. So the page answers in the same words and the same time whoever the
    address belongs to, and it doesn't talk to the mail server. Rows are never deleted:
    sending it again makes another one, withdrawing it ends them.
    """

    _name = "paycollect.invitation"
    _inherit = ["paycollect.worker.mixin"]
    _description = "Invitation to the Portal"
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    contact_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who was invited. Empty if the address belongs to somebody else.",
    )
    invited_by_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    name = fields.Char(readonly=True)
    email = fields.Char(readonly=True)
    role = fields.Selection(ROLES, string="Portal Role", required=True, readonly=True)
    gets_copies = fields.Boolean(readonly=True)
    outcome = fields.Selection(
        [
            (SENT, "Sent"),
            (KNOWN, "Had access already"),
            (REPEATED, "Sent a moment before"),
            (UNAVAILABLE, "Not sent: address belongs to somebody else"),
            (WITHDRAWN, "Withdrawn"),
            (FAILED, "Failed"),
        ],
        readonly=True,
    )
    asked_at = fields.Datetime(string="Asked On", required=True, readonly=True)
    handled_at = fields.Datetime(string="Handled On", readonly=True)
    ended_at = fields.Datetime(string="Withdrawn On", readonly=True)
    ended_by_id = fields.Many2one(
        "res.partner",
        string="Withdrawn By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _waiting_idx = models.Index("(id) WHERE handled_at IS NULL")

    # -- from the customer --------------------------------------------------------

    @api.model
    def _ask(self, actor, company, wish, now=None):
        """Record that a contact invites a colleague. Call with sudo.

        :param actor: the contact, who may act for its customer
        :param wish: a :class:`people.Wish` without problems
        :raise ValidationError: if there is nobody to invite, or after too many on one
            day, whoever they were for
        """
        customer = actor.commercial_partner_id
        if not customer._has_colleagues():
            raise ValidationError(self._get_nobody_text())
        return self._create_one(
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "name": wish.name,
                "email": wish.email,
                "role": wish.role,
                "gets_copies": wish.copies,
            },
            actor,
            now,
        )

    def _ask_again(self, actor, now=None):
        """Send an invitation again.

        :raise ValidationError: after too many on one day
        """
        self.ensure_one()
        return self._create_one(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "name": self.name,
                "email": self.email,
                "role": self.role,
                "gets_copies": self.gets_copies,
            },
            actor,
            now,
        )

    def _create_one(self, vals, actor, now=None):
        now = now or fields.Datetime.now()
        company = self.env["res.company"].browse(vals["company_id"])
        since, _until = company._get_day_bounds(now)
        asked = self.search_count(
            [
                ("partner_id", "=", vals["partner_id"]),
                ("company_id", "=", company.id),
                ("asked_at", ">=", since),
            ]
        )
        if asked >= MAX_PER_DAY:
            raise ValidationError(
                self.env._(
                    "You've sent %(limit)s invitations today, which is the most per "
                    "day. Please send the others tomorrow, or contact us about them.",
                    limit=MAX_PER_DAY,
                )
            )
        row = self.create({**vals, "invited_by_id": actor.id, "asked_at": now})
        row._trigger_cron()
        return row

    def _withdraw(self, actor, now=None):
        """Withdraw an invitation, and those sent to the same address before."""
        self.ensure_one()
        self._find_same()._set_ended(actor, now)
        self.handled_at = False
        self._trigger_cron()

    def _set_ended(self, actor, now=None):
        still = self.filtered(lambda row: not row.ended_at)
        still.write({"ended_at": now or fields.Datetime.now(), "ended_by_id": actor.id})

    def _trigger_cron(self):
        self.env.ref("paycollect_portal.cron_handle_invitations").sudo()._trigger()

    # -- what the page shows ---------------------------------------------------------

    @api.model
    def _find_pending(self, customer, company):
        """Return the invitations (sudo) that nobody followed yet, the latest of each
        address; whether anything was sent makes no difference."""
        rows = self.sudo().search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("ended_at", "=", False),
                ("email", "!=", False),
            ]
        )
        latest = {}
        for row in rows:
            latest.setdefault(row.email, row)
        return rows.filtered(
            lambda row: latest[row.email] == row and not row._has_logged_in()
        )

    @api.model
    def _find_contacts(self, customer):
        """Return the contacts who were invited and haven't logged in (sudo).

        Whether they have access isn't shown as theirs, but as the invitation: an
        address that nothing was sent to must look the same.
        """
        rows = self.sudo().search(
            [("partner_id", "=", customer.id), ("contact_id", "!=", False)]
        )
        return rows.filtered(lambda row: not row._has_logged_in()).contact_id

    def _find_same(self):
        """Return this customer's invitations (sudo) to the same address."""
        return self.sudo().search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("email", "=", self.email),
            ]
        )

    def _has_logged_in(self):
        contact = self.contact_id.with_context(active_test=False)
        return any(contact.user_ids.mapped("login_date"))

    def _get_nobody_text(self):
        return self.env._(
            "This account is in your own name, so there is nobody to invite. If it "
            "belongs to a company, please contact us."
        )
