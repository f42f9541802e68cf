# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import str2bool

from ...rules.charge import (
    BLOCKED,
    CREDIT,
    GO,
    PLANNED_ANYWAY,
    STOP,
    WAIT,
    ChargeFacts,
    Decision,
    Obstacle,
    decide,
)
from ...rules.const import OCCASION_DUE, OPEN_STATES
from ...rules.triggers import STAFF, get_authorizer, is_ahead

# How long a payment that the customer started online may still be confirmed.
PORTAL_GRACE = timedelta(minutes=15)


class AccountMove(models.Model):
    """Deciding whether to charge an invoice: facts → rule → decision."""

    _inherit = "account.move"

    def _set_collection_policy(self, booking):
        """Store the policy that applies to the invoices, and the reason for it.

        :param booking: the job or sales order that was billed
        """
        self.filtered(lambda move: not move.collection_policy_id).write(
            {
                "collection_policy_id": booking.collection_policy_id.id,
                "collection_policy_reason": booking.collection_policy_reason,
            }
        )

    def _start_collection(self, trigger):
        """Plan the charge of each invoice, or send the invoice to the customer.

        The customer's credit is applied first. Nothing is charged or emailed when the
        technician collects on site.
        """
        collectables = self._use_credits()
        attempts = self._plan_collection(trigger, collectables=collectables)
        charged = attempts.filtered(lambda a: not a._is_waiting()).move_id
        self.filtered(
            lambda move: (
                move._is_owed()
                and move not in charged
                and move.collection_mode in ("net", "auto", "prepaid")
            )
        )._notify_customer(OCCASION_DUE)

    def _plan_collection(self, trigger, now=None, token=None, collectables=None):
        """Plan one attempt for each invoice that may be charged.

        Runs in the user's transaction without network access; a job sends the attempt
        after the commit. Replaces a retry that waits for a later day. Amounts that
        aren't due yet are planned for their due date.

        :param trigger: see ``rules/triggers.py``
        :param now: naive UTC datetime
        :param token: the method to charge; default: the customer's first usable one
        :param collectables: see ``_get_collectable``; default: computed here
        :return: the planned ``paycollect.attempt`` records; if an invoice has none,
            its ``collection_decision`` says why
        """
        now = now or fields.Datetime.now()
        collectables = collectables or self._use_credits(now)
        tokens = dict.fromkeys(self, token) if token else {}
        tokens = tokens or self._get_tokens_to_charge(collectables)
        Attempt = self.env["paycollect.attempt"].sudo()
        vals_list = []
        for move in self:
            method = tokens[move]
            retry = move._get_planned_retry()
            facts = move._get_charge_facts(
                method, now, trigger, replaced=retry, collectable=collectables[move]
            )
            decision = decide(facts)
            anyway = get_authorizer(trigger) != STAFF
            waits = decision.reason in PLANNED_ANYWAY and anyway
            goes = decision.verdict == GO or waits
            if goes and retry and not retry._set_superseded():
                decision = Decision(STOP, "in_flight")  # a worker is sending it now
                goes = False
            params = move._prepare_reason_params(decision, method)
            move.write(
                {
                    "collection_decision_code": decision.reason,
                    "collection_decision_params": params,
                }
            )
            if goes:
                vals = move._prepare_attempt_vals(
                    method, trigger, facts.due_at or now, facts.residual
                )
                if decision.verdict == WAIT:
                    vals |= move._prepare_wait_vals(decision, method)
                vals_list.append(vals)
        Attempt.flush_model(["state"])  # the unique index checks the table
        attempts = Attempt.create(vals_list)
        attempts.filtered(lambda a: not a.parked_code)._enqueue()
        for attempt in attempts.filtered(lambda a: a.parked_code == CREDIT):
            attempt._set_parked(CREDIT, attempt.reason_params)
        return attempts

    def _get_tokens_to_charge(self, collectables=None):
        """Return ``{move: primary usable token}``; an empty recordset for none.

        :param collectables: see ``_get_collectable``; default: computed here
        """
        collectables = collectables or self._get_collectable()
        Token = self.env["payment.token"]
        result = dict.fromkeys(self, Token)
        for company, moves in self.grouped("company_id").items():
            tokens = Token._get_collection_tokens(moves.commercial_partner_id, company)
            today = company._get_today()
            for move in moves:
                usable = tokens.get(move.commercial_partner_id, Token)
                valid = usable.filtered(lambda t, d=today: not t._is_expired_on(d))
                amount = collectables[move].ask(ahead=True)
                able = valid.filtered(
                    lambda t, m=move, a=amount: not m._get_token_limit(t, a)
                )
                ready = able.filtered(lambda t: t._is_provider_on())
                result[move] = (ready or able or valid or usable)[:1]
        return result

    def _prepare_wait_vals(self, decision, token):
        """Return extra values of an attempt that is planned but held back."""
        return {
            "parked_code": decision.reason,
            "reason_code": decision.reason,
            "reason_params": self._prepare_reason_params(decision, token) or False,
        }

    def _get_token_limit(self, token, amount):
        """Return the limit that keeps the method from paying the amount, or None."""
        self.ensure_one()
        return token._get_limit(
            self.partner_id, self.currency_id, amount, self.company_id
        )

    def _prepare_attempt_vals(self, token, trigger, planned_at, amount):
        self.ensure_one()
        return {
            "move_id": self.id,
            "amount": amount,
            "currency_id": self.currency_id.id,
            "token_id": token.id,
            "trigger": trigger,
            "planned_at": planned_at,
            "try_number": len(self.sudo().collection_attempt_ids) + 1,
        }

    def _notify_customer(self, occasion):
        """Hook: notify the customer about these invoices.

        :param occasion: ``const.OCCASION_DUE``, ``OCCASION_DECLINED`` or
            ``OCCASION_PAID``
        """

    def _reset_notifications(self):
        """Hook: something changed, so the customer may be notified of a decline
        again."""

    def _get_planned_retry(self):
        """Return the retry that is planned for a later day, if any (sudo)."""
        self.ensure_one()
        return self.sudo().collection_attempt_ids.filtered(lambda a: a._gives_way())

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
    ):
        """Return the :class:`ChargeFacts` of one invoice.

        :param now: naive UTC datetime
        :param trigger: see ``rules/triggers.py``
        :param attempt: the attempt being claimed; facts that only matter then, such as
            daily limits, are only read then
        :param replaced: the planned retry that would be replaced
        :param collectable: what is owed; default: computed here
        """
        self.ensure_one()
        collectable = collectable or self._get_collectable(now)[self]
        facts = self._prepare_charge_facts(token, now, attempt)
        ahead = is_ahead(trigger)
        facts |= {
            "authorized_by": get_authorizer(trigger),
            "residual": collectable.ask(ahead=True),
            "due_at": None if ahead else self._get_due_moment(collectable),
            "credit_waiting": collectable.credit_waiting,
            "credit_left": collectable.credit,
            "in_flight": self._has_money_in_flight(
                self.sudo().transaction_ids, attempt or replaced
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

    def _prepare_charge_facts(self, token, now, attempt):
        """Hook: return facts about the invoice and the method by field name.

        Each room adds its own. A fact never depends on the result of a rule.
        """
        company = self.company_id
        transactions = self.sudo().transaction_ids
        return {
            "collection_active": company.collection_active,
            "stopped": company._is_collection_stopped(),
            "neutralized": str2bool(
                self.env["ir.config_parameter"]
                .sudo()
                .get_param("database.is_neutralized", "False")
            ),
            "moved": company._has_moved(),
            "is_customer_invoice": self.move_type == "out_invoice",
            "posted": self.state == "posted",
            "in_draft": bool(attempt) and self.state == "draft",
            "settled": self._is_settled(),
            "obstacles": tuple(self._get_charge_obstacles(now, attempt)[self]),
            "customer_paying": any(
                tx.state == "draft"
                and (tx.operation or "").startswith("online_")
                and tx.create_date > now - PORTAL_GRACE
                for tx in transactions
            ),
            "mode": self.collection_mode or "",
            "max_auto_amount": self._get_max_auto_amount(),
            "token_found": bool(token),
            "token_usable": token.active and token._has_consent() if token else False,
            "token_fits": bool(token) and token._is_consented_for(self),
            "token_expired": bool(token)
            and token._is_expired_on(company._get_today(now)),
            "provider_ready": token.provider_id.state in ("enabled", "test"),
            "key_rejected": bool(token) and token.provider_id._is_key_rejected(now),
        }

    def _get_charge_obstacles(self, now, attempt=None):
        """Hook: return other obstacles to charging these invoices, in bulk.

        Each room adds its own, in any order.

        :param now: naive UTC datetime
        :param attempt: the attempt being claimed; None while planning
        :return: ``{move: [Obstacle]}`` with a key for every invoice
        """
        return {
            move: [Obstacle(BLOCKED, WAIT)] if move.payment_state == "blocked" else []
            for move in self
        }

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
            for tx in transactions
        )

    def _get_max_auto_amount(self):
        """Return the policy's limit in the invoice's currency; 0 = no limit."""
        policy = self.collection_policy_id
        if not policy.max_auto_amount:
            return 0.0
        return policy.currency_id._convert(
            policy.max_auto_amount,
            self.currency_id,
            self.company_id,
            self.invoice_date or self.company_id._get_today(),
        )

    def _plan_waiting(self, partners, token=None):
        """Plan charges for the customers' open invoices that waited for a method.

        Called when a method was added. Every invoice that its policy charges
        automatically is tried once if it was never charged, was declined or couldn't
        be sent, unless a user canceled the charge. If the new method is declined too,
        the customer, who has just acted, is notified again.

        :param token: the new or renewed method; default: the first usable one
        """
        moves = self._get_waiting(partners)
        if token:
            moves = moves.filtered(
                lambda move: token.company_id in move.company_id.parent_ids
            )
        moves._reset_notifications()
        return moves._plan_collection("completion", token=token)

    def _get_waiting(self, partners):
        """Return the customers' open invoices that wait for a method (sudo)."""
        moves = self.sudo().search(
            self._get_waiting_domain()
            & Domain("commercial_partner_id", "in", partners.commercial_partner_id.ids),
            order="invoice_date_due, id",
        )
        return moves.filtered(lambda move: move._get_last_attempt()._may_follow())

    def _get_waiting_domain(self):
        """Hook: domain of open invoices that a new method is charged for
        automatically."""
        return (
            Domain("collection_policy_id.collection_mode", "=", "auto")
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
        )
