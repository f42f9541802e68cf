# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

NO_PLACE = 9999


class PaymentToken(models.Model):
    """Which methods of a customer can be charged, in which order."""

    _inherit = "payment.token"

    def action_set_primary(self):
        """Button: make this the customer's primary method (collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        if not self.active:
            raise UserError(
                self.env._(
                    "%(method)s was removed and cannot be the primary method. "
                    "Choose another one or request a new one from the customer.",
                    method=self._get_label(),
                )
            )
        if not self.sudo().consent_ids.filtered(lambda c: not c.revoked_date):
            raise UserError(
                self.env._(
                    "%(method)s cannot be the primary method because the customer has "
                    "not consented to its use. Request a payment method from the "
                    "customer.",
                    method=self._get_label(),
                )
            )
        self.sudo()._set_primary()

    @api.model
    def _get_available_tokens(
        self, providers_ids, partner_id, is_validation=False, **kwargs
    ):
        """List the methods that are charged for the customer's work, too, whichever
        contact saved them, and the one that is used first on top."""
        found = super()._get_available_tokens(
            providers_ids, partner_id, is_validation=is_validation, **kwargs
        )
        if not self.env.company.sudo().collection_active:
            return found
        if not is_validation:
            today = self.env.company._get_today()
            found |= self._get_shared_tokens(providers_ids, partner_id, today)
        return found.sorted(lambda token: token.sudo()._get_place())

    @api.model
    def _get_shared_tokens(self, providers_ids, partner_id, today):
        """Return the methods on file of the customer that the visitor belongs to, only
        for whoever is logged in as that contact.

        :param today: the company's day
        """
        partner, company = self.env.user.partner_id, self.env.company
        if self.env.user._is_public() or partner.id != partner_id:
            return self.browse()
        tokens = self._get_collection_tokens(partner, company)
        return tokens[partner.commercial_partner_id].filtered(
            lambda token: (
                token.provider_id.id in providers_ids
                and not token._is_expired_on(today)
            )
        )

    def _get_place(self):
        """Return the sort key: by priority, then newest first."""
        return self.collection_priority or NO_PLACE, -self.id

    def _set_primary(self):
        """Put this method first; the others of the customer move down by one."""
        self.ensure_one()
        (self | self._get_placed_siblings())._set_places()

    def _set_places(self):
        """Number these methods 1, 2, 3 … in the order of the recordset."""
        for place, token in enumerate(self, start=1):
            if token.collection_priority != place:
                token.collection_priority = place

    def _get_placed_siblings(self):
        """Return the customer's other ranked methods in this company, in order."""
        self.ensure_one()
        siblings = self.search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("collection_priority", ">", 0),
                ("id", "!=", self.id),
            ]
        )
        return siblings.sorted(lambda token: (token.collection_priority, -token.id))

    @api.model
    def _get_collection_tokens(self, partners, company):
        """Return the methods that may be charged off-session.

        This is the only place that reads other customers' tokens, with sudo: the
        standard rules show a token only to its own partner. One query for all
        partners.

        A method qualifies if it is active, its provider belongs to the company and is
        enabled or in test mode (or temporarily disabled), and the customer's consent
        is active. Expired methods are included: whether expiry matters depends on the
        date of the job or charge (:meth:`_is_expired_on`). Methods with a hard decline
        are not.

        :param partners: ``res.partner`` records, any contact of the customers
        :param company: one ``res.company``
        :return: ``{commercial partner: tokens (sudo) by priority, newest first}``,
            with a key for each commercial partner, even one without a method
        """
        commercial = partners.commercial_partner_id
        found = self.sudo().search(self._get_collection_domain(commercial, company))
        by_partner = defaultdict(self.sudo().browse)
        for token in found.sorted(lambda token: token._get_place()):
            consent = token.consent_ids.filtered(lambda c: not c.revoked_date)
            if consent.customer_id == token.commercial_partner_id:
                by_partner[token.commercial_partner_id.id] += token
        return {partner: by_partner[partner.id] for partner in commercial}

    @api.model
    def _read_expiries(self, company):
        """Return the expiry dates of all chargeable methods, in one query.

        :param company: one ``res.company``
        :return: ``{commercial partner id: (date or None, …)}`` in the order of
            :meth:`_get_collection_tokens`
        """
        query = self.sudo()._search(self._get_usable_domain(company))
        place = SQL(
            "COALESCE(NULLIF(%s, 0), %s)",
            self._field_to_sql(query.table, "collection_priority", query),
            NO_PLACE,
        )
        query.order = SQL("%s, %s DESC", place, SQL.identifier(query.table, "id"))
        expiries = defaultdict(list)
        for partner, expiry in self.env.execute_query(
            query.select(
                SQL.identifier(query.table, "commercial_partner_id"),
                SQL.identifier(query.table, "expiry_date"),
            )
        ):
            expiries[partner].append(expiry)
        return {partner: tuple(found) for partner, found in expiries.items()}

    def _get_collection_domain(self, commercial_partners, company):
        """Domain of these customers' methods that may be used off-session."""
        mine = Domain("commercial_partner_id", "in", commercial_partners.ids)
        return mine & self._get_usable_domain(company)

    def _get_usable_domain(self, company):
        """Domain of all methods that may be used off-session."""
        return (
            Domain("company_id", "parent_of", company.ids)
            & Domain("active", "=", True)
            & Domain("refused_at", "=", False)
            & (
                Domain("provider_id.collection_paused_state", "!=", False)
                | Domain("provider_id.state", "in", ("enabled", "test"))
                & Domain("payment_method_id.active", "=", True)
            )
            & Domain("consent_ids", "any", [("revoked_date", "=", False)])
        )
