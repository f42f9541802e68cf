# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMerge(models.TransientModel):
    """Keep every hold when customers are merged and re-resolve open work's policy."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        """Keep the holds of all customers; note any policy that is dropped."""
        partners = (dst_partner | src_partners).sudo()
        companies = self.env["res.company"].sudo().search([])
        holds = {c: self._get_hold(partners.with_company(c)) for c in companies}
        lost = {c: self._get_lost_policies(partners.with_company(c)) for c in companies}
        result = super()._update_values(src_partners, dst_partner)
        for company in companies:
            customer = dst_partner.sudo().with_company(company)
            if (customer.collection_hold_reason or "") != holds[company]:
                customer.collection_hold_reason = holds[company]
            if lost[company]:
                self._note_lost_policies(customer, lost[company])
        self._refresh_open_bookings(dst_partner.commercial_partner_id)
        return result

    def _refresh_open_bookings(self, customer):
        domains = {
            "sale.order": [("partner_invoice_id", "child_of", customer.id)],
            "fsm.order": [("location_id.owner_id", "child_of", customer.id)],
        }
        for model, domain in domains.items():
            bookings = self.env[model].sudo()
            bookings = bookings.search(bookings._get_open_policy_domain() + domain)
            bookings._refresh_collection_policy()

    def _get_hold(self, partners):
        """Return the reasons for all holds in the current company, each once."""
        reasons = partners.mapped("collection_hold_reason")
        given = [reason.strip() for reason in reasons if reason and reason.strip()]
        return "; ".join(dict.fromkeys(given))

    def _get_lost_policies(self, partners):
        """Return the policies dropped in favor of the first partner's."""
        kept = partners[:1].collection_policy_id
        policies = partners.collection_policy_id
        return policies - (kept or policies[-1:])

    def _note_lost_policies(self, customer, policies):
        customer.message_post(
            body=self.env._(
                "A merged customer had a different collection policy in %(company)s: "
                "%(policies)s. “%(kept)s” was kept; change it if that is wrong.",
                company=customer.env.company.name,
                policies=", ".join(policies.mapped("name")),
                kept=customer.collection_policy_id.name,
            )
        )
