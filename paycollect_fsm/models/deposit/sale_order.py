# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import fields, models
from odoo.exceptions import UserError

from ...rules.charge import PLANNED_ANYWAY
from ...rules.const import OPEN_STATES
from ...rules.deposit import CHARGE, LINK, DepositFacts, plan, to_units
from ...rules.messages import MAIL, SMS
from ...rules.readiness import PREPAID

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    """The deposit of an order that staff confirm: charged, or asked for with a link."""

    _inherit = "sale.order"

    def _collect_on_confirmation(self, now):
        """Ask for the deposit. Who accepts online has just paid it."""
        super()._collect_on_confirmation(now)
        if not self._is_done_by_customer():
            self._collect_deposits(now)

    def action_charge_deposit(self):
        """Button: ask whether to charge the deposit to the method on file (Collections
        users).

        :raise UserError: if nothing is due, or there is nothing to charge
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        order = self.sudo()
        now = fields.Datetime.now()
        facts = order._get_deposit_facts(now)
        if order.state != "sale" or plan(facts) != CHARGE:
            raise UserError(order._get_no_charge_text(facts))
        return self._ask_to_charge(now, self.env._("Charge the Deposit"))

    def _charge_deposit_by_hand(self, now):
        """Charge the deposit, and say what came of it (Collections users).

        :param now: naive UTC datetime
        """
        self.env["paycollect.access"]._check_user(self)
        order = self.sudo()
        move = order._charge_deposit(now)
        if move._has_open_attempt() or not move._is_owed():
            return move._notify(order.collection_deposit_text, "success")
        return move._notify(move.collection_decision, "warning")

    def _get_no_charge_text(self, facts):
        if facts.on_its_way:
            return self.env._("A payment of this deposit is already in progress.")
        if not facts.due or facts.prepaid or self.state != "sale":
            return self.env._("No deposit can be charged for this order now.")
        return self.env._(
            "No payment method on file can be charged for this deposit. Send the "
            "customer a payment link."
        )

    # -- asking for it ----------------------------------------

    def _collect_deposits(self, now):
        """Charge the deposits of these orders, or send their customers a link.

        :param now: naive UTC datetime
        """
        for order in self.sudo().filtered("company_id.collection_active"):
            if order.state != "sale":
                continue
            step = plan(order._get_deposit_facts(now))
            if step == CHARGE:
                order._try_to_charge_deposit(now)
            elif step == LINK:
                order._send_deposit_link(now)

    def _get_deposit_facts(self, now):
        """Return the :class:`deposit.DepositFacts`.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        due = to_units(self._get_amount_due_now(now), self.currency_id.rounding)
        return DepositFacts(
            due=due,
            prepaid=self.collection_mode == PREPAID,
            has_method=bool(due and self._get_deposit_method(now)),
            on_its_way=self._is_deposit_on_its_way(),
            link_open=bool(self._find_open_links(now)),
        )

    def _get_deposit_method(self, now):
        """Return the first method on file that can be charged today (sudo)."""
        payer, company = self._get_payer(), self.company_id
        tokens = self.env["payment.token"]._get_collection_tokens(payer, company)
        customer = payer.commercial_partner_id
        today = company._get_today(now)
        amount = self._get_amount_due_now(now)
        return tokens.get(customer, self.env["payment.token"]).filtered(
            lambda token: (
                not token._is_expired_on(today)
                and token._is_provider_on()
                and not token._get_limit(payer, self.currency_id, amount, company)
            )
        )[:1]

    def _is_deposit_on_its_way(self):
        """Whether a charge of it is planned, or a payment is being processed."""
        charges = self._get_open_deposits().collection_attempt_ids
        return any(charge.state in OPEN_STATES for charge in charges) or any(
            self._is_in_process(transaction) for transaction in self.transaction_ids
        )

    def _find_open_links(self, now):
        """Return the customer's links that pay this order."""
        return self._get_requested_links().filtered(
            lambda link: link.purpose == "order" and link._get_state(now) == "open"
        )

    def _try_to_charge_deposit(self, now):
        """Charge the deposit; a failure never blocks the confirmation."""
        try:
            with self.env.cr.savepoint():
                move = self._charge_deposit(now)
        except OperationalError:
            raise  # a concurrent update: Odoo retries the request
        except Exception as error:
            _logger.exception("The deposit of %s could not be charged", self.name)
            self._report_deposit_failed(error, now)
            return
        charged = move._has_open_attempt() or not move._is_owed()
        if not charged and move.collection_decision_code not in PLANNED_ANYWAY:
            self._send_deposit_link(now)

    def _charge_deposit(self, now):
        """Invoice what is due of the deposit, and plan its charge.

        Of what nobody paid, only the last invoice stays: an order that grew since asks
        for all of it at once.

        :return: the invoice (sudo); its ``collection_decision`` says why if nothing
            was planned
        """
        due = self._get_amount_due_now(now)
        open_moves = self._get_open_deposits().filtered(
            lambda move: not self.currency_id.compare_amounts(move.amount_residual, due)
        )
        move = open_moves[:1] or self._replace_unpaid_deposits(due, now)
        move._plan_collection("deposit", now)
        return move

    def _replace_unpaid_deposits(self, due, now):
        for move in self._get_open_deposits():
            unused = move._get_unused_deposit()
            if self.currency_id.compare_amounts(unused, move.amount_total):
                continue
            if not move._stop_planned_charges("superseded", now):
                raise UserError(
                    self.env._("A payment of this deposit is already in progress.")
                )
            move._withdraw_deposit(now)
        return self._invoice_deposit(due, now)

    def _report_deposit_failed(self, error, now):
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Collect the deposit of %(order)s", order=self.name),
            self.env._(
                "The deposit could not be charged: %(error)s Fix the problem, then "
                "click “Charge Deposit,” or send the customer a payment link.",
                error=error,
            ),
            code="deposit_failed",
            now=now,
        )

    def _send_deposit_link(self, now):
        """Send the customer a link to pay the deposit, by email and SMS.

        :param now: naive UTC datetime
        """
        if self._send_order_link(now):
            text = self.env._("A link to pay the deposit is being sent.")
            self._message_log(body=text)
            return
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Ask for the deposit of %(order)s", order=self.name),
            self.env._(
                "A deposit is due, but %(customer)s has neither an email address "
                "nor a phone number that accepts text messages.",
                customer=self._get_payer().display_name,
            ),
            code="deposit_unreachable",
            now=now,
        )

    def _send_order_link(self, now):
        """Send the payer a link to the order; return whether there is an address.

        :param now: naive UTC datetime
        """
        payer = self._get_payer().with_company(self.company_id)
        if not payer._get_request_targets((MAIL, SMS)):
            return False
        lang = payer.lang or self.env.lang
        payer._request_payment_method(
            company=self.company_id,
            now=now,
            purpose="order",
            work=self.with_context(lang=lang)._get_work(),
            **self._get_link_values(),
        )
        return True
