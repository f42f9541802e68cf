# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The database: Odoo in this process, the company, and data of earlier schedules."""

import contextlib
import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

# A lock is held by a worker paused on the same stack, so waiting would not end.
LOCK_TIMEOUT = "60ms"

# A copy has its own UUID or is at another URL.
MOVES = {"copy": "database.uuid", "address": "web.base.url"}

# The next schedule must not see data of the last one, which may have failed.
FORGET = """
UPDATE paycollect_attempt SET state = 'canceled'
 WHERE state IN ('planned', 'sent', 'settling', 'unknown');
UPDATE paycollect_attempt
   SET escalate_at = NULL, sent_at = sent_at - interval '9 years',
       done_at = done_at - interval '9 years'
 WHERE COALESCE(sent_at, done_at) > '2030-01-01' OR escalate_at IS NOT NULL;
UPDATE payment_transaction
   SET is_post_processed = TRUE,
       last_state_change = last_state_change - interval '9 years'
 WHERE last_state_change > '2030-01-01' OR is_post_processed IS NOT TRUE;
UPDATE paycollect_hold SET state = 'canceled', try_at = NULL, ask_at = NULL
 WHERE state IN ('planned', 'sent', 'unknown', 'held', 'capturing', 'voiding');
UPDATE sale_order SET collection_hold_waived = TRUE
 WHERE collection_hold_waived IS NOT TRUE;
UPDATE paycollect_refund SET state = 'failed', try_at = NULL
 WHERE state IN ('requested', 'approved', 'processing');
UPDATE paycollect_refund_part SET state = 'failed', ask_at = NULL
 WHERE state IN ('planned', 'sent', 'unknown', 'pending');
UPDATE paycollect_installment_plan SET canceled_at = offered_at
 WHERE canceled_at IS NULL;
UPDATE paycollect_message SET state = 'sent', is_settled = TRUE
 WHERE state = 'queued' OR NOT is_settled;
INSERT INTO paycollect_message
       (move_id, company_id, occasion, channel, state, queued_at, is_settled)
SELECT id, company_id, 'paid', 'mail', 'sent', now(), TRUE FROM account_move
 WHERE move_type = 'out_invoice'
ON CONFLICT DO NOTHING;
UPDATE payment_provider SET collection_events_read_until = NULL;
UPDATE paycollect_autopay SET active = FALSE;
UPDATE paycollect_scheduled_payment SET state = 'canceled', canceled_at = now()
 WHERE state IN ('planned', 'processing');
UPDATE paycollect_check_notice SET state = 'canceled', canceled_on = announced_on
 WHERE state = 'announced';
UPDATE paycollect_dispute SET state = 'withdrawn' WHERE state = 'open';
UPDATE account_move SET collection_is_contested = FALSE WHERE collection_is_contested;
DELETE FROM paycollect_link_visit;
UPDATE res_company
   SET collection_active = TRUE, collection_stopped_at = NULL,
       collection_credit_use = 'automatic';
UPDATE paycollect_stop SET resumed_at = stopped_at WHERE resumed_at IS NULL;
DELETE FROM queue_job_lock;
DELETE FROM queue_job;
DELETE FROM mail_mail;
DELETE FROM mail_activity;
"""
# In case a failed schedule left the database in another place.
GO_HOME = """
UPDATE ir_config_parameter home SET value = present.value
  FROM ir_config_parameter present
 WHERE (home.key, present.key) IN (('paycollect.home_database', 'database.uuid'),
                                   ('paycollect.home_url', 'web.base.url'))
   AND home.value != present.value
"""


class Place:
    """:param conf: an odoo.conf with the database"""

    def __init__(self, conf):
        config.parse_config(["-c", str(conf)], setup_logging=True)
        load_server_wide_modules()
        self.database = config["db_name"][0]
        threading.current_thread().dbname = self.database  # for the routes
        self.registry = Registry(self.database)
        with self.sql() as cr:
            cr.execute(
                f'ALTER DATABASE "{self.database}" SET lock_timeout = %s',
                [LOCK_TIMEOUT],
            )
        sql_db.close_db(self.database)  # open connections keep the old setting

    @contextlib.contextmanager
    def env(self, login=None):
        """Yield an environment like a request's or job's; commit on success."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            if login:
                user = env["res.users"].search([("login", "=", login)])
                env = env(user=user)
            yield env

    @contextlib.contextmanager
    def sql(self):
        """Yield a bare cursor for reading."""
        with self.registry.cursor() as cr:
            cr.looks_on = True
            yield cr

    def forget(self):
        """Stop everything left over from earlier schedules."""
        with self.sql() as cr:
            cr.execute(FORGET)
            cr.execute(GO_HOME)
            if cr.rowcount:
                self.registry.clear_cache("stable")

    def move(self, how):
        """Make the database another one or move it elsewhere."""
        with self.sql() as cr:
            cr.execute(
                "UPDATE ir_config_parameter SET value = value || '0' WHERE key = %s",
                [MOVES[how]],
            )
        self.registry.clear_cache("stable")

    def watch(self, interrupts):
        """Allow interruptions at each commit and in the middle of a claim."""
        self._watch_claim(interrupts)
        commit = sql_db.Cursor.commit

        def watched(cr):
            if hasattr(cr, "looks_on"):
                return commit(cr)
            interrupts.reach("commit")
            commit(cr)
            interrupts.reach("committed")
            return None

        patch.object(sql_db.Cursor, "commit", watched).start()

    def _watch_claim(self, interrupts):
        attempt = self.registry["paycollect.attempt"]
        create = attempt._create_transaction

        def watched(record, amount):
            interrupts.reach("claim")
            return create(record, amount)

        patch.object(attempt, "_create_transaction", watched).start()
