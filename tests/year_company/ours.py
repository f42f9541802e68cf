# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ours: what is done is billed and charged at once, reminders go out by the plan."""

from soak_machine import shop
from soak_machine.crons import CRONS, MORE_CRONS
from stripe_stand_in import methods

from odoo.addons.paycollect_portal.rules.disputes import Claim

from .checks import Checks

FRIDAY = 4


def _remind(env):
    env["paycollect.dunning.case"]._cron_run()


def _hand_over(env):
    env["paycollect.handoff"]._cron_work()


def _bill_late(env):
    env["fsm.order"]._cron_bill_late()


def _blocks(env):
    env["paycollect.hour.block"]._cron_run()


def _grade(env):
    env["paycollect.risk.grade"]._cron_grade()


def _read_payouts(env):
    env["payment.provider"]._cron_read_payouts()


def _compare(env):
    env["payment.provider"]._cron_compare()


def _receive_payouts(env):
    """What was paid out is on the bank statement."""
    provider = env.ref("payment.payment_provider_stripe")
    for settlement in env["paycollect.settlement"].search(
        [("statement_line_id", "=", False)]
    ):
        env["account.bank.statement.line"].create(
            {
                "journal_id": provider.journal_id.id,
                "date": env.cr.now().date(),
                "amount": settlement.amount,
                "payment_ref": f"STRIPE PAYOUT {settlement.reference}",
            }
        )


def _sweep(env):
    env["paycollect.attempt"]._cron_send_due()
    env["paycollect.message"]._cron_deliver()


NIGHTLY = (
    *(CRONS[name] for name in ("autopay", "scheduled", "checks", "resolve", "fetch")),
    *(CRONS[name] for name in ("apply", "native")),
    *MORE_CRONS.values(),
    _bill_late,
    _blocks,
    _hand_over,
)


class Ours(Checks):
    collects = True

    def _open(self, env):
        super()._open(env)
        self._open_checks(env)
        expenses = env["account.account"].search([("account_type", "=", "expense")])
        env.company.collection_charge_fee_account_id = expenses[:1]
        plan = env.ref("paycollect_dunning.plan_default")
        plan.level_ids.attach_statement = False  # PDFs are slow
        plan._activate(env.cr.now())

    def _add_customer(self, customer, decide):
        super()._add_customer(customer, decide)
        if customer.has_saved_method:
            self._store_method(customer, decide)
        name = "auto" if customer.has_saved_method else "net"

        def act(env):
            partner = env["res.partner"].browse(self.partners[customer.number][0])
            partner.collection_policy_id = env.ref(f"paycollect_fsm.policy_{name}")

        self.world.do(act)

    def is_charged(self, customer):
        return customer.has_saved_method and not self.keeps_terms

    def _store_method(self, customer, decide):
        """Store a card of the customer; return its token's ID."""
        provider, former = self.world.provider, self.methods.get(customer.number)
        name = f"customer{customer.number}"
        method = provider.store_method(name, "good", former and former.customer)
        methods.decide_outcome(provider.account, method.id, decide)
        self.methods[customer.number] = method

        def act(env):
            partner = env["res.partner"].browse(self.partners[customer.number][0])
            return shop.add_method(env, partner, method).id

        return self.world.do(act)

    # -- the day -------------------------------------------------------------------

    def wake(self):
        """The night: what is due is decided.

        The provider pays out on Mondays; the bank has it a day later.
        """
        world = self.world
        world.deliver()
        world.run(_sweep, *NIGHTLY, _remind)
        match world.today.weekday():
            case 0:
                world.provider.control.pay_out()
                world.run(_read_payouts)
            case 1:
                world.do(_receive_payouts)
                world.run(_read_payouts, _compare)
            case 6:
                world.run(_grade)
        self._catch_up()

    def complete(self, job, order_id):
        """Return the job's bills; charges and messages are already on their way."""
        super().complete(job, order_id)
        made = self.world.do(lambda env: self._find_bills(env, job, order_id))
        self._catch_up()
        return made

    def _find_bills(self, env, job, order_id):
        order = env["sale.order"].browse(order_id)
        jobs = order.fsm_order_ids
        if errors := [job.collection_error for job in jobs if job.collection_error]:
            raise AssertionError(errors)
        return [self.note_bill(job, move) for move in order.invoice_ids]

    def _catch_up(self):
        """Run what is queued, and note what the provider took."""
        self.world.work_off()
        self.send_mails()
        ledger = self.world.provider.account.ledger
        self.bills.read_provider(ledger, self.world.today)

    def close_day(self):
        """The evening, which stands for the hourly runs since the morning."""
        if self.world.today.weekday() == FRIDAY:
            self._deposit()
        self.world.deliver()
        self.world.run(_sweep, CRONS["resolve"], CRONS["native"], _remind)
        self._catch_up()
        return []

    # -- customers and staff -------------------------------------------------------

    def dispute(self, bill):
        """The customer disputes the invoice on his page."""

        def act(env):
            move = env["account.move"].browse(bill.move_id)
            claim = Claim(reason="quality", text="It still doesn't work.")
            env["paycollect.dispute"]._file(
                move, move.partner_id, claim, env["account.move.line"]
            )

        self.world.do(act)

    def answer(self, bill):
        """Reject the dispute: the work was looked at, and is all right."""

        def act(env):
            dispute = env["paycollect.dispute"].search(
                [("move_id", "=", bill.move_id), ("state", "=", "open")]
            )
            dispute._answer("rejected", "We checked: it works now.")

        self.world.do(act)
        self.steps["dispute answered"] += 1

    def renew_method(self, bill, decide):
        """The customer stores a new card, which is charged for what is open."""
        customer = bill.job.customer
        token_id = self._store_method(customer, decide)

        def act(env):
            partner = env["res.partner"].browse(self.partners[customer.number][0])
            token = env["payment.token"].browse(token_id)
            partner._collection_method_added(token)

        self.world.do(act)
        self.world.work_off()
        ledger = self.world.provider.account.ledger
        self.bills.read_provider(ledger, self.world.today, "new method")
        self._catch_up()
