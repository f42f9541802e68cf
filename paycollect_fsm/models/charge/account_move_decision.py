# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_datetime, str2bool

from ...rules.charge import GO, STOP, STOPPED, ChargeFacts, Decision, decide
from ...rules.const import OPEN_STATES

# A payment that the customer started on the portal may still be confirmed.
PORTAL_GRACE = timedelta(minutes=15)


class AccountMove(models.Model):
    """Facts → rule → decision for charging an invoice."""

    _inherit = "account.move"

    def _set_collection_policy(self, booking):
        """Remember by which policy, and why, the invoices are collected.

        :param booking: the job or sale order that was billed
        """
        self.filtered(lambda move: not move.collection_policy_id).write(
            {
                "collection_policy_id": booking.collection_policy_id.id,
                "collection_policy_reason": booking.collection_policy_reason,
            }
        )

    def _start_collection(self, trigger):
        """Plan the charge of each invoice, or send the invoice to the customer.

        Cash on delivery is collected by the technician: no mail, no charge.
        """
        attempts = self._plan_collection(trigger)
        self.filtered(
            lambda move: (
                move._is_owed()
                and move not in attempts.move_id
                and move.collection_mode in ("net", "auto", "prepaid")
            )
        )._queue_invoice_message()

    def _plan_collection(self, trigger, now=None, token=None):
        """Plan one attempt for each invoice that may be charged.

        In the user's own transaction and without network; the attempt is sent by a
        job after the commit. A retry that waits for a later day gives way.

        :param trigger: one of ``const.TRIGGERS``
        :param now: naive UTC datetime
        :param token: the method to charge; default: the customer's first usable one
        :return: the planned ``paycollect.attempt`` records; why an invoice has none
            stands in its ``collection_decision``
        """
        now = now or fields.Datetime.now()
        tokens = dict.fromkeys(self, token) if token else self._get_tokens_to_charge()
        Attempt = self.env["paycollect.attempt"].sudo()
        vals_list = []
        for move in self:
            method = tokens[move]
            retry = move._get_planned_retry()
            facts = move._get_charge_facts(
                method, now, manual=trigger == "manual", replaced=retry
            )
            decision = decide(facts)
            waits = decision.reason == STOPPED and trigger != "manual"
            goes = decision.verdict == GO or waits
            if goes and retry and not retry._set_superseded():
                decision = Decision(STOP, "in_flight")  # a worker sends it right now
                goes = False
            move.collection_decision = move._get_decision_text(decision, method)
            if goes:
                vals = move._prepare_attempt_vals(method, trigger, now)
                if waits:
                    vals.update(
                        parked_reason=move.collection_decision, parked_code=STOPPED
                    )
                vals_list.append(vals)
        Attempt.flush_model(["state"])  # the unique index looks at the table
        attempts = Attempt.create(vals_list)
        attempts.filtered(lambda a: not a.parked_reason)._enqueue()
        return attempts

    def _get_tokens_to_charge(self):
        """Return ``{move: primary usable token}``, possibly empty recordsets."""
        Token = self.env["payment.token"]
        result = dict.fromkeys(self, Token)
        for company, moves in self.grouped("company_id").items():
            tokens = Token._get_collection_tokens(moves.commercial_partner_id, company)
            today = fields.Date.context_today(self)
            for move in moves:
                usable = tokens.get(move.commercial_partner_id, Token)
                valid = usable.filtered(lambda t, d=today: not t._is_expired_on(d))
                result[move] = (valid or usable)[:1]
        return result

    def _prepare_attempt_vals(self, token, trigger, now):
        self.ensure_one()
        return {
            "move_id": self.id,
            "amount": self.amount_residual,
            "currency_id": self.currency_id.id,
            "token_id": token.id,
            "trigger": trigger,
            "planned_at": now,
            "try_number": len(self.sudo().collection_attempt_ids) + 1,
        }

    def _is_owed(self):
        self.ensure_one()
        return (
            self.move_type == "out_invoice"
            and self.state == "posted"
            and not self._is_settled()
            and self.currency_id.compare_amounts(self.amount_residual, 0) > 0
        )

    def _get_charge_facts(self, token, now, manual=False, attempt=None, replaced=None):
        """Return the :class:`ChargeFacts` of one invoice.

        :param attempt: the attempt that is being claimed; the brakes and the card
            networks' caps count only then
        :param replaced: the planned retry that would give way
        """
        self.ensure_one()
        company = self.company_id
        transactions = self.sudo().transaction_ids
        facts = {
            "collection_active": company.collection_active,
            "stopped": company._is_collection_stopped(),
            "neutralized": str2bool(
                self.env["ir.config_parameter"]
                .sudo()
                .get_param("database.is_neutralized", "False")
            ),
            "is_customer_invoice": self.move_type == "out_invoice",
            "posted": self.state == "posted",
            "residual": self.amount_residual,
            "settled": self._is_settled(),
            "blocked": self.payment_state == "blocked" or self._is_disputed(),
            "in_flight": self._has_money_in_flight(transactions, attempt or replaced),
            "customer_paying": any(
                tx.state == "draft"
                and (tx.operation or "").startswith("online_")
                and tx.create_date > now - PORTAL_GRACE
                for tx in transactions
            ),
            "mode": self.collection_mode or "",
            "manual": manual,
            "max_auto_amount": self._get_max_auto_amount(),
            "token_found": bool(token),
            "token_usable": token.active and token._has_consent() if token else False,
            "token_expired": bool(token)
            and token._is_expired_on(fields.Date.context_today(self)),
            "token_refused": bool(token) and self._was_refused(token),
            "second_engine": bool(token.provider_id.collection_foreign_retries_at),
            "provider_ready": token.provider_id.state in ("enabled", "test"),
        }
        if attempt:
            facts["is_retry"] = attempt.trigger == "retry"
            facts |= attempt._get_brake_facts(now) | attempt._get_cap_facts(now)
        return ChargeFacts(**facts)

    def _has_money_in_flight(self, transactions, attempt):
        """Money of this invoice may already be on its way."""
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
        """The policy's limit in the currency of the invoice; 0 = none."""
        policy = self.collection_policy_id
        if not policy.max_auto_amount:
            return 0.0
        return policy.currency_id._convert(
            policy.max_auto_amount,
            self.currency_id,
            self.company_id,
            self.invoice_date or fields.Date.context_today(self),
        )

    def _plan_waiting(self, partners, token=None):
        """Charge the customers' open invoices that were waiting for a method.

        Called when a method was added. Each invoice that a policy charges
        automatically and that was never charged, was declined or could not be sent
        is tried once; not what somebody canceled by hand. Should the new method be
        declined as well, the customer, who has just acted, is told once more.

        :param token: the new or renewed method; default: the first usable one
        """
        moves = self._get_waiting(partners)
        if token:
            moves = moves.filtered(
                lambda move: token.company_id in move.company_id.parent_ids
            )
        moves.filtered("decline_message_at").decline_message_at = False
        return moves._plan_collection("completion", token=token)

    def _get_waiting(self, partners):
        """Return the customers' open invoices that wait for a method (sudo)."""
        moves = self.sudo().search(
            [
                ("commercial_partner_id", "in", partners.commercial_partner_id.ids),
                ("collection_policy_id.collection_mode", "=", "auto"),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            order="invoice_date_due, id",
        )
        return moves.filtered(lambda move: move._get_last_attempt()._may_follow())

    def _get_decision_text(self, decision: Decision, token):
        """Translate a decision of ``charge_rules`` for the people who read it."""
        _ = self.env._
        params = decision.params
        texts = {
            "charge": lambda: _("It is charged to %(m)s.", m=token._get_label()),
            "not_invoice": lambda: _("Not charged: it is not a customer invoice."),
            "not_posted": lambda: _("Not charged: the invoice is not posted."),
            "paid": lambda: _("Not charged: nothing is due any more."),
            "in_flight": lambda: _(
                "Not charged: a payment of this invoice is already under way."
            ),
            "blocked": lambda: _("Not charged: its payment is blocked (disputed)."),
            "customer_paying": lambda: _(
                "Charged later: the customer is paying online right now."
            ),
            "mode_net": lambda: _("Not charged: it is paid on terms."),
            "mode_cod": lambda: _("Not charged: it is collected on site."),
            "mode_prepaid": lambda: _(
                "Not charged: the customer pays in advance; what is left is invoiced."
            ),
            "mode_none": lambda: _("Not charged: no policy applies."),
            "over_maximum": lambda: _(
                "Not charged: it is above the %(maximum)s that the policy charges "
                "without asking.",
                maximum=self.currency_id.format(params["maximum"]),
            ),
            "no_method": lambda: _("Not charged: no payment method is on file."),
            "no_consent": lambda: _(
                "Not charged: the customer's consent for the method has ended."
            ),
            "expired": lambda: _(
                "Not charged: %(m)s is expired.", m=token._get_label()
            ),
            "refused": lambda: _(
                "Not charged: the bank refused %(m)s for good.", m=token._get_label()
            ),
            "network_cap": lambda: _(
                "Charged later: the card was declined so often that the card networks "
                "want it to rest until %(date)s.",
                date=format_datetime(self.env, params["until"]),
            ),
            "provider_off": lambda: _(
                "Not charged: the payment provider is switched off."
            ),
            "neutralized": lambda: _("Not charged: this is a copy of the database."),
            "inactive": lambda: _("Not charged: automatic collection is switched off."),
            "stopped": lambda: _(
                "Held back: all charging was stopped. It goes on when a manager "
                "resumes it."
            ),
            "second_engine": lambda: _(
                "Held back: somebody else tries declined charges again at "
                "%(provider)s. Ours go on when that is switched off.",
                provider=token.provider_id.sudo().name,
            ),
            "customer_count_brake": lambda: _(
                "Held back: %(limit)s charges of this customer were sent today, the "
                "daily limit for a customer.",
                limit=params["limit"],
            ),
            "customer_amount_brake": lambda: _(
                "Held back: the customer's charges of today would pass the limit of "
                "%(limit)s for a customer.",
                limit=self.company_id.currency_id.format(params["limit"]),
            ),
            "count_brake": lambda: _(
                "Held back: %(limit)s charges were sent today, the daily limit.",
                limit=params["limit"],
            ),
            "amount_brake": lambda: _(
                "Held back: the day's charges would pass the limit of %(limit)s.",
                limit=self.company_id.currency_id.format(params["limit"]),
            ),
        }
        return texts[decision.reason]()
