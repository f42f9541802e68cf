# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, models, modules
from odoo.tools import SQL


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

    def _wait_for_lock(self):
        """Lock the claimed row, which others only hold for a moment.

        It waits, because giving up here would look like an interrupted request.
        """
        self.ensure_one()
        table = SQL.identifier(self._table)
        self.env.cr.execute(
            SQL("SELECT id FROM %s WHERE id = %s FOR UPDATE", table, self.id)
        )
