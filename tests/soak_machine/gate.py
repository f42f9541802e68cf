# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each charge is checked against committed data at the moment it is sent."""

from datetime import UTC
from urllib.parse import parse_qs, urlsplit

from .facts import Row

MARK = "metadata[paycollect_mark]"
CHARGE = """
SELECT move.id, move.name, move.state, move.payment_state, attempt.trigger,
       move.commercial_partner_id AS customer_id, attempt.sent_at, attempt.is_released,
       company.collection_credit_use AS credit_use,
       company.collection_stopped_at AS stopped_at
  FROM payment_transaction tx
  JOIN paycollect_attempt attempt ON attempt.transaction_id = tx.id
  JOIN account_move move ON move.id = attempt.move_id
  JOIN res_company company ON company.id = move.company_id
 WHERE tx.collection_mark = %(mark)s
"""
PARTS = """
SELECT date_maturity AS due, account_id, discount_date,
       round(amount_residual_currency * 100)::int AS open,
       round((amount_currency - discount_amount_currency) * 100)::int AS discount
  FROM account_move_line
 WHERE move_id = %(move)s AND display_type = 'payment_term'
"""
# During a refund, the amount of free credit cannot be determined easily.
CREDIT = """
SELECT COALESCE(-round(sum(line.amount_residual_currency) * 100)::int, 0) AS credit,
       EXISTS(
           SELECT FROM payment_transaction tx
             JOIN res_partner payer ON payer.id = tx.partner_id
            WHERE tx.operation = 'refund'
              AND payer.commercial_partner_id = %(customer)s) AS is_paid_back
  FROM account_move_line line
  JOIN res_partner partner ON partner.id = line.partner_id
 WHERE partner.commercial_partner_id = %(customer)s AND line.parent_state = 'posted'
   AND line.account_id = %(account)s AND line.amount_residual_currency < 0
"""


class Gate:
    """:param place: see place.py; :param zone: of the company"""

    def __init__(self, place, zone):
        self._place, self._zone = place, zone
        self.open()

    def open(self, notes=None):
        """:param notes: of the schedule about to begin"""
        self.notes = notes
        self.breaches = []

    def look(self, request):
        """Check a request about to be sent.

        The data read here cannot change before the worker's own check, which is in the
        same transaction.
        """
        if request.method != "POST":
            return
        if urlsplit(request.url).path != "/v1/payment_intents":
            return
        body = request.body or ""
        body = body.decode() if isinstance(body, bytes) else body
        values = {name: value[-1] for name, value in parse_qs(body).items()}
        if "off_session" in values:
            self.breaches += self._check(values)

    def _check(self, values):
        """Yield the violations by a charge that the customer did not confirm."""
        with self._place.sql() as cr:
            charge = _fetch(cr, CHARGE, mark=values.get(MARK))
            if not charge:
                yield f"{values['description']} is charged, and nobody wrote it down"
                return
            yield from self._check_state(charge)
            yield from self._check_payer(charge, values["customer"])
            yield from self._check_amount(cr, charge, int(values["amount"]))

    def _check_state(self, charge):
        if charge.state != "posted" or charge.payment_state == "blocked":
            yield f"{charge.name} is charged in draft or blocked"
        if charge.stopped_at:
            yield f"{charge.name} is charged while all charging is stopped"
        if self.notes.is_moved:
            yield f"{charge.name} is charged from what may be a copy"

    def _check_payer(self, charge, provider_id):
        payer = self.notes.get_payer(provider_id)
        if payer != charge.customer_id:
            yield f"{charge.name} of {charge.customer_id} is charged to {payer}"

    def _check_amount(self, cr, charge, amount):
        cr.execute(PARTS, {"move": charge.id})
        parts = [Row(row) for row in cr.dictfetchall()]
        credit = _fetch(
            cr, CREDIT, customer=charge.customer_id, account=parts[0].account_id
        )
        free = 0 if credit.is_paid_back else credit.credit
        by_staff = charge.trigger == "manual"
        if charge.credit_use == "ask" and free > 0:
            if not (by_staff or charge.is_released):
                yield f"{charge.name}: charged before anybody decided about the credit"
        sent_at = charge.sent_at.replace(tzinfo=UTC)
        allowed = get_allowed(
            parts,
            free if charge.credit_use == "automatic" else 0,
            sent_at.astimezone(self._zone).date(),
            is_ahead=by_staff,
        )
        if amount > allowed:
            yield f"{charge.name}: {amount} charged, {allowed} may be asked for"


def get_allowed(parts, credit, today, is_ahead):
    """Return the cents that may be charged today.

    :param parts: rows with ``due``, ``open``, ``discount`` and ``discount_date``
    :param is_ahead: staff requested the next installment early
    """
    open_parts = [part for part in parts if part.open > 0]
    is_early = any(p.discount_date and p.discount_date >= today for p in open_parts)
    due = sum(part.open for part in open_parts if is_early or part.due <= today)
    if is_ahead and open_parts and not due:
        due = min(open_parts, key=lambda part: part.due).open
    left = due - min(credit, due)
    discount = sum(part.discount for part in open_parts) if is_early else 0
    return left - discount if discount < left else left


def _fetch(cr, query, **params):
    cr.execute(query, params)
    row = cr.dictfetchone()
    return row and Row(row)
