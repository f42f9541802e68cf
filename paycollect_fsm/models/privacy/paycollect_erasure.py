# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class PaycollectErasure(models.Model):
    """A customer who was forgotten: by whom, when, and what was deleted."""

    _name = "paycollect.erasure"
    _description = "Forgotten Customer"
    _inherit = ["paycollect.worker.mixin"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one("res.users", string="Forgotten By", readonly=True)
    date = fields.Datetime(string="Forgotten On", required=True, readonly=True)
    counts = fields.Json(
        readonly=True, help="Number of rows that were changed, by model."
    )
    text = fields.Text(string="What Was Deleted", compute="_compute_text")
    removed_at = fields.Datetime(
        string="Provider Removal Date",
        readonly=True,
        help="When the payment methods were removed from the payment provider.",
    )
    provider_error = fields.Char(
        readonly=True,
        help="Why the payment methods couldn't be removed from the payment provider. "
        "Removal is retried every night.",
    )

    _left_idx = models.Index("(id) WHERE removed_at IS NULL")

    @api.depends("counts")
    @api.depends_context("lang")
    def _compute_text(self):
        for erasure in self:
            counts = dict(erasure.counts or {})
            texts = [
                self.env._("Consents revoked: %(n)s", n=counts.pop("consents", 0)),
                self.env._("Methods archived: %(n)s", n=counts.pop("methods", 0)),
                self.env._("Links revoked: %(n)s", n=counts.pop("links", 0)),
            ]
            blanked = [
                f"{self.env['ir.model']._get(model).sudo().name} ({count})"
                for model, count in counts.items()
                if model in self.env
            ]
            if blanked:
                texts.append(
                    self.env._(
                        "Personal details deleted: %(rows)s",
                        rows=format_list(self.env, blanked),
                    )
                )
            erasure.text = "\n".join(texts)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Records of forgotten customers can't be deleted."))

    @api.model
    def _forget(self, customer, company, now=None):
        """Forget a customer in one company, and remove their methods at the provider.

        Call with sudo. What the books need is kept.

        :param customer: commercial partner
        :raise UserError: if there is still something to be done first
        """
        partners = customer._get_all_contacts()
        if obstacles := self._get_obstacles(partners, company):
            raise UserError("\n".join(obstacles))
        now = now or fields.Datetime.now()
        data = self.env["paycollect.customer.data"]
        consents = data._search_rows("paycollect.consent", partners, company)
        consents = consents.filtered(lambda consent: not consent.revoked_date)
        tokens = data._search_rows("payment.token", partners, company)
        tokens = tokens.filtered("active")
        links = data._search_rows("paycollect.link", partners, company)
        links = links.filtered(lambda link: not link.revoked_at)
        reason = self.env._("The customer asked to be forgotten.")
        consents._revoke(reason, now)
        tokens.with_context(collection_archive_reason=reason).write({"active": False})
        links._revoke(now)
        erasure = self.create(
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "user_id": self.env.uid,
                "date": now,
                "counts": {
                    "consents": len(consents),
                    "methods": len(tokens),
                    "links": len(links),
                    **data._blank_texts(partners, company),
                    **data._blank(partners, company),
                },
            }
        )
        erasure._enqueue()
        return erasure

    # -- at the provider -----------------------------------------------------

    def _enqueue(self):
        """Queue the requests to the provider; they are sent after the commit."""
        for erasure in self:
            erasure.with_user(SUPERUSER_ID).with_delay(
                identity_key=f"paycollect.erasure.{erasure.id}",
                description=self.env._("Remove the methods of a forgotten customer"),
            )._remove()

    def _remove(self, now=None):
        """Remove the methods at the provider; repeating it changes nothing.

        A copied database doesn't touch the methods of the original.
        """
        self.ensure_one()
        erasure = self._as_system()
        company = erasure.company_id
        if erasure.removed_at or company._is_neutralized() or company._has_moved():
            return
        partners = erasure.partner_id._get_all_contacts()
        tokens = self.env["paycollect.customer.data"]._search_rows(
            "payment.token", partners, company
        )
        error = erasure._remove_at_provider(
            partners, tokens.filtered(lambda t: not t.active)
        )
        erasure.provider_error = error
        if not error:
            erasure.removed_at = now or fields.Datetime.now()

    def _remove_at_provider(self, partners, tokens):
        """Hook: remove archived methods at their provider; may use the network.

        :param partners: all contacts of the customer
        :param tokens: their archived ``payment.token`` records (sudo)
        :return: why that was not possible, or an empty string
        :raise RetryableJobError: if it is worth another try soon
        """
        return ""

    def _cron_remove(self):
        """Try again what the provider refused or no job did."""
        self.sudo().search([("removed_at", "=", False)])._enqueue()
