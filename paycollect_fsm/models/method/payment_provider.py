# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

ON = ("enabled", "test")


class PaymentProvider(models.Model):
    """Keep methods and consents while a provider is temporarily disabled.

    Odoo archives all methods at once, which would permanently revoke every
    customer's consent. Switching between live and test mode still archives them:
    methods of one mode do not exist in the other.
    """

    _inherit = "payment.provider"

    collection_paused_state = fields.Char(
        string="State Before Disabling",
        readonly=True,
        copy=False,
        help="The provider's state before it was disabled. Its methods were kept.",
    )

    def write(self, vals):
        states = {provider: provider.state for provider in self._get_pausing(vals)}
        paused = self.browse(provider.id for provider in states)
        result = super(PaymentProvider, self - paused).write(vals)
        if paused:
            keeping = paused.with_context(collection_keep_methods=True)
            super(PaymentProvider, keeping).write(vals)
        for provider, state in states.items():
            provider.sudo().collection_paused_state = state
        if vals.get("state") in ON:
            self.filtered("collection_paused_state")._switch_on()
        self.env.registry.clear_cache()  # cached limits of tokens
        return result

    def _get_pausing(self, vals):
        """Return the providers that are being disabled but not abandoned."""
        given_up = "code" in vals or any(self._is_credential(name) for name in vals)
        if vals.get("state") != "disabled" or given_up:
            return self.browse()
        return self.filtered(lambda p: p.state in ON and p._is_collecting())

    def _switch_on(self):
        """Resume using the kept methods, unless they belong to the other mode."""
        for provider in self:
            if provider.collection_paused_state != provider.state:
                provider._archive_linked_tokens()
            provider.sudo().collection_paused_state = False
            tokens = self.env["payment.token"].sudo()
            kept = tokens.search([("provider_id", "=", provider.id)])
            methods = kept.payment_method_id
            methods |= methods.primary_payment_method_id
            methods.filtered(lambda method: not method.active).active = True

    def _get_chargeable_amount(self, amount, currency):
        """Hook: the largest amount up to ``amount`` that the provider can charge.

        :param amount: in ``currency``, not negative
        """
        return amount

    def _is_credential(self, name):
        return bool(getattr(self._fields.get(name), "required_if_provider", None))

    def _is_collecting(self):
        """Return whether its company or one of its branches collects automatically."""
        return self.company_id._collects_here_or_below()

    def _get_saving_consent(self, partner_id):
        """Return the consent that Odoo's pages ask for when a method is saved while
        paying: its ``text`` and ``mark``. Empty for employees, who can't give it.

        :param partner_id: ID of the customer who pays, or None
        """
        company = self.company_id
        if not partner_id or not company.collection_active:
            return {}
        if self.env.user._is_internal():
            return {}
        link = self.env["paycollect.link"].sudo()
        link = link.new(
            {"partner_id": partner_id, "company_id": company.id, "purpose": "method"}
        )
        text = link._get_consent_text(charges_waiting=False)
        return {"text": text, "mark": link._get_text_mark(text)}
