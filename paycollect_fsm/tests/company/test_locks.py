# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from threading import Thread
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import LockError
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.paycollect_fsm.models.company import locks

WAITING = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"


@tagged("post_install", "-at_install")
class TestLocks(TransactionCase):
    """A person and a worker, each on a connection of its own."""

    def setUp(self):
        super().setUp()
        self.worker, self.person = self.connect(), self.connect()
        self.of_worker = self.worker.ref("base.main_partner")
        self.of_person = self.of_worker.with_env(self.person)
        self.of_person.read(["name"])

    def connect(self):
        cr = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})

    def release_when_waited_for(self, end):
        """End the worker's transaction as soon as the person waits for it."""
        pid = self.person.cr._cnx.info.backend_pid
        watch = self.connect().cr

        def follow():
            while not self.is_over:
                watch.execute(WAITING, [pid])
                if watch.fetchone():
                    break
            end()

        self.is_over = False
        thread = Thread(target=follow)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(setattr, self, "is_over", True)

    def test_a_person_waits_until_the_worker_is_done(self):
        self.of_worker.lock_for_update()
        self.release_when_waited_for(self.worker.cr.rollback)
        locks.wait_and_lock(self.of_person)
        self.assertFalse(self.of_worker.try_lock_for_update(), "it has the lock now")

    @mute_logger("odoo.sql_db")
    def test_what_the_worker_changed_repeats_the_request(self):
        self.worker.cr.execute(
            "UPDATE res_partner SET id = id WHERE id = %s", self.of_worker.ids
        )
        self.release_when_waited_for(self.worker.cr.commit)
        with self.assertRaises(SerializationFailure):
            locks.wait_and_lock(self.of_person)

    def test_of_two_persons_at_once_the_second_begins_anew(self):
        locks.wait_and_lock(self.of_worker)
        self.release_when_waited_for(self.worker.cr.commit)
        with self.assertRaises(SerializationFailure):
            locks.wait_and_lock(self.of_person)

    def test_a_row_that_points_to_it_is_not_waited_for(self):
        self.worker.cr.execute(
            "SELECT 1 FROM res_partner WHERE id = %s FOR KEY SHARE", self.of_worker.ids
        )
        locks.wait_and_lock(self.of_person)
        self.assertFalse(self.of_worker.try_lock_for_update(), "it has the lock now")

    def test_after_ten_seconds_the_person_reads_what_to_do(self):
        self.of_worker.lock_for_update()
        with (
            patch.object(locks, "WAIT", "10ms"),
            self.assertRaisesRegex(LockError, "being worked on.*Try again in a minute"),
        ):
            locks.wait_and_lock(self.of_person)
        self.person.cr.execute("SHOW lock_timeout")
        self.assertEqual(self.person.cr.fetchone(), ("0",))
