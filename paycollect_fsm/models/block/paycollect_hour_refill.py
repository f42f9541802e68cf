# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

BY_CUSTOMER, BY_STAFF = "customer", "staff"
REPLACED, MERGED = "replaced", "merged"


class PaycollectHourRefill(models.Model):
    """That a customer agreed to have the next block charged when little is left.

    Append-only: each agreement is a row with its consent; only customers make one.
    """

    _name = "paycollect.hour.refill"
    _description = "Refill of Prepaid Blocks"
    _inherit = ["paycollect.worker.mixin"]
    _order = "id desc"
    _rec_name = "product_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    agreed_by_id = fields.Many2one(
        "res.partner",
        string="Agreed To By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="restrict"
    )
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    max_amount = fields.Monetary(
        string="At Most",
        required=True,
        readonly=True,
        help="What the next block costs with taxes, as the customer agreed. At a "
        "higher price, it is offered instead of charged.",
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
            (REPLACED, "Replaced by a new agreement"),
            (MERGED, "The customer was merged"),
        ],
        readonly=True,
    )
    ended_by_id = fields.Many2one("res.users", readonly=True)

    _one_active = models.UniqueIndex(
        "(partner_id, company_id, product_id) WHERE active",
        "The next block is charged automatically already.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("This agreement is part of the history. Turn it off instead.")
        )

    def action_stop(self):
        """Button: don't charge next blocks anymore (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._stop(BY_STAFF, fields.Datetime.now())

    # -- on and off ------------------------------------------------------------------

    @api.model
    def _find(self, customer, company, product):
        """Return what is agreed on for these (sudo), or none."""
        return self.sudo().search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("product_id", "=", product.id),
            ]
        )

    @api.model
    def _start(self, block, contact, token, now, **extra):
        """Turn it on. Call with sudo, after the customer agreed to
        ``_get_consent_text``.

        :param block: the customer's block whose next one is charged
        :param contact: who agreed
        :param token: one of ``_get_offered_methods``
        :param now: naive UTC datetime
        :param extra: values of the consent, e.g. ``ip_address``
        """
        text = self._get_consent_text(block, token)
        block._find_agreement()._stop(REPLACED, now)
        consent = self.env["paycollect.consent"]._replace(
            token,
            text,
            "portal",
            now,
            copies=False,  # it says what it is about, once that is known
            partner_id=contact.id,
            **extra,
        )
        refill = self.create(
            {
                "partner_id": block.partner_id.id,
                "agreed_by_id": contact.id,
                "company_id": block.company_id.id,
                "product_id": block.product_id.id,
                "token_id": token.id,
                "currency_id": block.currency_id.id,
                "max_amount": block._get_next_price(now),
                "consent_id": consent.id,
                "agreed_at": now,
            }
        )
        consent._send_copy()
        return refill

    def _stop(self, reason, now=None):
        """End it at once; what is planned isn't sent anymore, see the obstacle.

        :param now: naive UTC datetime
        """
        active = self.filtered("active")
        active.write(
            {
                "active": False,
                "end_reason": reason,
                "ended_at": now or fields.Datetime.now(),
                "ended_by_id": self.env.uid,
            }
        )
        active.flush_model(["active"])  # the unique index checks the table

    # -- the method ------------------------------------------------------------------

    @api.model
    def _get_offered_methods(self, customer, company, today):
        """Return the customer's methods (sudo) that can be charged."""
        tokens = self.env["payment.token"]._get_collection_tokens(customer, company)
        return tokens[customer].filtered(
            lambda token: (
                token.active
                and token._get_active_consent().customer_id == customer
                and not token.refused_at
                and not token._is_expired_on(today)
            )
        )

    def _get_method(self, today):
        """Return the method to charge: the agreed one, else the next one on file."""
        self.ensure_one()
        methods = self._get_offered_methods(self.partner_id, self.company_id, today)
        return self.token_id if self.token_id in methods else methods[:1]
