# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The committed data about a schedule's invoices, read with plain SQL."""

from dataclasses import dataclass

ATTEMPTS = """
SELECT attempt.id, attempt.move_id, attempt.state, attempt.trigger, attempt.sent_at,
       attempt.planned_at, attempt.done_at, attempt.is_released,
       attempt.parked_code, attempt.decline_kind, attempt.returned_at,
       attempt.reason_code, attempt.follow_up_code, attempt.canceled_by_id,
       attempt.discount, token.fingerprint, token.details_changed_at, tx.reference,
       CASE WHEN tx.collection_role IS DISTINCT FROM 'capture' THEN tx.collection_mark
            WHEN tx.state = 'done' THEN held.collection_mark END AS mark,
       tx.state AS tx_state
  FROM paycollect_attempt attempt
  JOIN payment_token token ON token.id = attempt.token_id
  LEFT JOIN payment_transaction tx ON tx.id = attempt.transaction_id
  LEFT JOIN payment_transaction held ON held.id = tx.source_transaction_id
 WHERE attempt.move_id = ANY(%(moves)s) ORDER BY attempt.id
"""
TRANSACTIONS = """
SELECT tx.id, tx.reference, tx.state, tx.operation,
       CASE WHEN tx.collection_role IS DISTINCT FROM 'capture' THEN tx.collection_mark
            WHEN tx.state = 'done' THEN held.collection_mark
            ELSE tx.collection_mark END AS mark,
       tx.is_post_processed, tx.amount,
       link.invoice_id AS move_id, tx.payment_id, payment.state AS payment_state,
       payment.amount AS payment_amount, entry.state AS entry_state,
       (SELECT sum(share.amount) FROM paycollect_allocation share
         WHERE share.transaction_id = tx.id
           AND share.move_id = link.invoice_id) AS share,
       (SELECT sum(share.discount) FROM paycollect_allocation share
         WHERE share.transaction_id = tx.id
           AND share.move_id = link.invoice_id) AS discount
  FROM payment_transaction tx
  JOIN account_invoice_transaction_rel link ON link.transaction_id = tx.id
  LEFT JOIN payment_transaction held ON held.id = tx.source_transaction_id
  LEFT JOIN account_payment payment ON payment.id = tx.payment_id
  LEFT JOIN account_move entry ON entry.id = payment.move_id
 WHERE link.invoice_id = ANY(%(moves)s) ORDER BY tx.id
"""
# ``due``: open and due by today. ``credited``: paid by anything but its own payments.
MOVES = """
SELECT move.id, move.name, move.state, move.payment_state, move.amount_total,
       move.amount_residual, move.collection_decision_code AS decision,
       EXISTS(SELECT FROM paycollect_message message
               WHERE message.move_id = move.id AND message.state = 'sent') AS is_told,
       EXISTS(SELECT FROM paycollect_chargeback_move_rel link
               WHERE link.move_id = move.id) AS is_disputed,
       ARRAY(SELECT activity.summary FROM mail_activity activity
              WHERE activity.res_model = 'account.move' AND activity.active
                AND activity.res_id = move.id) AS activities,
       (SELECT COALESCE(sum(line.amount_residual_currency), 0)
          FROM account_move_line line
         WHERE line.move_id = move.id AND line.display_type = 'payment_term'
           AND line.date_maturity <= %(today)s) AS due,
       (SELECT COALESCE(sum(partial.debit_amount_currency), 0)
          FROM account_partial_reconcile partial
          JOIN account_move_line debit ON debit.id = partial.debit_move_id
          JOIN account_move_line credit ON credit.id = partial.credit_move_id
          LEFT JOIN account_payment payment ON payment.move_id = credit.move_id
          LEFT JOIN account_invoice_transaction_rel link
            ON link.transaction_id = payment.payment_transaction_id
           AND link.invoice_id = move.id
         WHERE debit.move_id = move.id AND link.invoice_id IS NULL
           AND NOT COALESCE(payment.id = ANY(%(cash)s), FALSE)) AS credited
  FROM account_move move WHERE move.id = ANY(%(moves)s) ORDER BY move.id
"""
# What a customer's payment was for, and what each item got of it.
SHARES = """
SELECT tx.reference, tx.collection_mark AS mark, share.move_id,
       round((share.amount + share.discount) * 100)::int AS meant,
       round(line.amount_residual_currency * 100)::int AS open,
       (SELECT COALESCE(round(sum(partial.debit_amount_currency) * 100)::int, 0)
          FROM account_partial_reconcile partial
          JOIN account_move_line credit ON credit.id = partial.credit_move_id
         WHERE partial.debit_move_id = line.id
           AND credit.move_id = payment.move_id) AS got
  FROM paycollect_allocation share
  JOIN payment_transaction tx ON tx.id = share.transaction_id
  JOIN account_move_line line ON line.id = share.line_id
  JOIN account_payment payment ON payment.id = tx.payment_id
 WHERE tx.id = ANY(%(transactions)s)
   AND NOT EXISTS(SELECT FROM paycollect_allocation other
                   WHERE other.transaction_id = tx.id
                     AND other.move_id = ANY(%(corrected)s))
 ORDER BY share.id
"""
# Invoices paid with another customer's money.
STRANGERS = """
SELECT move.name, payer.name AS payer
  FROM account_partial_reconcile partial
  JOIN account_move_line debit ON debit.id = partial.debit_move_id
  JOIN account_move_line credit ON credit.id = partial.credit_move_id
  JOIN account_move move ON move.id = debit.move_id
  JOIN res_partner payer ON payer.id = credit.partner_id
 WHERE move.id = ANY(%(moves)s)
   AND payer.commercial_partner_id != move.commercial_partner_id
"""
# A receipt with a leader isn't sent, but follows the leader's.
RECEIPTS = """
SELECT move_id, channel, joint_id AS leader_id FROM paycollect_message
 WHERE move_id = ANY(%(moves)s) AND occasion = 'paid' AND state != 'skipped'
"""
# Holds of the schedule's orders.
HOLDS = """
SELECT hold.id, hold.order_id, hold.state, hold.held_until, hold.try_at,
       orders.state AS order_state, tx.collection_mark AS mark,
       round(hold.amount * 100)::int AS amount,
       EXISTS(SELECT FROM mail_activity activity
               WHERE activity.res_model = 'sale.order' AND activity.active
                 AND activity.res_id = hold.order_id) AS is_told,
       EXISTS(SELECT FROM fsm_order job
                JOIN fsm_stage stage ON stage.id = job.stage_id
                JOIN sale_order_line line ON line.id = job.sale_line_id
               WHERE line.order_id = hold.order_id
                 AND stage.is_closed IS NOT TRUE) AS is_open
  FROM paycollect_hold hold
  LEFT JOIN sale_order orders ON orders.id = hold.order_id
  LEFT JOIN payment_transaction tx ON tx.id = hold.transaction_id
 WHERE hold.order_id = ANY(%(orders)s) ORDER BY hold.id
"""
# What was asked to be refunded, payment by payment.
REFUNDS = """
SELECT part.id, part.state, refund.state AS refund_state, tx.collection_mark AS mark,
       round(part.amount * 100)::int AS amount
  FROM paycollect_refund_part part
  JOIN paycollect_refund refund ON refund.id = part.refund_id
  JOIN payment_transaction tx ON tx.id = part.transaction_id
 WHERE refund.move_id = ANY(%(moves)s) ORDER BY part.id
"""
DOUBLE_PAYMENTS = """
SELECT payment_transaction_id AS id, count(*) AS payments
  FROM account_payment
 WHERE payment_transaction_id = ANY(%(transactions)s)
 GROUP BY payment_transaction_id HAVING count(*) > 1
"""


class Row(dict):
    """A dict with its keys as attributes."""

    __getattr__ = dict.__getitem__


@dataclass
class Facts:
    attempts: list
    transactions: list
    moves: list
    shares: list
    strangers: list
    double_payments: list
    receipts: list
    holds: list
    refunds: list


def read(place, notes, today):
    """Return the :class:`Facts`.

    :param notes: see notes.py
    :param today: the company's date
    """
    move_ids, cash = notes.move_ids, list(notes.cash_payments)
    with place.sql() as cr:

        def fetch(query, **params):
            cr.execute(query, params)
            return [Row(row) for row in cr.dictfetchall()]

        transactions = fetch(TRANSACTIONS, moves=move_ids)
        tx_ids = list({tx.id for tx in transactions})
        return Facts(
            attempts=fetch(ATTEMPTS, moves=move_ids),
            transactions=transactions,
            moves=fetch(MOVES, moves=move_ids, cash=cash, today=today),
            shares=fetch(SHARES, transactions=tx_ids, corrected=list(notes.corrected)),
            strangers=fetch(STRANGERS, moves=move_ids),
            double_payments=fetch(DOUBLE_PAYMENTS, transactions=tx_ids),
            receipts=fetch(RECEIPTS, moves=move_ids),
            holds=fetch(HOLDS, orders=notes.order_ids),
            refunds=fetch(REFUNDS, moves=move_ids),
        )
