# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from collections import defaultdict
from datetime import date, timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ...rules.statement import BUCKETS
from .common_statement import StatementCommon
from .ledgers import LINKS, MOST_DAYS, START, Ledgers, differs

LEDGERS = 1000
SAMPLES = 8  # that Odoo posts and matches; the others are copies
DOCUMENTS = 6
MATCHES = 5
PERIODS = 12
END = date(2099, 12, 31)  # all has happened by then
LEDGER = """
WITH item AS (
    SELECT line.id, partner.commercial_partner_id AS customer, line.date,
           line.currency_id AS currency, line.date_maturity AS due,
           line.amount_currency AS amount, line.amount_residual_currency AS residual
      FROM account_move_line line
      JOIN account_account account ON account.id = line.account_id
      JOIN res_partner partner ON partner.id = line.partner_id
     WHERE partner.commercial_partner_id = ANY(%(customers)s)
       AND account.account_type = 'asset_receivable' AND line.parent_state = 'posted'
), matched AS (
    SELECT debit_move_id AS debit, debit_amount_currency AS debit_amount,
           credit_move_id AS credit, credit_amount_currency AS credit_amount,
           max(max_date) OVER (
               PARTITION BY line.matching_number, partial.create_date) AS since
      FROM account_partial_reconcile partial
      JOIN account_move_line line ON line.id = partial.debit_move_id
      JOIN item ON item.id = line.id
), applied AS (
    SELECT debit AS id, -debit_amount AS amount FROM matched WHERE since <= %(day)s
    UNION ALL
    SELECT credit, credit_amount FROM matched WHERE since <= %(day)s
), open_item AS (
    SELECT item.*, item.amount + COALESCE(sum(applied.amount), 0) AS open,
           %(day)s::date - item.due AS late
      FROM item LEFT JOIN applied ON applied.id = item.id
     WHERE item.date <= %(day)s
     GROUP BY item.id, item.customer, item.date, item.currency, item.due, item.amount,
              item.residual
)
SELECT customer, currency, sum(amount), sum(open), sum(residual),
       COALESCE(sum(open) FILTER (WHERE open > 0 AND late <= 0), 0),
       COALESCE(sum(open) FILTER (WHERE open > 0 AND late BETWEEN 1 AND 30), 0),
       COALESCE(sum(open) FILTER (WHERE open > 0 AND late BETWEEN 31 AND 60), 0),
       COALESCE(sum(open) FILTER (WHERE open > 0 AND late BETWEEN 61 AND 90), 0),
       COALESCE(sum(open) FILTER (WHERE open > 0 AND late > 90), 0),
       COALESCE(sum(open) FILTER (WHERE open > 0 AND late IS NULL), 0),
       COALESCE(sum(open) FILTER (WHERE open < 0), 0)
  FROM open_item GROUP BY customer, currency
"""
# How many rows have an exact copy, and how many of those differ from it.
COMPARISON = """
SELECT count(*), count(*) FILTER (
           WHERE to_jsonb(copy) - %s::text[] != to_jsonb(sample) - %s::text[])
  FROM %s sample JOIN %s copy ON copy.id = sample.id + %s
 WHERE sample.id < %s
"""
MIXED = """
SELECT DISTINCT partner.commercial_partner_id
  FROM account_partial_reconcile partial
  JOIN account_move_line debit ON debit.id = partial.debit_move_id
  JOIN account_move_line credit ON credit.id = partial.credit_move_id
  JOIN res_partner partner ON partner.id = debit.partner_id
 WHERE debit.currency_id != credit.currency_id
"""


@tagged("post_install", "-at_install")
class TestStatementLedgers(StatementCommon):
    """Opening + movements = closing = aging = the journal items at that day."""

    def test_1000_random_ledgers_add_up_to_the_journal_items(self):
        """Documents in parts and in two currencies, refunds, write-offs, exchange
        differences; matched in part, later, with several, with another currency."""
        samples = self.make_samples(random.Random(11))
        ledgers = Ledgers(samples, random.Random(12))
        copies = ledgers.multiply(LEDGERS)
        self.check_copies(ledgers, copies)
        customers = [one for found in copies.values() for one in found]
        self.assertEqual(len(customers), LEDGERS)
        chance = random.Random(13)
        chance.shuffle(customers)
        partners = self.env["res.partner"].browse(customers)
        self.mixed = self.read_mixed()
        size = LEDGERS // PERIODS + 1
        for place in range(0, LEDGERS, size):
            first = START + timedelta(days=chance.randrange(MOST_DAYS))
            last = first + timedelta(days=chance.randrange(60))
            self.check_period(partners[place : place + size], first, last)
        self.check_end(partners)

    # -- the samples ------------------------------------------------------------------

    def make_samples(self, chance):
        """Post and match the ledgers of some customers, with everything that occurs."""
        for day, rate in (("2026-01-01", 0.9), ("2026-02-15", 0.95), ("2026-04-01", 1)):
            vals = {"name": day, "rate": rate, "currency_id": self.euro.id}
            self.env["res.currency.rate"].create(
                {**vals, "company_id": self.company.id}
            )
        self.parts = self.make_parts_term((40, 0), (60, 30))
        customers = self.env["res.partner"]
        for number in range(SAMPLES):
            customer = self.make_partner(f"Sample {number}", mode="net")
            contact = self.make_partner(
                f"Contact {number}", parent_id=customer.id, is_company=False
            )
            customers |= customer
            moves = [
                self.make_document(chance.choice((customer, customer, contact)), chance)
                for _number in range(DOCUMENTS)
            ]
            moves += self.make_settled(customer, chance)
            for minutes in range(1, MATCHES):
                self.match_some(moves, chance, minutes)
        return customers

    def make_document(self, partner, chance):
        day = str(START + timedelta(days=chance.randrange(MOST_DAYS)))
        amount = chance.randrange(100, 90000) / 100
        currency = chance.choice((self.euro, self.company.currency_id))
        values = {"partner": partner, "currency_id": currency.id}
        match chance.choice(("bill", "bill", "parts", "pay", "pay", "refund", "other")):
            case "parts":
                values["invoice_payment_term_id"] = self.parts.id
                return self.bill(day, amount, **values)
            case "pay":
                return self.pay(day, amount, **values)
            case "refund" if amount > 500:  # paid back
                return self.pay(day, amount, **values, payment_type="outbound")
            case "refund":
                return self.bill(day, amount, **values, move_type="out_refund")
            case "other":
                return self.book(day, amount / 100, day, partner)
        return self.bill(day, amount, **values)

    def make_settled(self, customer, chance):
        """Return an invoice in euros and the payment that settles it, with an exchange
        difference if the rate has changed."""
        days = sorted(chance.sample(range(MOST_DAYS), 2))
        values = {"partner": customer, "currency_id": self.euro.id}
        billed, paid = (str(START + timedelta(days=day)) for day in days)
        amount = chance.randrange(100, 90000) / 100
        moves = [self.bill(billed, amount, **values), self.pay(paid, amount, **values)]
        self.match(*moves)
        return moves

    def match_some(self, moves, chance, minutes):
        """Match some items at once; mostly, but not always, in one currency."""
        lines = self.get_items(*chance.sample(moves, 4))
        lines = lines.filtered(lambda line: not line.reconciled)
        if chance.random() < 0.8:
            lines = max(lines.grouped("currency_id").values(), key=len, default=lines)
        before = self.env["account.partial.reconcile"].search(
            [], order="id desc", limit=1
        )
        if {line.balance > 0 for line in lines} == {True, False}:
            lines.reconcile()
        self.env.flush_all()
        # as if it was done later; in a test, everything happens at one moment
        self.env.cr.execute(
            "UPDATE account_partial_reconcile SET create_date = create_date + "
            "%s * interval '1 minute' WHERE id > %s",
            [minutes, before.id or 0],
        )

    def check_copies(self, ledgers, copies):
        """The first copy of each sample is, in every column, what Odoo wrote."""
        for table in LINKS:
            step, names = ledgers.steps[table], sorted(differs(table))
            name = SQL.identifier(table)
            [[number, wrong]] = self.env.execute_query(
                SQL(COMPARISON, names, names, name, name, step, step)
            )
            self.assertTrue(number, table)
            self.assertFalse(wrong, table)
        first, last = START, START + timedelta(days=MOST_DAYS)
        for customer, found in copies.items():
            partners = self.env["res.partner"].browse([customer, found[0]])
            statements = partners._get_collection_statements(first, last, self.company)
            sample, copy = map(self.read_statement, statements.values())
            self.assertTrue(sample)
            self.assertEqual(sample, copy)

    def read_statement(self, statement):
        names = ("date", "kind", "amount", "balance")
        return {
            currency: block
            | {"lines": [[line[n] for n in names] for line in block["lines"]]}
            for currency, block in statement.items()
        }

    # -- the check --------------------------------------------------------------------

    def check_period(self, partners, first, last):
        statements = partners._get_collection_statements(first, last, self.company)
        before = self.read_ledger(partners, first - timedelta(days=1))
        after = self.read_ledger(partners, last)
        for partner, statement in statements.items():
            for currency, block in statement.items():
                key = (partner.id, currency.id)
                opening, closing = before[key], after[key]
                moved = sum(cents(line["amount"]) for line in block["lines"])
                said = cents(block["opening"]), cents(block["closing"])
                self.assertEqual(said, (opening["open"], closing["open"]))
                if partner.id not in self.mixed:
                    self.assertEqual(said, (opening["amount"], closing["amount"]))
                self.assertEqual(said[0] + moved, said[1])
                aging = {name: cents(block["aging"][name]) for name in BUCKETS}
                self.assertEqual(aging, {name: closing[name] for name in BUCKETS})
                self.assertEqual(sum(aging.values()), said[1])
            self.check_all_blocks(statement, after, partner)

    def check_all_blocks(self, statement, ledger, partner):
        """No currency is left out, and nothing is lost between two of them."""
        told = {currency.id for currency in statement}
        for (customer, currency), row in ledger.items():
            if customer == partner.id and currency not in told:
                self.assertFalse(row["open"])

    def check_end(self, partners):
        """In the end, what is open is what Odoo says is open."""
        statements = partners._get_collection_statements(END, END, self.company)
        ledger = self.read_ledger(partners, END)
        for partner, statement in statements.items():
            for currency, block in statement.items():
                row = ledger[partner.id, currency.id]
                self.assertEqual(cents(block["closing"]), row["residual"])

    def read_mixed(self):
        """Return the customers who paid one currency with another."""
        self.env.cr.execute(MIXED)
        mixed = {customer for (customer,) in self.env.cr.fetchall()}
        self.assertTrue(0 < len(mixed) < LEDGERS)
        return mixed

    def read_ledger(self, partners, day):
        """Return cents by (customer, currency), from the journal items alone."""
        self.env.cr.execute(LEDGER, {"customers": partners.ids, "day": day})
        names = ("amount", "open", "residual", *BUCKETS)
        found = defaultdict(lambda: dict.fromkeys(names, 0))
        for customer, currency, *amounts in self.env.cr.fetchall():
            found[customer, currency] = dict(
                zip(names, map(cents, amounts), strict=True)
            )
        return found


def cents(amount):
    return round(amount * 100)
