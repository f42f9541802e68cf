# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.forecast_models import CURVE
from .paycollect_forecast import DONE


class PaycollectForecast(models.Model):
    _inherit = "paycollect.forecast"

    @api.depends(
        "state",
        "forecast_model",
        "is_tested",
        "error_curve",
        "error_due_date",
        "error_median",
    )
    @api.depends_context("lang")
    def _compute_forecast_summary(self):
        for forecast in self:
            forecast.forecast_summary = "\n".join(forecast._get_summary())

    def _get_summary(self):
        """Return in words what the forecast is made of, and how wrong it was."""
        if self.state != DONE:
            return []
        _ = self.env._
        if not self.is_tested:
            return [
                _(
                    "There aren't enough weeks with payments yet to say how wrong the "
                    "forecast was. It learns with every payment."
                )
            ]
        values = {
            "weeks": self.trial_count,
            "curve": f"{self.error_curve:.0%}",
            "due": f"{self.error_due_date:.0%}",
            "median": f"{self.error_median:.0%}",
            "name": self._get_model_name(),
        }
        tried = _(
            "Tried on the last %(weeks)s weeks, with what was known then. Error: "
            "payment history %(curve)s, due dates %(due)s, customer's median "
            "%(median)s.",
            **values,
        )
        if self.forecast_model == CURVE:
            return [tried, _("The payment history is used: it was the best.")]
        return [
            tried,
            _("A simple model was better, so it is used: %(name)s.", **values),
        ]

    def _get_model_name(self):
        field = self._fields["forecast_model"]
        return dict(field._description_selection(self.env)).get(self.forecast_model)
