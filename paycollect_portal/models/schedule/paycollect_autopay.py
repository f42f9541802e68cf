# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.rules.const import PLANNED

from ...rules import autopay
from ...rules.autopay import BOTH, DUE, JOBS, Terms

BY_CUSTOMER, BY_STAFF = "customer", "staff"
REPLACED, NO_METHOD, MERGED = "replaced", "no_method", "merged"


class PaycollectAutopay(models.Model):
    """What a customer agreed to have charged automatically.

    Append-only: each agreement is a row. Turning autopay off, or agreeing to other
    terms, ends it. Only customers turn it on, with a recorded consent.
    """

    _name = "paycollect.autopay"
    _description = "Autopay"
    _inherit = ["paycollect.worker.mixin"]
    _order = "id desc"
    _rec_name = "partner_id"

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
        string="Agreed To By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Who turned autopay on, and is told about it.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    use_backups = fields.Boolean(
        string="Other Methods Too",
        readonly=True,
        help="If this method is removed or expires, the customer agreed that the next "
        "method on file is charged.",
    )
    scope = fields.Selection(
        [
            (JOBS, "Jobs, as soon as they're invoiced"),
            (DUE, "Every invoice, on its due date"),
            (BOTH, "Jobs as soon as they're invoiced, other invoices when due"),
        ],
        string="What For",
        required=True,
        readonly=True,
    )
    max_amount = fields.Monetary(
        string="Limit per Charge", readonly=True, help="0: no limit."
    )
    max_month = fields.Monetary(
        string="Limit per Month", readonly=True, help="0: no limit."
    )
    day = fields.Integer(
        string="Day of the Month",
        readonly=True,
        help="0: on the due date. 31: on the last day.",
    )
    notice_days = fields.Integer(
        string="Days of Notice",
        readonly=True,
        help="How many days ahead the customer is told by email. 0: not at all.",
    )
    consent_id = fields.Many2one(
        "paycollect.consent",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    active = fields.Boolean(string="On", default=True, readonly=True)
    agreed_at = fields.Datetime(string="Agreed On", required=True, readonly=True)
    ended_at = fields.Datetime(string="Ended On", readonly=True)
    end_reason = fields.Selection(
        [
            (BY_CUSTOMER, "Turned off by the customer"),
            (BY_STAFF, "Turned off by staff"),
            (REPLACED, "Replaced by new terms"),
            (NO_METHOD, "No payment method left"),
            (MERGED, "The customer was merged"),
        ],
        readonly=True,
    )
    ended_by_id = fields.Many2one("res.users", readonly=True)
    item_ids = fields.One2many(
        "paycollect.autopay.item", "autopay_id", string="Payments", readonly=True
    )
    attempt_ids = fields.One2many(
        "paycollect.attempt", "autopay_id", string="Charges", readonly=True
    )

    _one_active = models.UniqueIndex(
        "(partner_id, company_id) WHERE active", "Autopay is already on."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Autopay is part of the history. Turn it off instead.")
        )

    def action_stop(self):
        """Button: turn autopay off for the customer (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        stopped = self.sudo().filtered("active")
        stopped._stop(BY_STAFF)
        for row in stopped:
            row._tell_stopped("off")

    # -- on and off --------------------------------------------------------------

    @api.model
    def _find_active(self, customers, company):
        """Return what is on for these commercial partners (sudo)."""
        return self.sudo().search(
            [("partner_id", "in", customers.ids), ("company_id", "=", company.id)]
        )

    @api.model
    def _serialize(self, customer):
        """Of two requests at once, the second starts over and sees the first."""
        self.env["paycollect.check.notice"]._serialize(customer)

    @api.model
    def _start(self, contact, company, token, terms, use_backups, now=None, **extra):
        """Turn autopay on, or replace its terms. Call with sudo, after the customer
        agreed to ``_get_consent_text``.

        :param contact: who agreed; their commercial partner is the customer
        :param token: one of ``_get_offered_methods``
        :param terms: :class:`autopay.Terms` without problems
        :param extra: values of the consent, e.g. ``ip_address``
        """
        now = now or fields.Datetime.now()
        customer = contact.commercial_partner_id
        text = self._get_consent_text(contact, company, token, terms, use_backups)
        self._find_active(customer, company)._stop(REPLACED, now)
        consent = self.env["paycollect.consent"]._replace(
            token, text, "portal", now, partner_id=contact.id, **extra
        )
        return self.create(
            {
                "partner_id": customer.id,
                "contact_id": contact.id,
                "company_id": company.id,
                "token_id": token.id,
                "use_backups": use_backups,
                "scope": terms.scope,
                "max_amount": terms.max_amount,
                "max_month": terms.max_month,
                "day": terms.day,
                "notice_days": terms.notice_days,
                "consent_id": consent.id,
                "agreed_at": now,
            }
        )

    def _is_agreed(self, contact, token, text):
        """Whether this is on already, with the same consent of the same contact."""
        consent = self.consent_id
        return (
            self.contact_id == contact
            and self.token_id == token
            and consent.text_shown == text
            and not consent.revoked_date
        )

    def _stop(self, reason, now=None):
        """Turn it off at once, and cancel what is planned and not claimed yet.

        What is being claimed at this moment looks here again before it is sent.
        """
        if not self:
            return
        self.write(
            {
                "active": False,
                "end_reason": reason,
                "ended_at": now or fields.Datetime.now(),
                "ended_by_id": self.env.uid,
            }
        )
        self.flush_model(["active"])  # the unique index checks the table
        self._cancel_planned(autopay.OFF, now)

    def _cancel_planned(self, code, now=None):
        planned = self.attempt_ids.filtered(lambda a: a.state == PLANNED)
        if planned:
            planned.try_lock_for_update()._set_canceled(code, now=now)

    def _get_terms(self):
        """Return the :class:`autopay.Terms`."""
        self.ensure_one()
        return Terms(
            scope=self.scope,
            max_amount=self.max_amount,
            max_month=self.max_month,
            day=self.day,
            notice_days=self.notice_days,
        )

    # -- skipping ----------------------------------------------------------------

    def _skip(self, lines, now=None):
        """Leave these due parts out; the customer pays them otherwise."""
        self.ensure_one()
        now = now or fields.Datetime.now()
        for line in lines:
            self.item_ids._get_or_create(self, line).skipped_at = now
        charges = self.attempt_ids.filtered(
            lambda a: a.state == PLANNED and a.move_id in lines.move_id
        )
        if charges:
            charges.try_lock_for_update()._set_canceled(autopay.SKIPPED, now=now)

    def _resume(self, lines):
        """Undo ``_skip`` for what wasn't charged."""
        self.ensure_one()
        items = self.item_ids.filtered(lambda item: item.line_id in lines)
        items.write({"skipped_at": False, "attempt_id": False})
