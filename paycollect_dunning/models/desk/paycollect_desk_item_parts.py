# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from ...rules import desk
from ...rules.const import EXCEPTION
from ...rules.promise import NOT_KEPT
from ..case.paycollect_dunning_case_books import UNMATCHED


class PaycollectDeskItem(models.Model):
    """The queries of what waits for a person."""

    _inherit = "paycollect.desk.item"

    @api.model
    def _get_parts(self):
        """Hook: return (kind, query) pairs; a kind may have several.

        Each query has the columns of :meth:`_select`. It may join ``day`` (company_id,
        today) and ``rate`` (company_id, currency_id, factor).
        """
        return [
            (desk.PROMISE, self._get_promise_part()),
            (desk.PLAN, self._get_plan_part()),
            (desk.DISPUTE, self._get_dispute_part(SQL("dispute.state = 'open'"))),
            (
                desk.CREDIT,
                self._get_dispute_part(
                    SQL(
                        "dispute.state = 'accepted' AND dispute.is_credited IS NOT TRUE"
                    )
                ),
            ),
            (desk.REQUEST, self._get_request_part()),
            (desk.CHECK, self._get_check_part()),
            (desk.UNKNOWN, self._get_unknown_part()),
            (desk.LETTER, self._get_letter_part()),
            *self._get_case_parts(),
            *self._get_activity_parts(),
            (desk.DIFFERENCE, self._get_difference_part()),
        ]

    @api.model
    def _select(
        self,
        table,
        model,
        partner,
        amount,
        since,
        deadline="NULL::date",
        details="NULL::jsonb",
        res_id=None,
        activity="NULL::integer",
        company=None,
    ):
        """Return the columns of a part, from SQL expressions of our own code."""
        columns = {
            "source_id": f"{table}.id",
            "res_model": model,
            "res_id": res_id or f"{table}.id",
            "company_id": company or f"{table}.company_id",
            "partner_id": partner,
            "amount": f"({amount})::numeric",
            "waiting_since": f"({since})::date",
            "deadline": deadline,
            "activity_id": activity,
            "details": details,
        }
        return SQL(", ".join(f"{column} AS {name}" for name, column in columns.items()))

    @api.model
    def _get_promise_part(self):
        """Promises that weren't kept, until somebody or a reminder followed up, the
        customer made a new one, or nothing is owed anymore."""
        promises = self.env["paycollect.promise"]
        over = SQL(
            """promise.canceled_at IS NULL AND promise.handled_at IS NULL
                AND promise.until < (
                    SELECT today FROM day WHERE day.company_id = promise.company_id
                )"""
        )
        return SQL(
            """
            SELECT %(columns)s
              FROM paycollect_promise promise
              JOIN (%(states)s) fact
                ON fact.id = promise.id AND fact.state IN %(not_kept)s
              JOIN (
                  SELECT rel.promise_id, SUM(line.amount_residual) AS residual
                    FROM paycollect_promise_move_rel rel
                    JOIN account_move_line line ON line.move_id = rel.move_id
                    JOIN account_account account ON account.id = line.account_id
                   WHERE account.account_type = 'asset_receivable'
                     AND line.parent_state = 'posted'
                     AND line.reconciled IS NOT TRUE
                   GROUP BY rel.promise_id
              ) owed ON owed.promise_id = promise.id AND owed.residual > 0
             WHERE NOT EXISTS (
                      SELECT 1
                        FROM paycollect_promise_move_rel rel
                        JOIN paycollect_promise_move_rel newer_rel
                          ON newer_rel.move_id = rel.move_id
                        JOIN paycollect_promise newer
                          ON newer.id = newer_rel.promise_id
                       WHERE rel.promise_id = promise.id
                         AND newer.id > promise.id
                         AND newer.canceled_at IS NULL
                  )
               AND NOT EXISTS (
                      SELECT 1
                        FROM paycollect_promise_move_rel rel
                        JOIN paycollect_dunning_message_line told
                          ON told.move_id = rel.move_id
                        JOIN paycollect_dunning_message message
                          ON message.id = told.message_id
                       WHERE rel.promise_id = promise.id
                         AND message.state = 'sent'
                         AND message.date::date > promise.until
                  )
            """,
            columns=self._select(
                "promise",
                "'paycollect.promise'",
                partner="promise.partner_id",
                amount="owed.residual",
                since="promise.until + 1",
                details="""jsonb_build_object(
                    'currency', promise.currency_id, 'amount', promise.amount,
                    'paid', fact.paid, 'day', promise.date)""",
            ),
            states=promises._get_state_query(SQL("SELECT * FROM day"), over),
            not_kept=NOT_KEPT,
        )

    @api.model
    def _get_dispute_part(self, condition):
        return SQL(
            """
            SELECT %(columns)s
              FROM paycollect_dispute dispute
              JOIN account_move move ON move.id = dispute.move_id
              LEFT JOIN rate ON rate.company_id = dispute.company_id
                            AND rate.currency_id = dispute.currency_id
             WHERE %(condition)s
            """,
            columns=self._select(
                "dispute",
                "'paycollect.dispute'",
                partner="move.commercial_partner_id",
                amount="dispute.amount * COALESCE(rate.factor, 1)",
                since="dispute.create_date",
                deadline="dispute.deadline",
                details="""jsonb_build_object(
                    'reason', dispute.reason, 'invoice', move.name)""",
            ),
            condition=condition,
        )

    @api.model
    def _get_request_part(self):
        return SQL(
            """
            SELECT %s
              FROM paycollect_request request
              JOIN res_partner contact ON contact.id = request.partner_id
              LEFT JOIN rate ON rate.company_id = request.company_id
                            AND rate.currency_id = request.currency_id
             WHERE request.state = 'open'
            """,
            self._select(
                "request",
                "'paycollect.request'",
                partner="contact.commercial_partner_id",
                amount="request.amount * COALESCE(rate.factor, 1)",
                since="request.create_date",
                deadline="request.deadline",
                details="""jsonb_build_object(
                    'kind', request.kind, 'amount', request.amount,
                    'currency', request.currency_id)""",
            ),
        )

    @api.model
    def _get_check_part(self):
        """Checks that didn't arrive: announced ones, and those that a worker has."""
        return SQL(
            """
            SELECT %s
              FROM paycollect_check_notice notice
              JOIN day ON day.company_id = notice.company_id
              LEFT JOIN rate ON rate.company_id = notice.company_id
                            AND rate.currency_id = notice.currency_id
              LEFT JOIN res_users worker ON worker.id = notice.user_id
              LEFT JOIN res_partner person ON person.id = worker.partner_id
             WHERE (notice.state = 'expired'
                    OR (notice.state = 'announced'
                        AND notice.expected_until < day.today))
               AND NOT (
                      notice.source != 'site'
                      AND EXISTS (
                          SELECT 1 FROM paycollect_check_notice_move_rel rel
                           WHERE rel.notice_id = notice.id)
                      AND NOT EXISTS (
                          SELECT 1
                            FROM paycollect_check_notice_move_rel rel
                            JOIN account_move move ON move.id = rel.move_id
                           WHERE rel.notice_id = notice.id
                             AND move.state = 'posted'
                             AND move.amount_residual > 0)
                  )
            """,
            self._select(
                "notice",
                "'paycollect.check.notice'",
                partner="notice.partner_id",
                amount="notice.amount * COALESCE(rate.factor, 1)",
                since="notice.expected_until",
                details="""jsonb_build_object(
                    'number', notice.number, 'source', notice.source,
                    'worker', person.name)""",
            ),
        )

    @api.model
    def _get_unknown_part(self):
        """Charges whose outcome only a person can find out."""
        return SQL(
            """
            SELECT %s
              FROM paycollect_attempt attempt
              JOIN account_move move ON move.id = attempt.move_id
              LEFT JOIN payment_transaction payment
                ON payment.id = attempt.transaction_id
              LEFT JOIN rate ON rate.company_id = attempt.company_id
                            AND rate.currency_id = attempt.currency_id
             WHERE attempt.state = 'unknown' AND attempt.parked_code IS NOT NULL
            """,
            self._select(
                "attempt",
                "'paycollect.attempt'",
                partner="move.commercial_partner_id",
                amount="attempt.amount * COALESCE(rate.factor, 1)",
                since="attempt.sent_at",
                details="jsonb_build_object('reference', payment.reference)",
            ),
        )

    @api.model
    def _get_letter_part(self):
        """One row for a company's letters that nobody printed yet."""
        return SQL(
            """
            SELECT %s
              FROM (
                  SELECT MIN(letter.id) AS id, letter.company_id, COUNT(*) AS count,
                         MIN(letter.date) AS date,
                         SUM(letter.amount * COALESCE(rate.factor, 1)) AS amount
                    FROM paycollect_dunning_message letter
                    LEFT JOIN rate ON rate.company_id = letter.company_id
                                  AND rate.currency_id = letter.currency_id
                   WHERE letter.channel = 'letter' AND letter.state = 'queued'
                     AND letter.printed_at IS NULL
                   GROUP BY letter.company_id
              ) letters
            """,
            self._select(
                "letters",
                "'paycollect.dunning.message'",
                partner="NULL::integer",
                amount="letters.amount",
                since="letters.date",
                details="jsonb_build_object('count', letters.count)",
            ),
        )

    @api.model
    def _get_case_parts(self):
        """Cases that can't go on without a decision."""
        kinds = desk.CASE_KINDS
        known = tuple(code for codes in kinds.values() for code in codes)
        reason = SQL("COALESCE(dunning.reason_code, '')")
        return [
            *(
                (kind, self._get_case_part(SQL("%s IN %s", reason, codes)))
                for kind, codes in kinds.items()
            ),
            (desk.CASE, self._get_case_part(SQL("%s NOT IN %s", reason, known))),
        ]

    @api.model
    def _get_case_part(self, condition):
        return SQL(
            """
            SELECT %(columns)s
              FROM paycollect_dunning_case dunning
              LEFT JOIN rate ON rate.company_id = dunning.company_id
                            AND rate.currency_id = dunning.currency_id
             WHERE dunning.state = %(exception)s AND %(condition)s
               AND NOT EXISTS (
                      SELECT 1
                        FROM account_bank_statement_line bank
                       WHERE dunning.reason_code = %(unmatched)s
                         AND bank.id = (dunning.reason_values->>'line')::integer
                         AND bank.is_reconciled
                  )
            """,
            columns=self._select(
                "dunning",
                "'paycollect.dunning.case'",
                partner="dunning.partner_id",
                amount="dunning.amount * COALESCE(rate.factor, 1)",
                since="dunning.checked_at",
            ),
            exception=EXCEPTION,
            unmatched=UNMATCHED,
            condition=condition,
        )
