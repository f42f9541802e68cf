# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.fields import Domain


class PaycollectBookingMixin(models.AbstractModel):
    """The policy of a booking: resolved again until the booking is confirmed."""

    _inherit = "paycollect.booking.mixin"

    def _is_policy_open(self):
        """Hook: True while the policy is still re-resolved."""
        raise NotImplementedError

    def _prepare_policy_request(self):
        """Hook: arguments for ``paycollect.policy._resolve``."""
        self.ensure_one()
        return {
            "partner": self._get_payer(),
            "company": self.company_id or self.env.company,
        }

    def _set_collection_policy(self):
        """Resolve the policy of each booking, with its reason."""
        if not self:
            return
        requests = [booking._prepare_policy_request() for booking in self]
        results = self.env["paycollect.policy"]._resolve_batch(requests)
        for booking, (policy, basis) in zip(self, results, strict=True):
            booking.collection_policy_id = policy
            booking.collection_policy_basis = basis

    def _get_holds(self, payers, today):
        """Return why new work is on hold, in bulk: ``{booking: {owner: reason}}``.

        :param payers: ``{booking: payer}``
        :param today: the company's day
        """
        result = {}
        booked = self.browse().union(*payers)
        for company, bookings in booked.grouped("company_id").items():
            customers = self.env["res.partner"].union(*(payers[b] for b in bookings))
            holds = customers._get_hold_reasons(company, today)
            for booking in bookings:
                payer = payers[booking]
                found = holds.get(payer.commercial_partner_id, {})
                if payer:
                    found = found | payer._get_archived_reason()
                result[booking] = found
        return result

    def _get_hold_text(self, holds):
        """Hook: what everyone at the company may read of the reasons for a hold.

        :param holds: ``{owner: reason}``
        """
        return holds.get("archived", "")

    def _get_policy_facts(self, payer, holds):
        """Return the facts about the policy and the customer.

        :param holds: ``{owner: reason}``
        """
        policy = self.collection_policy_id
        customer = payer.with_company(self.company_id).commercial_partner_id
        return {
            "mode": policy.collection_mode or "",
            "requirement": policy.method_requirement or "none",
            "deposit_percent": self._get_deposit_percent(),
            "po_required": policy.require_po
            or payer.collection_require_po
            or customer.collection_require_po,
            "hold_reason": " ".join(holds.values()),
            "hold_text": self._get_hold_text(holds),
        }

    def _get_deposit_percent(self):
        """Hook: the percentage to pay before the work starts."""
        return self.collection_policy_id.deposit_percent

    def _refresh_collection_policies(self, companies=None):
        """Resolve the policy again for bookings where it and the work are open.

        :param companies: limit to these companies, None for all
        """
        domain = Domain(self._get_open_policy_domain())
        domain &= Domain(self._get_open_booking_domain())
        domain &= Domain("company_id.collection_active", "=", True)
        if companies is not None:
            domain &= Domain("company_id", "in", companies.ids)
        self.search(domain)._refresh_collection_policy()

    def _get_open_policy_domain(self):
        """Hook: domain of bookings whose policy is still re-resolved."""
        raise NotImplementedError

    def _refresh_collection_policy(self):
        """Recompute the policy unconditionally."""
        self.env.add_to_compute(self._fields["collection_policy_id"], self)
        self.env.add_to_compute(self._fields["collection_policy_basis"], self)
