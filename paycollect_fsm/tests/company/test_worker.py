# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, modules
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged

from odoo.addons.queue_job.exception import RetryableJobError

LOG = "odoo.addons.paycollect_fsm.models.company.paycollect_worker_mixin"
MARK = "paycollect.test_worker.%s"


@tagged("post_install", "-at_install")
class TestWorker(TransactionCase):
    """A worker on a connection of its own, which commits as outside of tests."""

    def setUp(self):
        super().setUp()
        cr = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cr.close)
        self.addCleanup(self.forget, cr)
        self.parameters = api.Environment(cr, SUPERUSER_ID, {})["ir.config_parameter"]
        self.worker = self.parameters.env["paycollect.worker.mixin"]
        self.startPatcher(patch.object(modules.module, "current_test", None))

    def forget(self, cr):
        cr.rollback()
        cr.execute("DELETE FROM ir_config_parameter WHERE key LIKE %s", [MARK % "%"])
        cr.commit()

    def work(self, name, error=None):
        with self.worker._separately(name) as step:
            self.parameters.set_param(MARK % name, "done")
            if error:
                raise error
        return step.done

    def get_done(self):
        self.parameters.env.cr.rollback()
        found = self.parameters.search([("key", "like", MARK % "%")])
        return {key.rpartition(".")[2] for key in found.mapped("key")}

    def test_what_fails_is_undone_and_logged_and_the_rest_goes_on(self):
        self.assertTrue(self.work("first"))
        with self.assertLogs(LOG, "ERROR") as logs:
            self.assertFalse(self.work("second", UserError("Fix the address.")))
        self.assertIn("second failed", logs.output[0])
        self.assertIn("Fix the address.", logs.output[0])
        self.assertTrue(self.work("third"))
        self.assertEqual(self.get_done(), {"first", "third"})

    def test_what_is_taken_waits_for_the_next_run_and_is_no_error(self):
        for error in (RetryableJobError("locked"), SerializationFailure("changed")):
            with self.assertNoLogs(LOG, "WARNING"):
                self.assertFalse(self.work("busy", error))
        self.assertFalse(self.get_done())
