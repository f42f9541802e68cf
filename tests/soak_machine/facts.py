# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The committed data about a schedule's invoices, read with plain SQL."""

from dataclasses import dataclass

ATTEMPTS = """
SELECT attempt.id, attempt.move_id, attempt.state, attempt.trigger, attempt.sent_at,
       attempt.planned_at, attempt.done_at, attempt.is_released,
       attempt.parked_code, attempt.decline_kind, attempt.returned_at,
       token.fingerprint, token.details_changed_at, tx.reference,
       tx.state AS tx_state
  FROM paycollect_attempt attempt
  JOIN payment_token token ON token.id = attempt.token_id
  LEFT JOIN payment_transaction tx ON tx.id = attempt.transaction_id
 WHERE attempt.move_id = ANY(%(moves)s) ORDER BY attempt.id
"""
TRANSACTIONS = """
SELECT tx.id, tx.reference, tx.state, tx.operation, tx.is_post_processed,
       link.invoice_id AS move_id, tx.payment_id, payment.state AS payment_state,
       payment.amount AS payment_amount, entry.state AS entry_state
  FROM payment_transaction tx
  JOIN account_invoice_transaction_rel link ON link.transaction_id = tx.id
  LEFT JOIN account_payment payment ON payment.id = tx.payment_id
  LEFT JOIN account_move entry ON entry.id = payment.move_id
 WHERE link.invoice_id = ANY(%(moves)s) ORDER BY tx.id
"""
MOVES = """
SELECT move.id, move.name, move.state, move.payment_state, move.amount_total,
       move.amount_residual,
       ARRAY(SELECT activity.summary FROM mail_activity activity
              WHERE activity.res_model = 'account.move' AND activity.active
                AND activity.res_id = move.id) AS activities
  FROM account_move move WHERE move.id = ANY(%(moves)s) ORDER BY move.id
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
    double_payments: list


def read(place, move_ids):
    with place.sql() as cr:

        def fetch(query, **params):
            cr.execute(query, params)
            return [Row(row) for row in cr.dictfetchall()]

        transactions = fetch(TRANSACTIONS, moves=move_ids)
        return Facts(
            attempts=fetch(ATTEMPTS, moves=move_ids),
            transactions=transactions,
            moves=fetch(MOVES, moves=move_ids),
            double_payments=fetch(
                DOUBLE_PAYMENTS, transactions=[tx.id for tx in transactions]
            ),
        )
