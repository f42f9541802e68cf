# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.queue_job.exception import RetryableJobError

from . import api as stripe_api
from .paycollect_event import FAILED, NEW, WAITING

NOT_FOUND = 404
NOT_ATTACHED = 400
GONE = (NOT_FOUND, NOT_ATTACHED)
# Details of a Stripe customer; an empty text deletes one.
CUSTOMER_DETAILS = ("name", "email", "phone", "address")


class PaycollectErasure(models.Model):
    """Removes a forgotten customer's methods and details at Stripe."""

    _inherit = "paycollect.erasure"

    @api.model
    def _get_obstacles(self, partners, company):
        domain = [("state", "in", (NEW, WAITING, FAILED)), ("payload", "!=", False)]
        events = self._search_for("paycollect.event", partners, company, domain)
        obstacles = super()._get_obstacles(partners, company)
        if events:
            obstacles.append(
                self.env._(
                    "Events from the provider that aren't processed yet: %(count)s. "
                    "Wait, or retry failed ones under Collections ▸ Provider Events.",
                    count=len(events),
                )
            )
        return obstacles

    def _remove_at_provider(self, partners, tokens):
        error = super()._remove_at_provider(partners, tokens)
        customers = self.env["paycollect.customer.data"]._search_rows(
            "paycollect.provider.customer", partners, self.company_id
        )
        stripe = tokens.filtered(lambda token: token.provider_code == "stripe")
        try:
            for provider in stripe.provider_id | customers.provider_id:
                self._remove_at_stripe(
                    provider,
                    stripe.filtered(lambda t, p=provider: t.provider_id == p),
                    customers.filtered(lambda c, p=provider: c.provider_id == p),
                )
        except stripe_api.UNANSWERED as trouble:
            raise RetryableJobError(str(trouble)) from trouble
        except (stripe_api.Error, ValueError) as trouble:
            return str(trouble)
        customers.unlink()
        return error

    def _remove_at_stripe(self, provider, tokens, customers):
        """Detach methods, and delete the customer's details.

        https://docs.stripe.com/api/payment_methods/detach
        """
        client = stripe_api.get_client(provider)
        for method in self._get_unused(tokens, "stripe_payment_method"):
            self._ask(client.v1.payment_methods.detach, method, fine=GONE)
        references = {*tokens.mapped("provider_ref"), *customers.mapped("reference")}
        used = self._find_used(provider, "provider_ref", references)
        blank = dict.fromkeys(CUSTOMER_DETAILS, "")
        for reference in sorted(filter(None, references - used)):
            self._ask(client.v1.customers.update, reference, blank)

    def _get_unused(self, tokens, name):
        """Return the values of a field that no active method has."""
        values = set(filter(None, tokens.mapped(name)))
        return sorted(values - self._find_used(tokens.provider_id, name, values))

    def _find_used(self, provider, name, values):
        active = self.env["payment.token"].search([(name, "in", list(values))])
        same = active.filtered(lambda t: t.provider_id._is_same_account(provider))
        return set(same.mapped(name))

    def _ask(self, request, *args, fine=(NOT_FOUND,)):
        """Send a request; what is already gone is fine."""
        try:
            request(*args)
        except stripe_api.Error as error:
            if error.http_status not in fine:
                raise
