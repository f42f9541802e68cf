# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a customer does on our pages, logged in or behind a link, in any number of
windows. A window keeps what it showed, however old it gets.
"""

from dataclasses import dataclass
from datetime import timedelta

from .pages import read
from .site import Visit, write_query
from .workers import DONE

BALANCE = "/my/balance"
SHARES = """
SELECT share.line_id, round(share.amount * 100)::int, round(share.credit * 100)::int,
       round(share.discount * 100)::int
  FROM paycollect_allocation share
  JOIN payment_transaction tx ON tx.id = share.transaction_id
 WHERE tx.reference = %s ORDER BY share.id
"""
INVOICES = """
SELECT id FROM account_move
 WHERE commercial_partner_id = %s AND move_type = 'out_invoice' AND id = ANY(%s)
 ORDER BY id
"""
# The customer's own request, how it is taken back, and its name in the form.
TAKEN_BACK = (
    (
        """
        SELECT max(dispute.id) FROM paycollect_dispute dispute
          JOIN account_move move ON move.id = dispute.move_id
         WHERE move.commercial_partner_id = %s AND dispute.state = 'open'
        HAVING count(*) > 0
        """,
        "/my/disputes/withdraw",
        "dispute",
    ),
    (
        """
        SELECT max(id) FROM paycollect_check_notice
         WHERE partner_id = %s AND state = 'announced' HAVING count(*) > 0
        """,
        "/my/checks/{}/cancel",
        "check",
    ),
    (
        """
        SELECT max(id) FROM paycollect_scheduled_payment
         WHERE partner_id = %s AND state = 'planned' HAVING count(*) > 0
        """,
        "/my/scheduled/cancel",
        "payment",
    ),
)


@dataclass
class Window:
    """A page with a form that pays.

    ``shown``: what it says is paid: (journal item, money, credit, discount) in cents;
    empty for one invoice. ``tokens``: methods that are offered.
    """

    customer: object
    user_id: int | None
    route: str
    mark: str
    shown: tuple
    provider_id: int
    method_id: int
    tokens: tuple = ()

    def prepare(self, **chosen):
        """Return the values that the form submits."""
        return {
            "provider_id": self.provider_id,
            "payment_method_id": self.method_id,
            "token_id": None,
            "amount": 0.01,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my",
            "is_validation": False,
            "access_token": self.mark,
            **chosen,
        }


class Windows:
    """A part of :class:`schedule.Schedule`."""

    # -- opening -------------------------------------------------------------------

    def open_balance(self, customer, choice):
        """Open the balance page; return a :class:`Window`, or None."""
        if not customer.user_id:
            self.note(f"{customer.name} has no login")
            return None
        return self._open(customer, BALANCE, choice, customer.user_id)

    def open_link(self, customer, purpose, choice):
        """Open a link that was just sent; return a :class:`Window`, or None."""
        made, move_ids = [], self.get_move_ids(customer)
        if purpose == "invoice" and not move_ids:
            return None

        def issue(env):
            partner = env["res.partner"].browse(customer.partner_id)
            move = env["account.move"].browse(move_ids[-1:])
            links = env["paycollect.link"]
            url = links._issue(
                partner, purpose, env.company, purpose == "invoice" and move
            )
            made.append("/pay/" + url.rsplit("/", 1)[1])

        self.act(f"a link to the {purpose} for {customer.name}", issue)
        if not made:
            return None
        return self._open(customer, made[0], choice if purpose == "balance" else "due")

    def _open(self, customer, path, choice, user_id=None):
        found = self._look(customer, path, user_id)
        if not found:
            return None
        block = found.get("block")
        if choice == "due" and not found.get("transaction_route"):
            choice = "everything"  # nothing is due yet
        if choice != "due" and (query := self._choose(block, choice)):
            found = self._look(customer, write_query(path, query), user_id)
        if not found or not found.get("transaction_route"):
            self.note("there is nothing to pay")
            return None
        window = Window(
            customer,
            user_id,
            found["transaction_route"],
            found["mark"],
            found["shown"],
            found["provider"],
            found["method"],
            found["tokens"],
        )
        self.windows.append(window)
        return window

    def _look(self, customer, path, user_id):
        """Return the values that a page is rendered with."""
        made, visit = [], Visit(path, user_id)

        def look(env):
            made.append(read(visit(env)))

        name = path.partition("?")[0] if user_id else "the link"
        self.act(f"{customer.name} opens {name}", look)
        return made[-1] if made else None

    def _choose(self, block, choice):
        """Return the query for everything, or for a part of what is open."""
        if not block:
            return None
        items, query = block["items"], [("block", block["key"])]
        if choice == "everything":
            return query + [("item", item["line"]) for item in items]
        part = sum(item["cents"] for item in items) * 3 // 5
        return [*query, ("amount", f"{part / 100:.2f}")]

    # -- paying --------------------------------------------------------------------

    def tap(self, window):
        """Pay with a method on file: one tap."""
        if not window or not window.tokens:
            self.note("no method on file is offered")
            return
        self._submit(window, token_id=window.tokens[0], flow="token")

    def type_card(self, window, kind):
        """Pay with a card that is typed, confirm it and come back."""
        if intent := window and self._submit(window):
            self.note(self.world.provider.confirm(intent, kind))
            self._come_back(intent)

    def leave_window(self, window):
        """Press “Pay” and leave the form of the provider open."""
        if intent := window and self._submit(window):
            self.pages[window.route] = intent

    def _submit(self, window, **chosen):
        """Submit the form; return the provider's intent that was created, if any."""
        made, before = [], len(self.world.provider.get_intents())
        visit = Visit(window.route, window.user_id, params=window.prepare(**chosen))

        def pay(env):
            made[:] = [visit(env)]

        how = chosen.get("flow", "a card")
        outcome = self.act(f"{window.customer.name} pays by {how}", pay)
        answer = made[0] if outcome == DONE and made else {}
        if "reference" not in answer:
            self.note(f"… {answer.get('state_message')}")
            return None
        self._compare(window, answer["reference"])
        intents = self.world.provider.get_intents()[before:]
        return intents[-1] if intents else None

    def _compare(self, window, reference):
        """Whatever is paid is what the window showed."""
        if not window.shown:
            return
        made = tuple(self.fetch(SHARES, reference))
        if made != window.shown:
            self.stop_at([f"{reference}: {window.shown} was shown, {made} is paid"])

    # -- autopay, scheduled payments ------------------------------------------------

    def turn_autopay_on(self, customer, terms):
        """:param terms: as typed: ``scope day notice_days max_amount max_month``"""
        page = self._look_around(customer, "/my/autopay?change=1")
        if not page or not page.get("methods"):
            return self.note("there is no method for autopay")
        typed = [*terms.items(), ("token", page["methods"][0]), ("use_backups", "1")]
        review = self._look_around(customer, write_query("/my/autopay/review", typed))
        if review.get("problems"):
            return self.note(f"… {review['problems']}")
        form = [("mark", review["mark"]), ("agreed", "1"), *review["chosen"].items()]
        return self._send(customer, "/my/autopay/on", form, f"autopay on: {terms}")

    def turn_autopay_off(self, customer):
        self._send(customer, "/my/autopay/off", [], "autopay off")

    def schedule_payment(self, customer, days):
        """Schedule everything that is open for a day."""
        page = self._look_around(customer, "/my/scheduled/new")
        if not page or not page.get("methods") or not page["items"]:
            return self.note("there is nothing to schedule")
        day = self.world.get_today() + timedelta(days=days)
        typed = [("item", line) for line in page["items"]]
        typed += [("date", day), ("token", page["methods"][0])]
        path = write_query("/my/scheduled/new", [*typed, ("review", "1")])
        mark = self._look_around(customer, path)["mark"]
        form = [*typed, ("mark", mark)]
        return self._send(customer, "/my/scheduled/plan", form, f"scheduled: {day}")

    # -- checks, disputes -----------------------------------------------------------

    def announce_check(self, customer):
        """Announce a check for everything of the customer's that is open."""
        self.check_number += 1
        form = [("move_ids", move_id) for move_id in self.get_move_ids(customer)]
        form += [("number", f"10{self.check_number}"), ("bank", "First Bank")]
        form += [("amount", "50.00"), ("date", self.world.get_today())]
        self._send(customer, "/my/checks/announce", form, "a check is on the way")

    def dispute(self, customer):
        """Dispute the latest invoice."""
        move_ids = self.get_move_ids(customer)
        form = [("invoice", move_ids[-1] if move_ids else 0)]
        form += [("reason", "quality"), ("text", "It still leaks.")]
        self._send(customer, "/my/disputes/file", form, "a dispute")

    def take_it_back(self, customer):
        """Withdraw what was announced or disputed last."""
        for query, path, name in TAKEN_BACK:
            if found := self.fetch(query, customer.partner_id):
                number = found[0][0]
                form = [(name, number)]
                self._send(customer, path.format(number), form, f"no {name} after all")

    # -- help ------------------------------------------------------------------------

    def get_move_ids(self, customer):
        """Return the customer's invoices."""
        found = self.fetch(INVOICES, customer.partner_id, self.notes.move_ids)
        return [move_id for (move_id,) in found]

    def fetch(self, query, *params):
        """Return committed rows."""
        with self.world.place.sql() as cr:
            cr.execute(query, params)
            return cr.fetchall()

    def _look_around(self, customer, path):
        if not customer.user_id:
            self.note(f"{customer.name} has no login")
            return {}
        return self._look(customer, path, customer.user_id) or {}

    def _send(self, customer, path, form, what):
        if not customer.user_id:
            return self.note(f"{customer.name} has no login")
        visit = Visit(path, customer.user_id, form=form)
        made = []

        def send(env):
            made[:] = [read(visit(env)).get("problems")]

        self.act(f"{what}, {customer.name}", send)
        if made and made[0]:
            self.note(f"… {made[0]}")
        return None
