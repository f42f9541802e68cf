# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The company that both sides run: what it sells, its customers, a job, a payment."""

from collections import Counter
from datetime import timedelta

from soak_machine import people, shop
from soak_machine.notes import Notes

from odoo import Command, fields

from .bills import Bill

TERMS = 30  # days
MANY = 10**6  # charges per day: the limit is not what this is about
# product: name, price; see generator.KINDS
PRICES = {
    "hour": ("On-site support, per hour", 120),
    "check": ("Monthly IT check", 150),
    "laptop": ("Laptop setup", 180),
    "network": ("Network installation", 450),
}


class Company:
    """What is the same on both sides; see ours.py and plain.py.

    :param keeps_terms: whoever has a card on file is charged when the invoice is due
    :ivar steps: what people did by hand, by kind
    """

    collects = None

    def __init__(self, world, bills, keeps_terms=False):
        self.world, self.bills = world, bills
        self.keeps_terms = keeps_terms
        self.steps = Counter()
        self.partners = {}  # by customer number: (partner, place) ids
        self.methods = {}  # by customer number: soak_machine.provider.Method
        self.notes = Notes()  # for soak_machine's invariants
        self.daily_count = MANY
        self.network_cap = None

    # -- setting up ----------------------------------------------------------------

    def open(self, customers, decide):
        """:param decide: see Customers.decide"""
        self.world.do(self._open)
        for customer in customers:
            self._add_customer(customer, decide)

    def _open(self, env):
        plan = env.ref("paycollect_fsm.retry_plan_default")
        self.network_cap = plan.network_cap
        shop.open_company(env)
        plan.network_cap = self.network_cap
        env.company.partner_id.tz = "America/Chicago"
        env.company.write(
            {
                "name": "Brightline IT Support",
                "collection_active": self.collects,
                "collection_daily_count": self.daily_count,
            }
        )
        self._products = {
            key: self._make_product(env, name, price).id
            for key, (name, price) in PRICES.items()
        }

    def _make_product(self, env, name, price):
        return env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "invoice_policy": "delivery",
                "field_service_tracking": "line",
                "taxes_id": [Command.clear()],
            }
        )

    def _add_customer(self, customer, decide):
        self.partners[customer.number] = self.world.do(
            lambda env: self._make_partner(env, customer)
        )

    def is_charged(self, customer):
        """Whether the customer is charged as soon as a job is done."""
        return False

    def _make_partner(self, env, customer):
        partner = shop.make_customer(env, f"customer{customer.number}")
        term = "immediate" if self.is_charged(customer) else "30days"
        partner.property_payment_term_id = env.ref(
            f"account.account_payment_term_{term}"
        )
        place = env["fsm.location"].create(
            {"name": partner.name, "owner_id": partner.id}
        )
        return partner.id, place.id

    # -- jobs ----------------------------------------------------------------------

    def book(self, job):
        """Book a job for today; return its order's ID."""
        return self.world.do(lambda env: self._book(env, job))

    def _book(self, env, job):
        partner_id, place_id = self.partners[job.customer.number]
        order = (
            env["sale.order"]
            .with_context(**shop.QUICK)
            .create(
                {
                    "partner_id": partner_id,
                    "fsm_location_id": place_id,
                    "client_order_ref": f"PO-{job.number}",
                    "commitment_date": env.cr.now() + timedelta(hours=1),
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self._products[job.product],
                                "product_uom_qty": job.quantity,
                            }
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        self.bills.note_work(job, round(order.amount_total * 100))
        return order.id

    def complete(self, job, order_id):
        """Complete the job on site, and bill it, if that is how it is done."""

        def act(env):
            env["sale.order"].browse(order_id).fsm_order_ids.action_complete()

        self.world.do(act)

    def note_bill(self, job, move):
        """Return the bill of an invoice, and remember it."""
        bill = Bill(
            job,
            move.id,
            move.name,
            round(move.amount_total * 100),
            move.invoice_date,
            move.invoice_date_due,
        )
        self.notes.note_bill(move.id, bill.cents)
        return self.bills.add(bill)

    # -- money ---------------------------------------------------------------------

    def register(self, bill, how):
        """Register by hand what arrived at the bank, or a check."""

        def act(env):
            people.register_payment(
                env["account.move"].browse(bill.move_id), self.notes.note_cash
            )

        self.world.do(act)
        self.steps["payment registered"] += 1
        bill.pay(self.world.today, bill.open, how)

    def take_back(self, bill):
        """The bank returns a check: cancel its payment by hand."""

        def act(env):
            move = env["account.move"].browse(bill.move_id)
            payments = move._get_reconciled_payments()
            payments.action_draft()
            payments.action_cancel()

        self.world.do(act)
        self._forget_cash(bill)
        self.steps["check returned"] += 1
        bill.bounce(self.world.today, bill.cents)

    def _forget_cash(self, bill):
        self.notes.owed[bill.move_id] += self.notes.cash.pop(bill.move_id, 0)

    def pay_online(self, bill):
        """The customer pays with a card on the page of the invoice."""
        world = self.world
        before = len(world.provider.get_intents())
        world.do(
            lambda env: people.pay_online(env["account.move"].browse(bill.move_id))
        )
        [intent] = world.provider.get_intents()[before:]
        world.provider.confirm(intent, "good")
        world.do(lambda env: people.come_back(env, intent["id"], intent["description"]))
        world.run(lambda env: env["payment.transaction"]._cron_post_process())
        self.bills.read_provider(world.provider.account.ledger, world.today, "online")

    def send_mails(self):
        """Let Odoo's mail queue send."""

        def send(env):
            mails = env["mail.mail"].search(
                [
                    ("state", "=", "outgoing"),
                    "|",
                    ("scheduled_date", "=", False),
                    ("scheduled_date", "<=", fields.Datetime.now()),
                ]
            )
            mails.send(auto_commit=True)

        self.world.run(send)
