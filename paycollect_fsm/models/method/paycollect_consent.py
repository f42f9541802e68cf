# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.const import OCCASION_CONSENT
from .paycollect_customer_data import IP_ADDRESS

REVOCATION_FIELDS = {"revoked_date", "revoked_by_id", "revoke_reason"}


class PaycollectConsent(models.Model):
    """The customer's consent to off-session use of a stored method (S1).

    Append-only: a consent is never changed or deleted, only revoked.
    """

    _name = "paycollect.consent"
    _description = "Consent to Use a Stored Payment Method"
    _order = "date desc, id desc"
    _rec_name = "method_label"
    _check_company_auto = True

    token_id = fields.Many2one(
        comodel_name="payment.token",
        string="Payment Method",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    method_label = fields.Char(
        string="Method",
        required=True,
        readonly=True,
        help="The method as shown to the customer, with its last four digits.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    customer_id = fields.Many2one(
        comodel_name="res.partner",
        string="Pays For",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The customer whose invoices may be charged: the one this contact "
        "belonged to when the consent was given.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    text_shown = fields.Text(
        string="Consent Text",
        required=True,
        readonly=True,
        help="The exact text the customer agreed to, in the language it was shown in.",
    )
    lang = fields.Selection(selection="_select_lang", string="Language", readonly=True)
    channel = fields.Selection(
        selection=[
            ("link", "Signed link"),
            ("portal", "Customer portal"),
            ("staff", "Staff"),
        ],
        required=True,
        readonly=True,
    )
    ip_address = fields.Char(string="IP Address", readonly=True)
    date = fields.Datetime(string="Given On", required=True, readonly=True)
    transaction_id = fields.Many2one(
        comodel_name="payment.transaction",
        string="Validation Transaction",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    link_id = fields.Many2one(
        comodel_name="paycollect.link",
        string="Signed Link",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    revoked_date = fields.Datetime(string="Revoked On", readonly=True)
    revoked_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    revoke_reason = fields.Char(string="Reason", readonly=True)
    state = fields.Selection(
        selection=[("active", "Active"), ("ended", "Revoked")],
        string="Status",
        compute="_compute_state",
        search="_search_state",
    )

    _one_active_per_token = models.UniqueIndex(
        "(token_id) WHERE revoked_date IS NULL",
        "This payment method already has an active consent.",
    )
    _one_per_transaction = models.UniqueIndex(
        "(transaction_id) WHERE transaction_id IS NOT NULL",
        "The consent for this validation has already been recorded.",
    )

    @api.model
    def _select_lang(self):
        """Return every language, for its name: one may be deactivated later."""
        languages = self.env["res.lang"].sudo().with_context(active_test=False)
        return [(lang.code, lang.name) for lang in languages.search([])]

    @api.depends("revoked_date")
    def _compute_state(self):
        for consent in self:
            consent.state = "ended" if consent.revoked_date else "active"

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = {
            "active": fields.Domain("revoked_date", "=", False),
            "ended": fields.Domain("revoked_date", "!=", False),
        }
        return fields.Domain.OR([domains[state] for state in value if state in domains])

    def write(self, vals):
        """Refuse changes; personal data that is no longer needed may be blanked."""
        kept = {name for name in vals if vals[name] or name not in IP_ADDRESS}
        if kept - REVOCATION_FIELDS:
            raise UserError(
                self.env._(
                    "A consent cannot be changed once it has been given. Revoke it "
                    "and request a new one from the customer."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "A consent is evidence and cannot be deleted. Revoke it instead: the "
                "payment method will no longer be charged."
            )
        )

    def action_revoke(self):
        """Button: revoke these consents; collections managers only."""
        self.env["paycollect.access"]._check_manager(self)
        self.sudo()._revoke(
            reason=self.env._("Revoked by %(user)s.", user=self.env.user.name)
        )

    @api.model
    def _record(self, token, text_shown, channel, now=None, copies=True, **extra):
        """Record a consent for a token and email the customer a copy.

        Idempotent: a token with an active consent keeps it, and nothing is sent
        again. Call with sudo.

        :param token: ``payment.token``, one
        :param str text_shown: exactly what the customer agreed to
        :param str channel: ``link``, ``portal`` or ``staff``
        :param now: UTC, naive
        :param copies: False if the caller emails the copy
        :param extra: additional values (``ip_address``, ``lang``, ``link_id``, …)
        :return: the active consent
        """
        standing = self.search(
            [("token_id", "=", token.id), ("revoked_date", "=", False)], limit=1
        )
        if standing:
            return standing
        consent = self.create(
            self._prepare_record_vals(token, text_shown, channel, now, **extra)
        )
        if copies:
            consent._send_copy()
        return consent

    @api.model
    def _replace(self, token, text_shown, channel, now=None, copies=True, **extra):
        """Record a consent in place of the token's active one, which is revoked.

        The new text must contain what is still agreed to. Parameters as for
        ``_record``; call with sudo.
        """
        token._get_active_consent()._revoke(
            self.env._("The customer agreed to a new text."), now
        )
        return self._record(token, text_shown, channel, now, copies, **extra)

    @api.model
    def _prepare_record_vals(self, token, text_shown, channel, now=None, **extra):
        return {
            "token_id": token.id,
            "method_label": token._get_label(),
            "partner_id": token.partner_id.id,
            "customer_id": token.partner_id.commercial_partner_id.id,
            "company_id": token.company_id.id,
            "text_shown": text_shown,
            "lang": token.partner_id.lang,
            "channel": channel,
            "date": now or fields.Datetime.now(),
            **extra,
        }

    def _revoke(self, reason, now=None):
        """Revoke the active consents; the others keep their original revocation."""
        return self.filtered(lambda consent: not consent.revoked_date).write(
            {
                "revoked_date": now or fields.Datetime.now(),
                "revoked_by_id": self.env.uid,
                "revoke_reason": reason,
            }
        )

    def _send_copy(self):
        """Queue the email with the customer's copy; this transaction sends nothing.

        A customer without an email address has seen it on the link's last page.
        """
        template = self.env.ref(
            "paycollect_fsm.mail_template_consent", raise_if_not_found=False
        )
        if not template:
            return
        for consent in self:
            if email := consent.partner_id._get_collection_email():
                mail = self.env["mail.mail"].browse(template.send_mail(consent.id))
                consent.partner_id._follow_message(
                    mail, OCCASION_CONSENT, email, consent.company_id
                )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
