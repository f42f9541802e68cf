# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain


class PaymentToken(models.Model):
    """Explain why a stored method cannot be charged."""

    _inherit = "payment.token"

    collection_agreement = fields.Selection(
        selection=[
            ("agreed", "Agreed to"),
            ("stored", "Stored, not agreed to"),
            ("ended", "Consent revoked"),
        ],
        string="Consent",
        compute="_compute_collection_agreement",
        groups="paycollect_fsm.group_user",
        help="Whether the customer agreed to automatic charges. A method that isn't "
        "agreed to is only charged when the customer chooses it.",
    )

    @api.depends("consent_ids.revoked_date")
    def _compute_collection_agreement(self):
        for token in self:
            if token._has_consent():
                token.collection_agreement = "agreed"
            else:
                token.collection_agreement = "ended" if token.consent_ids else "stored"

    @api.model
    def _find_unusable(self, partners, company):
        """Return the newest stored method that may not be charged, and why.

        One query for all partners.

        :return: ``{commercial partner: (token, code)}`` (sudo), for partners that
            have one; codes: see :meth:`_get_unusable_code`
        """
        commercial = partners.commercial_partner_id
        stored = Domain("commercial_partner_id", "in", commercial.ids) & Domain(
            "company_id", "parent_of", company.ids
        )
        found = self.sudo().with_context(active_test=False).search(stored)
        newest = found.sorted(lambda token: (not token.active, -token.id))
        result = {}
        for token in newest:
            if code := token._get_unusable_code():
                result.setdefault(token.commercial_partner_id, (token, code))
        return result

    def _get_unusable_code(self):
        """Return ``removed``, ``provider_off``, ``refused``, ``no_consent``,
        ``consent_ended``, or None for a method that may be charged."""
        self.ensure_one()
        if not self.active:
            return "removed"
        if self.provider_id.state == "disabled" or not self.payment_method_id.active:
            return "provider_off"
        if self.refused_at:
            return "refused"
        if self._has_consent():
            return None
        return "consent_ended" if self.consent_ids else "no_consent"

    def _get_unusable_text(self, code, label):
        """Return one sentence about a stored method that may not be charged."""
        _ = self.env._
        texts = {
            "removed": _("%(method)s was removed.", method=label),
            "provider_off": _(
                "The payment provider for %(method)s is disabled.", method=label
            ),
            "refused": _("The bank permanently declined %(method)s.", method=label),
            "no_consent": _(
                "The customer has not consented to automatic charges to %(method)s.",
                method=label,
            ),
            "consent_ended": _(
                "The customer's consent to automatic charges to %(method)s was "
                "revoked.",
                method=label,
            ),
        }
        return texts[code]
