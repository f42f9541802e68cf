# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a customer of stripe_scene.py has besides charges: an order whose estimate is
held, refunds, and a payment plan.
"""

from paycollect_setup.waiting import wait_equal, wait_until

HOLD = r"payment_intents$"
CAPTURE = r"payment_intents/[^/]+/capture$"
RELEASE = r"payment_intents/[^/]+/cancel$"
REFUND = r"refunds$"
OPEN_A_POLICY = """
env.ref("paycollect_fsm.policy_auto").copy({
    "name": "Held", "hold_at_booking": True, "hold_margin": 10, "amount_min": 10**6,
})
env.company.collection_refund_limit = 10**6  # nobody has to approve
result = True
"""

# Columns that move back to make something happen earlier.
AGED_BOOKINGS = {
    "paycollect_hold": (
        *("planned_at", "try_at", "sent_at", "held_at", "void_at"),
        *("requested_at", "asked_at", "ask_at"),
    ),
    "paycollect_refund": ("requested_at", "approved_at", "try_at"),
    "paycollect_refund_part": ("sent_at", "requested_at", "asked_at", "ask_at"),
    "paycollect_installment": ("date", "told_on"),
}
OWN = {
    "paycollect_refund_part": "refund_id IN (SELECT id FROM paycollect_refund "
    "WHERE partner_id = %(partner)s)",
    "paycollect_installment": "plan_id IN (SELECT id FROM paycollect_installment_plan "
    "WHERE partner_id = %(partner)s)",
}
PARTS = """
SELECT part.state, tx.collection_mark AS mark, round(part.amount * 100)::int AS cents
  FROM paycollect_refund_part part
  JOIN paycollect_refund refund ON refund.id = part.refund_id
  JOIN payment_transaction tx ON tx.id = part.transaction_id
 WHERE refund.partner_id = %s ORDER BY part.id
"""
BOOKED = """
SELECT COALESCE(round(sum(payment.amount) * 100)::int, 0) AS cents
  FROM payment_transaction tx
  JOIN account_payment payment ON payment.id = tx.payment_id
  JOIN account_move entry ON entry.id = payment.move_id
 WHERE tx.operation = 'refund' AND tx.state = 'done' AND entry.state = 'posted'
   AND tx.partner_id = %s
"""


def open_bookings(shop):
    """Make a policy that holds estimates, for those who choose it."""
    shop.server.run(OPEN_A_POLICY)


class Bookings:
    """A part of :class:`stripe_scene.Customer`."""

    prepaid = ()  # the invoices of what the customer prepaid

    # Actions

    def book(self):
        """Confirm an order whose estimate is held; its job is the customer's now."""
        call = self.shop.rpc("admin")
        self.order, self.job = call("res.partner", "book_for_tests", [self.id])

    def cancel_order(self):
        self.shop.rpc("admin")("sale.order", "action_cancel", [self.order])

    def ask_refund(self, amount):
        """Ask for a refund of the invoice, with the dialog."""
        call = self.shop.rpc("accountant")
        action = call("account.move", "action_refund", [self.invoice()["id"]])
        wizard = action["res_id"]
        vals = {"reason": "Bad work", "amount": amount}
        call("paycollect.refund.start", "write", [[wizard], vals])
        call("paycollect.refund.start", "action_confirm", [wizard])

    def plan_parts(self, invoice, *amounts):
        """Accept to pay an invoice in parts, one a day; return the plan's ID."""
        call = self.shop.rpc("admin")
        args = [self.id, invoice, amounts, self.tokens[0]]
        return call("res.partner", "plan_for_tests", args)

    def prepay(self):
        """Prepay a visit, and agree that the next one is charged when it is used."""
        call = self.shop.rpc("admin")
        move = call("res.partner", "prepay_for_tests", [self.id, self.tokens[0]])
        self.prepaid = [move]

    def refill(self):
        """Sell the next block once more, if that is due."""
        self.shop.rpc("admin")("res.partner", "refill_for_tests", [self.id])

    def age_bookings(self, seconds):
        """Move holds, refunds and plans back in time; dates by whole days."""
        for table, columns in AGED_BOOKINGS.items():
            step = (
                "%(days)s"
                if table == "paycollect_installment"
                else "%(span)s::interval"
            )
            moved = ", ".join(f"{name} = {name} - {step}" for name in columns)
            own = OWN.get(table, "partner_id = %(partner)s")
            self.server.sql(
                f"UPDATE {table} SET {moved} WHERE {own}",
                {
                    "partner": self.id,
                    "days": int(seconds // (24 * 3600)),
                    "span": f"{seconds} seconds",
                },
            )

    def work_bookings(self):
        """Run the crons of holds, refunds and plans."""
        self.shop.rpc("admin")("paycollect.hold", "sweep_for_tests", [])

    def work_until(self, is_over, seconds, times=12):
        """Let time pass and the crons run until it is over."""
        for _turn in range(times):
            self.shop.wait_jobs()
            if is_over():
                return
            self.age_bookings(seconds)
            self.work_bookings()
        raise AssertionError(f"{self.email}: {self.holds()}, {self.refunds()}")

    # State

    def holds(self):
        rows = self.server.sql(
            "SELECT state FROM paycollect_hold WHERE partner_id = %s ORDER BY id",
            [self.id],
        )
        return [row["state"] for row in rows]

    def wait_hold(self, state):
        """Wait until this is the state of the newest hold."""
        wait_until(
            lambda: self.holds()[-1:] == [state],
            f"the hold of {self.email} to be {state}",
            seen=self.holds,
        )

    def blocks(self):
        """Return the invoices of what was sold for prepayment."""
        rows = self.server.sql(
            "SELECT move_id FROM paycollect_hour_block WHERE partner_id = %s "
            "ORDER BY id",
            [self.id],
        )
        return [row["move_id"] for row in rows]

    def refunds(self):
        rows = self.server.sql(
            "SELECT state FROM paycollect_refund WHERE partner_id = %s ORDER BY id",
            [self.id],
        )
        return [row["state"] for row in rows]

    def refund_parts(self):
        return self.server.sql(PARTS, [self.id])

    def wait_part(self, state):
        """Wait until this is the state of the newest part of a refund."""
        wait_until(
            lambda: [part["state"] for part in self.refund_parts()][-1:] == [state],
            f"the refund of {self.email} to be {state}",
            seen=self.refund_parts,
        )

    def get_held(self):
        """Return what the bank keeps: intents that can be captured."""
        return [
            intent
            for intent in self.stripe.intents(customer=self.reference)
            if intent["status"] == "requires_capture"
        ]

    def wait_held(self, number):
        wait_equal(
            lambda: len(self.get_held()), number, f"the holds on {self.email}'s card"
        )

    def refunded(self):
        """Return the cents that went back."""
        back = sum(line["amount"] for line in self.lines("refunded"))
        return back - sum(line["amount"] for line in self.lines("refund failed"))

    # What must hold

    def assert_bookings_safe(self):
        """Check what must hold of holds, captures and refunds in any case."""
        live = [state for state in self.holds() if state == "held"]
        assert len(self.get_held()) == len(live) <= 1, "a hold is left behind"
        captured = [line["intent"] for line in self.lines("captured")]
        assert len(captured) == len(set(captured)), "a hold is captured twice"
        made = self.stripe.objects(kind="refund")
        parts = self.refund_parts()
        for part in parts:
            own = [
                refund["amount"]
                for refund in made
                if refund["metadata"].get("paycollect_mark") == part["mark"]
            ]
            assert len(own) <= 1, "a refund is made twice"
            assert sum(own) in (0, part["cents"])
            assert not own or part["state"] == "done", part
        # A refund in the dashboard before the payment is booked offsets the payment.
        if parts:
            [booked] = self.server.sql(BOOKED, [self.id])
            assert self.refunded() == booked["cents"], "the books don't say it's back"

    def assert_no_hold(self):
        """Check that nothing is held anymore, by the bank or by our books."""
        assert not self.get_held()
        assert not {"planned", "sent", "unknown", "held", "voiding"} & set(self.holds())
