# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models

from ...rules.charge import (
    ARCHIVED,
    BLOCKED,
    WAIT,
    ChargeFacts,
    Obstacle,
)
from ...rules.const import OPEN_STATES
from ...rules.triggers import POLICY, fits_any_mode, get_authorizer

# How long a payment that the customer started online may still be confirmed.
PORTAL_GRACE = timedelta(minutes=15)


class AccountMove(models.Model):
    """The facts about charging an invoice; they depend on no rule."""

    _inherit = "account.move"

    def _get_token_limit(self, token, amount):
        """Return the limit that keeps the method from paying the amount, or None."""
        self.ensure_one()
        return token._get_limit(
            self.partner_id, self.currency_id, amount, self.company_id
        )

    def _is_owed(self):
        self.ensure_one()
        return (
            self.move_type == "out_invoice"
            and self.state == "posted"
            and not self._is_settled()
            and self.currency_id.compare_amounts(self.amount_residual, 0) > 0
        )

    def _get_charge_facts(
        self,
        token,
        now,
        trigger="completion",
        attempt=None,
        replaced=None,
        collectable=None,
        asked=0.0,
    ):
        """Return the :class:`ChargeFacts` of one invoice.

        :param now: naive UTC datetime
        :param trigger: see ``rules/triggers.py``
        :param attempt: the attempt being claimed; facts that only matter then, such as
            daily limits, are only read then
        :param replaced: the planned retry that would be replaced
        :param collectable: what is owed; default: computed here
        :param asked: the part of it to charge; default: all of it, or what ``attempt``
            says
        """
        self.ensure_one()
        collectable = collectable or self._get_collectable(now)[self]
        asked = attempt.asked_amount if attempt else asked
        amount = collectable.ask(ahead=True)
        facts = self._prepare_charge_facts(token, now, attempt)
        authorizer = attempt._get_authorizer() if attempt else get_authorizer(trigger)
        ahead = authorizer != POLICY
        facts |= {
            "authorized_by": authorizer,
            "any_mode": fits_any_mode(trigger) or self._is_asked_in_any_mode(),
            "residual": min(amount, asked) if asked else amount,
            "due_at": None if ahead else self._get_due_moment(collectable),
            "credit_waiting": collectable.credit_waiting,
            "credit_left": collectable.credit,
            "in_flight": self._has_money_in_flight(
                self._get_payments_of_customer(), attempt or replaced
            ),
        }
        if token:
            facts["token_limit"] = self._get_token_limit(token, facts["residual"])
        if attempt:
            facts |= attempt._prepare_charge_facts(now)
            facts["amount_company"] = attempt._convert_brake(
                facts["residual"], self.currency_id, now
            )
        return ChargeFacts(**facts)

    def _is_asked_in_any_mode(self):
        """Hook: whether the policy charges this invoice in every collection mode, also
        when it is tried again."""
        self.ensure_one()
        return False

    def _prepare_charge_facts(self, token, now, attempt):
        """Hook: return facts about the invoice and the method by field name.

        Each room adds its own. A fact never depends on the result of a rule.
        """
        company = self.company_id
        return {
            "collection_active": company.collection_active,
            "stopped": company._is_collection_stopped(),
            "neutralized": company._is_neutralized(),
            "moved": company._has_moved(),
            "is_customer_invoice": self.move_type == "out_invoice",
            "posted": self.state == "posted",
            "in_draft": bool(attempt) and self.state == "draft",
            "settled": self._is_settled(),
            "obstacles": tuple(self._get_charge_obstacles(now, attempt)[self]),
            "customer_paying": self._is_customer_paying(now),
            "mode": self.collection_mode or "",
            "review": self._get_review(now),
            "token_found": bool(token),
            "token_usable": token.active and token._has_consent() if token else False,
            "token_fits": bool(token) and token._is_consented_for(self),
            "token_expired": bool(token)
            and token._is_expired_on(company._get_today(now)),
            "provider_ready": token.provider_id.state in ("enabled", "test"),
            "key_rejected": bool(token) and token.provider_id._is_key_rejected(now),
        }

    def _is_customer_paying(self, now):
        """Whether the customer started to pay online a moment ago."""
        return any(
            tx.state == "draft"
            and (tx.operation or "").startswith("online_")
            and tx.create_date > now - PORTAL_GRACE
            for tx in self._get_payments_of_customer()
        )

    def _get_payments_of_customer(self):
        """Hook: return the transactions (sudo) that may pay the invoice."""
        return self.sudo().transaction_ids

    def _get_charge_obstacles(self, now, attempt=None):
        """Hook: return other obstacles to charging these invoices, in bulk.

        Each room adds its own, in any order.

        :param now: naive UTC datetime
        :param attempt: the attempt being claimed; None while planning
        :return: ``{move: [Obstacle]}`` with a key for every invoice
        """
        obstacles = {move: [] for move in self}
        for move in self:
            if move.payment_state == "blocked":
                obstacles[move].append(Obstacle(BLOCKED, WAIT))
            if move._is_customer_archived():
                obstacles[move].append(Obstacle(ARCHIVED, WAIT))
        return obstacles

    def _is_customer_archived(self):
        """Whether the contact that pays, or its company, is archived."""
        self.ensure_one()
        customers = self.partner_id | self.commercial_partner_id
        return not all(customers.mapped("active"))

    def _has_money_in_flight(self, transactions, attempt):
        """Whether a payment for this invoice may already be on its way."""
        others = self.sudo().collection_attempt_ids - (
            attempt or self.env["paycollect.attempt"]
        )
        return self._has_pending_transaction(transactions) or any(
            other.state in OPEN_STATES for other in others
        )

    def _has_pending_transaction(self, transactions):
        return any(
            (tx.state in ("pending", "authorized") and tx.provider_code != "custom")
            or (tx.state == "done" and not tx.is_post_processed)
            or (tx.state == "draft" and tx.collection_unanswered_since)
            for tx in transactions
        )
