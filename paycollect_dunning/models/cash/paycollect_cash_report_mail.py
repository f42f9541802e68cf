# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

READER_GROUP = "paycollect_fsm.group_user"
TEMPLATE = "paycollect_dunning.mail_template_cash_report"


class PaycollectCashReport(models.Model):
    """The morning mail: at each reader's hour, one for each company that collects."""

    _inherit = "paycollect.cash.report"

    @api.model
    def _cron_mail(self, now=None):
        """Mail yesterday's report to those whose hour has come, once a day.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        companies = self.env["res.company"].sudo()
        if companies._has_moved():
            return
        companies = companies.search([("collection_active", "=", True)])
        readers = (
            self.env["res.users"].sudo().search([("cash_report_hour", "!=", False)])
        )
        for reader in readers:
            day = self._get_local(reader, now).date()
            if self._is_time(reader, now) and reader.cash_report_day != day:
                self._mail_to(reader, companies & reader.company_ids, day, now)

    @api.model
    def _get_local(self, reader, now):
        """Return the reader's local time; without a zone, their company's."""
        zone = ZoneInfo(reader.tz) if reader.tz else reader.company_id._get_zone()
        return now.replace(tzinfo=UTC).astimezone(zone)

    @api.model
    def _is_time(self, reader, now):
        local = self._get_local(reader, now)
        return local.hour >= int(reader.cash_report_hour) and reader.has_group(
            READER_GROUP
        )

    @api.model
    def _mail_to(self, reader, companies, day, now):
        """Create a reader's emails, and remember the day, in one transaction."""
        try:
            if not reader.try_lock_for_update():
                return
            template = self.env.ref(TEMPLATE).sudo()
            template = template.with_context(lang=reader.lang, tz=reader.tz)
            for company in companies:
                report = self._make(company, now)
                values = {"email_to": reader.email_formatted}
                template.send_mail(report.id, email_values=values)
            reader.cash_report_day = day
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
            self._commit()
        except Exception:
            _logger.exception("The cash report could not be mailed to %s", reader.login)
            self._rollback()

    def _get_page_url(self):
        """Return the address of the page."""
        return f"{self.company_id.get_base_url()}/odoo/cash-reports/{self.id}"
