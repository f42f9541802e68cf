# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.paycollect_fsm.models.company.moments import format_day, format_moment


class ReportDossier(models.AbstractModel):
    """The values of the PDF.

    Odoo's route of reports takes any record from any user who is logged in; this
    report is only rendered by the system, once the button has checked who asks.
    """

    _name = "report.paycollect_dunning.report_dossier"
    _description = "Proof of a Claim (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):
        if not self.env.su:
            raise AccessError(
                self.env._("Use the button on the hand-over or the chargeback.")
            )
        now = fields.Datetime.to_datetime(data["now"])
        records = self.env[data["model"]].browse(docids)
        return {
            "docs": records,
            "files": {record.id: record._get_dossier_values(now) for record in records},
            "day": lambda value: format_day(self.env, value) if value else "",
            "moment": lambda value: format_moment(self.env, value) if value else "",
            "money": lambda amount, currency: currency._format_amount(amount),
            "labels": self._get_labels(),
        }

    def _get_labels(self):
        """Return what the templates say for codes."""
        labels = {}
        for model, field in (
            ("paycollect.dunning.message", "channel"),
            ("paycollect.dunning.message", "state"),
            ("paycollect.promise", "state"),
            ("paycollect.dispute", "state"),
        ):
            choices = self.env[model]._fields[field]._description_selection(self.env)
            labels[model, field] = dict(choices)
        return labels
