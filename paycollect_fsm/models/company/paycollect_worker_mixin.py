# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from contextlib import contextmanager
from types import SimpleNamespace

from odoo import SUPERUSER_ID, models, modules
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

_logger = logging.getLogger(__name__)

TRY_LATER = (RetryableJobError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


class PaycollectWorkerMixin(models.AbstractModel):
    """Records that queue jobs and crons process in a series of transactions."""

    _name = "paycollect.worker.mixin"
    _description = "Collections Background Work"

    def _as_system(self):
        """Return the records with the user, company, language and time zone that
        background work runs in."""
        company = self.company_id[:1]
        return (
            self.with_user(SUPERUSER_ID)
            .with_company(company)
            .with_context(
                lang=company.partner_id.lang or self.env.lang,
                tz=company._get_zone().key if company else self.env.context.get("tz"),
                payment_backend_action=True,
            )
        )

    def _commit(self):
        """Commit the step. Tests run in a single transaction and only flush."""
        if modules.module.current_test:
            self.env.flush_all()
        else:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _rollback(self):
        if modules.module.current_test:
            raise  # noqa: PLE0704 - called while an exception is handled
        self.env.cr.rollback()

    @contextmanager
    def _separately(self, task):
        """Run a block in a transaction of its own, so that no failure stops the rest.

        What somebody else holds at the moment is left to the next run. Other failures
        are logged; tests raise them.

        :param str task: what the block does, for the log
        :return: context manager; the ``done`` of its value says if it was committed
        """
        step = SimpleNamespace(done=False)
        try:
            yield step
            self._commit()
            step.done = True
        except TRY_LATER as error:
            _logger.info("%s: %s waits for the next run: %s", self, task, error)
            self._rollback()
        except Exception:
            _logger.exception("%s: %s failed", self, task)
            self._rollback()

    def _wait_for_lock(self):
        """Lock the claimed row, which others only hold for a moment.

        It waits, because giving up here would look like an interrupted request.
        """
        self.ensure_one()
        table = SQL.identifier(self._table)
        self.env.cr.execute(
            SQL("SELECT id FROM %s WHERE id = %s FOR UPDATE", table, self.id)
        )
