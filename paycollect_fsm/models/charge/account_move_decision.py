# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.fields import Domain

from ...rules.charge import (
    APPROVAL,
    CREDIT,
    GO,
    PLANNED_ANYWAY,
    STOP,
    WAIT,
    Decision,
    decide,
)
from ...rules.const import OCCASION_DUE
from ...rules.triggers import STAFF, get_authorizer


class AccountMove(models.Model):
    """Deciding whether to charge an invoice: facts → rule → decision."""

    _inherit = "account.move"

    def _set_collection_policy(self, booking):
        """Store the policy that applies to the invoices, the reason for it, and who
        ordered the work.

        :param booking: the job or sales order that was billed
        """
        for move in self:
            move._add_orderers(booking._get_orderers() | move._find_orderers())
            if not move.collection_policy_id:
                move.write(
                    {
                        "collection_policy_id": booking.collection_policy_id.id,
                        "collection_policy_basis": booking.collection_policy_basis,
                    }
                )

    def _start_collection(self, trigger, now=None):
        """Plan the charge of each invoice, or send the invoice to the customer.

        The customer's credit is applied first. Nothing is charged or emailed when the
        technician collects on site. What waits for approval isn't emailed either.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        attempts = self._plan_collection(trigger, now)
        charged = attempts.filtered(lambda a: not a._tells_customer(now)).move_id
        (self - charged)._send_for_payment(now)

    def _send_for_payment(self, now=None):
        """Send what is owed to the customer, unless it is collected on site."""
        self.filtered(
            lambda move: (
                move._is_owed() and move.collection_mode in ("net", "auto", "prepaid")
            )
        )._notify_customer(OCCASION_DUE, now)

    def _plan_collection(
        self,
        trigger,
        now=None,
        token=None,
        collectables=None,
        tokens=None,
        asked=0.0,
    ):
        """Plan one attempt for each invoice that may be charged.

        Runs in the user's transaction without network access; a job sends the attempt
        after the commit. Replaces a retry that waits for a later day. Amounts that
        aren't due yet are planned for their due date.

        :param trigger: see ``rules/triggers.py``
        :param now: naive UTC datetime
        :param token: the method to charge; default: the customer's first usable one
        :param collectables: see ``_get_collectable``; default: computed here
        :param dict tokens: the method to charge for each of these invoices
        :param asked: the part of what is due to charge; default: all of it
        :return: the planned ``paycollect.attempt`` records; if an invoice has none,
            its ``collection_decision`` says why
        """
        now = now or fields.Datetime.now()
        collectables = collectables or self._use_credits(now)
        tokens = dict.fromkeys(self, token) if token else tokens
        tokens = tokens or self._get_tokens_to_charge(collectables, now)
        Attempt = self.env["paycollect.attempt"].sudo()
        vals_list = []
        for move in self:
            method = tokens[move]
            retry = move._get_planned_retry(now)
            facts = move._get_charge_facts(
                method,
                now,
                trigger,
                replaced=retry,
                collectable=collectables[move],
                asked=asked,
            )
            decision = decide(facts)
            anyway = get_authorizer(trigger) != STAFF
            waits = decision.reason in PLANNED_ANYWAY and anyway
            goes = decision.verdict == GO or waits
            if goes and retry and not retry._set_superseded(now):
                decision = Decision(STOP, "in_flight")  # a worker is sending it now
                goes = False
            params = move._prepare_reason_params(decision, method)
            move.sudo().write(
                {
                    "collection_decision_code": decision.reason,
                    "collection_decision_params": params,
                }
            )
            if goes:
                vals = move._prepare_attempt_vals(
                    method, trigger, facts.due_at or now, facts.residual
                )
                if collectables[move].ask(ahead=True) > facts.residual:
                    vals["asked_amount"] = facts.residual
                if decision.verdict == WAIT:
                    vals |= move._prepare_wait_vals(decision, method)
                vals_list.append(vals)
        Attempt.flush_model(["state"])  # the unique index checks the table
        attempts = Attempt.create(vals_list)
        attempts.filtered(lambda a: not a.parked_code)._enqueue(now)
        for attempt in attempts.filtered(lambda a: a.parked_code in (CREDIT, APPROVAL)):
            attempt._set_parked(attempt.parked_code, attempt.reason_params)
        return attempts

    def _get_tokens_to_charge(self, collectables=None, now=None):
        """Return ``{move: primary usable token}``; an empty recordset for none.

        :param collectables: see ``_get_collectable``; default: computed here
        :param now: naive UTC datetime
        """
        collectables = collectables or self._get_collectable(now)
        Token = self.env["payment.token"]
        result = dict.fromkeys(self, Token)
        for company, moves in self.grouped("company_id").items():
            tokens = Token._get_collection_tokens(moves.commercial_partner_id, company)
            today = company._get_today(now)
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

    def _prepare_attempt_vals(self, token, trigger, planned_at, amount):
        self.ensure_one()
        return {
            "move_id": self.id,
            "currency_id": self.currency_id.id,  # first: amounts are rounded to it
            "amount": amount,
            "token_id": token.id,
            "trigger": trigger,
            "planned_at": planned_at,
            "try_number": len(self.sudo().collection_attempt_ids) + 1,
        }

    def _notify_customer(self, occasion, now=None):
        """Hook: notify the customer about these invoices.

        :param occasion: ``const.OCCASION_DUE``, ``OCCASION_DECLINED`` or
            ``OCCASION_PAID``
        :param now: naive UTC datetime
        """

    def _reset_notifications(self):
        """Hook: something changed, so the customer may be notified of a decline
        again."""

    def _get_planned_retry(self, now=None):
        """Return the retry that is planned for a later day, if any (sudo)."""
        self.ensure_one()
        attempts = self.sudo().collection_attempt_ids
        return attempts.filtered(lambda attempt: attempt._gives_way(now))

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
