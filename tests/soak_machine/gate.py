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
       company.collection_stopped_at AS stopped_at,
       attempt.id AS attempt_id, attempt.autopay_id, attempt.scheduled_payment_id,
       attempt.installment_plan_id,
       EXISTS(
           SELECT FROM paycollect_dispute dispute
            WHERE dispute.move_id = move.id AND dispute.create_date < attempt.sent_at
              AND (dispute.state = 'open'
                   OR dispute.state = 'accepted' AND NOT dispute.is_credited)
       ) AS is_disputed,
       EXISTS(
           SELECT FROM paycollect_check_notice notice
             JOIN paycollect_check_notice_move_rel link ON link.notice_id = notice.id
            WHERE link.move_id = move.id AND notice.state = 'announced'
              AND notice.expected_until >= %(today)s
              AND notice.create_date < attempt.sent_at) AS has_check
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
# What the customer agreed to, and what was charged because of it.
AUTOPAY = """
SELECT autopay.ended_at < attempt.sent_at AS is_off,
       round(autopay.max_amount * 100)::int AS max_amount,
       round(autopay.max_month * 100)::int AS max_month,
       (SELECT round(sum(other.amount) * 100)::int
          FROM paycollect_attempt other
          JOIN paycollect_autopay terms ON terms.id = other.autopay_id
         WHERE terms.partner_id = autopay.partner_id
           AND other.state IN ('sent', 'unknown', 'settling', 'paid')
           AND to_char(other.sent_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s, 'YYMM')
             = to_char(attempt.sent_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s, 'YYMM')
       ) AS month
  FROM paycollect_attempt attempt
  JOIN paycollect_autopay autopay ON autopay.id = attempt.autopay_id
 WHERE attempt.id = %(attempt)s
"""
SCHEDULED = """
SELECT payment.canceled_at < attempt.sent_at AS is_canceled,
       round(payment.amount * 100)::int AS amount,
       (SELECT round(sum(other.amount) * 100)::int
          FROM paycollect_attempt other
         WHERE other.scheduled_payment_id = payment.id
           AND other.state IN ('sent', 'unknown', 'settling', 'paid')) AS charged
  FROM paycollect_attempt attempt
  JOIN paycollect_scheduled_payment payment ON payment.id = attempt.scheduled_payment_id
 WHERE attempt.id = %(attempt)s
"""
# What a plan's customer agreed to have charged by now, and what was charged.
PLAN = """
SELECT plan.canceled_at < attempt.sent_at AS is_over,
       (SELECT round(sum(part.amount) * 100)::int FROM paycollect_installment part
         WHERE part.plan_id = plan.id
           AND part.date <= (attempt.sent_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s
               )::date) AS agreed,
       (SELECT round(sum(other.amount) * 100)::int
          FROM paycollect_attempt other
         WHERE other.installment_plan_id = plan.id
           AND other.state IN ('sent', 'unknown', 'settling', 'paid')) AS charged
  FROM paycollect_attempt attempt
  JOIN paycollect_installment_plan plan ON plan.id = attempt.installment_plan_id
 WHERE attempt.id = %(attempt)s
"""
# A payment that a customer started on a page, item by item.
CHOSEN = """
SELECT tx.reference, tx.state, round(tx.amount * 100)::int AS amount,
       payer.commercial_partner_id AS customer_id,
       EXISTS(
           SELECT FROM paycollect_allocation share
             JOIN account_move_line line ON line.id = share.line_id
            WHERE share.transaction_id = tx.id
              AND (line.parent_state != 'posted' OR line.amount_residual_currency
                   < share.amount + share.credit + share.discount)) AS is_too_much,
       EXISTS(
           SELECT FROM account_invoice_transaction_rel link
             JOIN account_invoice_transaction_rel rival_link
               ON rival_link.invoice_id = link.invoice_id
             JOIN payment_transaction rival ON rival.id = rival_link.transaction_id
            WHERE link.transaction_id = tx.id AND rival.id != tx.id
              AND rival.operation != 'refund' AND rival.id < tx.id
              AND (rival.state IN ('pending', 'authorized')
                   OR rival.state = 'done' AND NOT rival.is_post_processed)
       ) AS has_rival
  FROM payment_transaction tx
  JOIN res_partner payer ON payer.id = tx.partner_id
 WHERE tx.collection_mark = %(mark)s AND tx.operation LIKE 'online_%%'
"""
# A hold about to be placed. A second one: another row may have money at the bank.
HOLD = """
SELECT orders.name, hold.state, hold.partner_id AS customer_id,
       round(hold.amount * 100)::int AS amount,
       company.collection_stopped_at AS stopped_at,
       EXISTS(SELECT FROM paycollect_hold other
               WHERE other.order_id = hold.order_id AND other.id != hold.id
                 AND other.state IN ('sent', 'unknown', 'held', 'capturing', 'voiding')
       ) AS is_second
  FROM payment_transaction tx
  JOIN paycollect_hold hold ON hold.transaction_id = tx.id
  JOIN sale_order orders ON orders.id = hold.order_id
  JOIN res_company company ON company.id = hold.company_id
 WHERE tx.collection_mark = %(mark)s
"""
# A committed attempt that is capturing this hold.
CAPTURE = """
SELECT attempt.id FROM paycollect_attempt attempt
  JOIN payment_transaction tx ON tx.id = attempt.transaction_id
  JOIN paycollect_hold hold ON hold.id = attempt.hold_id
 WHERE tx.collection_role = 'capture' AND tx.provider_reference = %(intent)s
   AND attempt.state IN ('sent', 'unknown') AND hold.state = 'capturing'
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
    """
    :param place: see place.py
    :param clock: see clock.py
    :param zone: the company's
    """

    def __init__(self, place, clock, zone):
        self._place, self._clock, self._zone = place, clock, zone
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
        path = urlsplit(request.url).path
        if path.endswith("/capture"):
            self.breaches += self._check_capture(path.split("/")[-2])
        if path != "/v1/payment_intents":
            return
        body = request.body or ""
        body = body.decode() if isinstance(body, bytes) else body
        values = {name: value[-1] for name, value in parse_qs(body).items()}
        if "off_session" in values:
            self.breaches += self._check(values)

    def _check(self, values):
        """Yield the violations by a charge that the customer did not confirm."""
        mark, amount = values.get(MARK), int(values["amount"])
        with self._place.sql() as cr:
            if chosen := _fetch(cr, CHOSEN, mark=mark):
                yield from self._check_chosen(chosen, values["customer"], amount)
                return
            if hold := _fetch(cr, HOLD, mark=mark):
                yield from self._check_hold(hold, values["customer"], amount)
                return
            charge = _fetch(cr, CHARGE, mark=mark, today=self._get_today())
            if not charge:
                yield f"{values['description']} is charged, and nobody wrote it down"
                return
            yield from self._check_state(charge)
            yield from self._check_payer(charge, values["customer"])
            yield from self._check_amount(cr, charge, amount)
            yield from self._check_agreed(cr, charge, amount)

    def _check_hold(self, hold, provider_id, amount):
        """Yield the violations by a hold that is about to be placed."""
        if hold.state not in ("sent", "unknown"):
            yield f"{hold.name} is held for, and its row says {hold.state}"
        payer = self.notes.get_payer(provider_id)
        if payer != hold.customer_id:
            yield f"{hold.name} of {hold.customer_id} is held on a card of {payer}"
        if amount != hold.amount:
            yield f"{hold.name}: {amount} held, {hold.amount} written down"
        if hold.stopped_at:
            yield f"{hold.name} is held for while all charging is stopped"
        if hold.is_second:
            yield f"{hold.name} gets a second hold"

    def _check_capture(self, intent_id):
        """Yield the violations by a capture that is about to be sent."""
        with self._place.sql() as cr:
            if not _fetch(cr, CAPTURE, intent=intent_id):
                yield f"{intent_id} is captured, and nobody wrote it down"

    def _get_today(self):
        return self._clock.now.replace(tzinfo=UTC).astimezone(self._zone).date()

    def _check_chosen(self, chosen, provider_id, amount):
        """Yield the violations by a method on file that the customer chose."""
        payer = self.notes.get_payer(provider_id)
        if payer != chosen.customer_id:
            yield f"{chosen.reference} of {chosen.customer_id} is charged to {payer}"
        if amount != chosen.amount or chosen.is_too_much:
            yield f"{chosen.reference}: {amount} charged, and not that much is open"
        if chosen.has_rival:
            yield f"{chosen.reference} is charged while another payment is on its way"

    def _check_agreed(self, cr, charge, amount):
        """Yield the violations of what the customer said or agreed to."""
        if charge.is_disputed or charge.has_check:
            why = "is disputed" if charge.is_disputed else "is paid by check"
            yield f"{charge.name} is charged although it {why}"
        if charge.autopay_id:
            agreed = _fetch(cr, AUTOPAY, attempt=charge.attempt_id, zone=self._zone.key)
            if agreed.is_off:
                yield f"{charge.name} is charged although autopay is off"
            if 0 < agreed.max_amount < amount:
                limit = f"{agreed.max_amount} is the limit"
                yield f"{charge.name}: autopay charges {amount}, {limit}"
            if 0 < agreed.max_month < agreed.month:
                limit = f"{agreed.max_month} is the limit"
                yield (
                    f"{charge.name}: autopay charges {agreed.month} in a month, {limit}"
                )
        if charge.installment_plan_id:
            yield from self._check_plan(cr, charge)
        if charge.scheduled_payment_id:
            agreed = _fetch(cr, SCHEDULED, attempt=charge.attempt_id)
            if agreed.is_canceled:
                yield f"{charge.name} is charged although the payment was canceled"
            if agreed.charged > agreed.amount:
                planned = f"{agreed.amount} was scheduled"
                yield f"{charge.name}: {agreed.charged} is charged, {planned}"

    def _check_plan(self, cr, charge):
        agreed = _fetch(cr, PLAN, attempt=charge.attempt_id, zone=self._zone.key)
        if agreed.is_over:
            yield f"{charge.name} is charged although its plan is over"
        if agreed.charged > (agreed.agreed or 0):
            due = f"{agreed.agreed} of the plan is due"
            yield f"{charge.name}: {agreed.charged} is charged, {due}"

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
        by_customer = (
            charge.autopay_id
            or charge.scheduled_payment_id
            or charge.installment_plan_id
        )
        if charge.credit_use == "ask" and free > 0:
            if not (by_staff or charge.is_released):
                yield f"{charge.name}: charged before anybody decided about the credit"
        sent_at = charge.sent_at.replace(tzinfo=UTC)
        allowed = get_allowed(
            parts,
            free if charge.credit_use == "automatic" else 0,
            sent_at.astimezone(self._zone).date(),
            is_ahead=by_staff or by_customer,
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
