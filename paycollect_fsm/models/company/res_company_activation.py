# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass

from odoo import api, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL, str2bool

from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

OK, WARNING, BLOCKER = "ok", "warning", "blocker"


@dataclass(frozen=True)
class Check:
    """One line of the check-list: what was looked at and what to do about it."""

    level: str
    title: str
    text: str


class ResCompany(models.Model):
    """What must be there before money may move by itself."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies.filtered("collection_active")._on_collection_active()
        return companies

    def write(self, vals):
        if not vals.get("collection_active"):
            return super().write(vals)
        starting = self.filtered(lambda company: not company.collection_active)
        result = super().write(vals)
        starting._on_collection_active()
        return result

    def _on_collection_active(self):
        """Hook: these companies were off, so nothing was prepared; now they collect."""

    @api.constrains("collection_active")
    def _check_collection_may_be_active(self):
        for company in self.filtered("collection_active"):
            blockers = [
                check
                for check in company._get_activation_checks()
                if check.level == BLOCKER
            ]
            if blockers:
                raise ValidationError(
                    self.env._(
                        "Automatic collection cannot be switched on for %(company)s: "
                        "%(reasons)s",
                        company=company.name,
                        reasons=" ".join(check.text for check in blockers),
                    )
                )

    def _get_activation_checks(self):
        """Hook: return the :class:`Check` list of one company, blockers included."""
        self.ensure_one()
        return [
            self._check_copy(),
            self._check_provider(),
            self._check_runner(),
            self._check_mail_server(),
            self._check_remit_to(),
        ]

    def _get_collection_providers(self):
        """Providers of the company that can charge a stored method."""
        return (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("company_id", "parent_of", self.id),
                    ("state", "in", ("enabled", "test")),
                    ("allow_tokenization", "=", True),
                ]
            )
        )

    def _check_copy(self):
        title = self.env._("The real database")
        parameter = self.env["ir.config_parameter"].sudo()
        if str2bool(parameter.get_param("database.is_neutralized", "False")):
            return Check(
                BLOCKER,
                title,
                self.env._("This is a neutralized copy; it must not charge anybody."),
            )
        if text := self._get_move_text():
            return Check(BLOCKER, title, text)
        return Check(OK, title, self.env._("This is not a copy of another database."))

    def _check_provider(self):
        title = self.env._("Payment provider")
        providers = self._get_collection_providers()
        if not providers:
            return Check(
                BLOCKER,
                title,
                self.env._(
                    "No payment provider stores methods. Enable one under Invoicing ▸ "
                    "Configuration ▸ Payment Providers and tick “Allow Saving Payment "
                    "Methods”."
                ),
            )
        names = ", ".join(providers.mapped("name"))
        if not providers.filtered("journal_id"):
            return Check(
                BLOCKER,
                title,
                self.env._(
                    "%(names)s has no journal to book payments in. Choose one on the "
                    "provider, tab Configuration.",
                    names=names,
                ),
            )
        if not providers.filtered(lambda provider: provider.state == "enabled"):
            return Check(
                WARNING,
                title,
                self.env._("%(names)s is in test mode: no real money.", names=names),
            )
        return Check(OK, title, self.env._("%(names)s stores methods.", names=names))

    def _check_runner(self):
        title = self.env._("Job runner")
        if self._is_job_runner_alive():
            return Check(OK, title, self.env._("It is running: charges start at once."))
        return Check(
            WARNING,
            title,
            self.env._(
                "It is not running: charges are sent by the sweep, within two to three "
                "minutes. Add queue_job to server_wide_modules to have them at once."
            ),
        )

    def _is_job_runner_alive(self):
        """The runner holds an advisory lock in the database that it serves."""
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT 1 FROM pg_locks
                     WHERE locktype = 'advisory' AND granted AND objsubid = 1
                       AND (classid::bigint << 32) + objid::bigint = %s
                       AND database = (
                           SELECT oid FROM pg_database
                            WHERE datname = current_database())
                    """,
                    PG_ADVISORY_LOCK_ID,
                )
            )
        )

    def _check_mail_server(self):
        title = self.env._("Outgoing mail")
        servers = self.env["ir.mail_server"].sudo().search_count([], limit=1)
        if not servers and tools.config["smtp_server"] == "localhost":
            return Check(
                WARNING,
                title,
                self.env._(
                    "No mail server is set up; receipts may not leave. Add one under "
                    "Settings ▸ Technical ▸ Outgoing Mail Servers."
                ),
            )
        if not self._get_collection_sender():
            return Check(
                WARNING,
                title,
                self.env._("The company has no mail address to send from."),
            )
        return Check(
            OK,
            title,
            self.env._(
                "Receipts are sent from %(sender)s.",
                sender=self._get_collection_sender(),
            ),
        )

    def _check_remit_to(self):
        title = self.env._("Remit-to address")
        if self.collection_remit_to:
            return Check(
                OK, title, self.env._("Customers are told where to send checks.")
            )
        return Check(
            WARNING,
            title,
            self.env._(
                "No remit-to address: invoices on terms say nothing about checks. "
                "Enter one in the settings."
            ),
        )
