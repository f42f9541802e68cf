# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass

from odoo import api, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_list

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

from .paycollect_log import TURNED_OFF, TURNED_ON

OK, WARNING, BLOCKER = "ok", "warning", "blocker"


@dataclass(frozen=True)
class Check:
    """One line of the setup checklist: what was checked, and what to do about it."""

    level: str
    title: str
    text: str


class ResCompany(models.Model):
    """What must be in place before automatic collection can be turned on."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies.filtered("collection_active")._start_collecting()
        return companies

    def write(self, vals):
        if "collection_active" not in vals:
            return super().write(vals)
        active = bool(vals["collection_active"])
        switched = self.filtered(lambda company: company.collection_active != active)
        result = super().write(vals)
        if active:
            switched._start_collecting()
        else:
            self.env["paycollect.log"]._record(switched, TURNED_OFF)
        return result

    def _start_collecting(self):
        self.env["paycollect.log"]._record(self, TURNED_ON)
        self._on_collection_active()

    def _on_collection_active(self):
        """Hook: automatic collection was just turned on for these companies.

        While it was off, nothing was prepared for them.
        """

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
                        "Automatic collection can't be turned on for %(company)s: "
                        "%(reasons)s",
                        company=company.name,
                        reasons=" ".join(check.text for check in blockers),
                    )
                )

    def _get_activation_checks(self):
        """Hook: return the :class:`Check` list of one company, including blockers."""
        self.ensure_one()
        return [
            self._check_copy(),
            self._check_provider(),
            self._check_runner(),
            self._check_mail_server(),
            self._check_pdf(),
            self._check_remit_to(),
            self._check_people(),
        ]

    def _get_collection_providers(self):
        """Return the company's providers that can charge a stored payment method."""
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
        title = self.env._("Production database")
        if self._is_neutralized():
            return Check(
                BLOCKER,
                title,
                self.env._(
                    "This is a neutralized copy of a database. It can't charge "
                    "customers."
                ),
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
                    "No enabled payment provider can save payment methods. Go to "
                    "Invoicing ▸ Configuration ▸ Payment Providers, enable one, and "
                    "select “Allow Saving Payment Methods.”"
                ),
            )
        names = ", ".join(providers.mapped("name"))
        if not providers.filtered("journal_id"):
            return Check(
                BLOCKER,
                title,
                self.env._(
                    "No journal is set to record payments from %(names)s. Choose one "
                    "on the provider's Configuration tab.",
                    names=names,
                ),
            )
        if simulated := providers.filtered(lambda provider: provider.code == "demo"):
            return Check(
                WARNING,
                title,
                self.env._(
                    "%(names)s only simulates payments: anyone with a link can finish "
                    "one without paying. Disable it before you go live.",
                    names=", ".join(simulated.mapped("name")),
                ),
            )
        if not providers.filtered(lambda provider: provider.state == "enabled"):
            return Check(
                WARNING,
                title,
                self.env._(
                    "%(names)s: test mode only. No real charges are made.", names=names
                ),
            )
        return Check(
            OK,
            title,
            self.env._("%(names)s can save payment methods.", names=names),
        )

    def _check_runner(self):
        title = self.env._("Job runner")
        if self._is_job_runner_alive():
            return Check(OK, title, self.env._("Running. Charges start immediately."))
        return Check(
            WARNING,
            title,
            self.env._(
                "Not running. Charges are sent by a scheduled action within two to "
                "three minutes instead. To send them immediately, add queue_job to "
                "server_wide_modules."
            ),
        )

    def _is_job_runner_alive(self):
        """Whether the job runner holds its advisory lock in this database."""
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
        title = self.env._("Outgoing email")
        servers = self.env["ir.mail_server"].sudo().search_count([], limit=1)
        if not servers and tools.config["smtp_server"] == "localhost":
            return Check(
                WARNING,
                title,
                self.env._(
                    "No outgoing mail server is set up, so receipts may not be "
                    "delivered. Add one under Settings ▸ Technical ▸ Outgoing Mail "
                    "Servers."
                ),
            )
        if not self._get_collection_sender():
            return Check(
                WARNING,
                title,
                self.env._(
                    "The company has no email address to send from. Enter one in the "
                    "settings."
                ),
            )
        return Check(
            OK,
            title,
            self.env._(
                "Receipts are sent from %(sender)s.",
                sender=self._get_collection_sender(),
            ),
        )

    def _check_pdf(self):
        title = self.env._("Invoice PDF")
        if not self.collection_attach_pdf:
            text = self.env._(
                "“Attach Invoice PDF” is off: receipts and invoices are emailed "
                "without one."
            )
            return Check(OK, title, text)
        state = self.env["ir.actions.report"].get_wkhtmltopdf_state()
        if state not in ("ok", "upgrade"):
            text = self.env._(
                "wkhtmltopdf isn't installed or doesn't work, so invoices and receipts "
                "are sent without a PDF. Install version 0.12.6 with patched Qt."
            )
            return Check(WARNING, title, text)
        if not _wkhtml().is_patched_qt:
            text = self.env._(
                "This version of wkhtmltopdf prints no headers and footers. The PDFs "
                "that we email have the logo and address in the text instead, without "
                "page numbers; Odoo's other documents lack them. Install version "
                "0.12.6 with patched Qt."
            )
            return Check(WARNING, title, text)
        text = self.env._("Receipts and invoices are emailed with the PDF.")
        return Check(OK, title, text)

    def _check_people(self):
        """Exceptions need someone who may see and decide them."""
        title = self.env._("People")
        group = self.env.ref("paycollect_fsm.group_user")
        people = group.sudo().all_user_ids.filtered(
            lambda user: self in user.company_ids and user.active
        )
        if people:
            text = self.env._(
                "%(names)s can handle exceptions.",
                names=format_list(self.env, people.mapped("name")),
            )
            return Check(OK, title, text)
        text = self.env._(
            "No one can handle exceptions, such as declined charges. Give someone the "
            "Collections access right under Settings ▸ Users."
        )
        return Check(WARNING, title, text)

    def _check_remit_to(self):
        title = self.env._("Remit-to address")
        if self.collection_remit_to:
            return Check(
                OK,
                title,
                self.env._("Invoice emails tell customers where to mail checks."),
            )
        return Check(
            WARNING,
            title,
            self.env._(
                "No remit-to address, so invoice emails don't tell customers where to "
                "mail checks. Enter one in the settings."
            ),
        )
