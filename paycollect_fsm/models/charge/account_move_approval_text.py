# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_list

from ...rules.approval import DISCOUNT, EXTRAS, MAXIMUM, ORDERER, SHARE
from ...rules.charge import APPROVAL


class AccountMove(models.Model):
    """Why a charge waits for approval, in words."""

    _inherit = "account.move"

    def _prepare_reason_params(self, decision, token):
        params = super()._prepare_reason_params(decision, token)
        if decision.reason == APPROVAL:
            params |= self._get_party_names()
        return params

    def _get_party_names(self):
        """Return who would pay, and whose orders that has not been approved for."""
        move = self.sudo()
        strangers = move._find_strangers().mapped("display_name")
        return {
            "payer": move.commercial_partner_id.display_name,
            "orderers": format_list(self.env, strangers),
        }

    def _get_decision_texts(self, params):
        _ = self.env._
        return super()._get_decision_texts(params) | {
            APPROVAL: lambda: _(
                "Held back until it is approved: %(causes)s",
                causes=self._get_causes_text(params),
            )
        }

    def _get_causes_text(self, params):
        """Return what has to be approved, one sentence for each cause.

        :param params: see ``approval.describe`` and ``_get_party_names``
        """
        return " ".join(
            text(params)
            for cause, text in self._get_cause_texts().items()
            if cause in params["causes"]
        )

    def _get_cause_texts(self):
        _, money = self.env._, self.currency_id._format_amount
        return {
            ORDERER: lambda values: _(
                "%(payer)s would pay for work that %(orderers)s ordered.",
                payer=values["payer"],
                orderers=values["orderers"],
            ),
            MAXIMUM: lambda values: _(
                "The amount of %(amount)s is above %(limit)s, the policy's maximum for "
                "automatic charges.",
                amount=money(values["amount"]),
                limit=money(values["maximum"]),
            ),
            EXTRAS: lambda values: _(
                "The extras of %(amount)s are above the policy's limit of %(limit)s.",
                amount=money(values["extras"]),
                limit=money(values["extras_maximum"]),
            ),
            SHARE: lambda values: _(
                "The extras of %(amount)s are above %(limit)g%% of the order of "
                "%(estimate)s.",
                amount=money(values["extras"]),
                limit=values["share_maximum"],
                estimate=money(values["estimate"]),
            ),
            DISCOUNT: lambda values: _(
                "The discount of %(discount).3g%% on extras is above the policy's "
                "limit of %(limit)g%%.",
                discount=values["discount"],
                limit=values["discount_maximum"],
            ),
        }

    def _get_approval_step(self, params):
        """Return who has to approve the charge, for “Why?”."""
        if set(params["causes"]) == {ORDERER}:
            return self.env._(
                "Next: a Collections user approves the charge, or cancels it: then the "
                "customer gets the invoice."
            )
        return self.env._(
            "Next: a Collections manager approves the charge, or it is canceled: then "
            "the customer gets the invoice."
        )
