# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL


class PaycollectMeasureMixin(models.AbstractModel):
    """Measures whose group is more than the mean of its rows.

    Such a field has the aggregator ``avg``, which makes it a measure of pivots, graphs
    and dashboards; how a group is computed is said here.
    """

    _name = "paycollect.measure.mixin"
    _inherit = "paycollect.report.mixin"
    _description = "Ratios and Percentiles"

    @api.model
    def _get_ratios(self):
        """Hook: return ``{field: (numerator, denominator, factor)}``: a group's value
        is sum ÷ sum × factor."""
        return {}

    @api.model
    def _get_percentiles(self):
        """Hook: return ``{field: share}``: a group's value is this percentile, 0.5 for
        the median."""
        return {}

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, aggregate = aggregate_spec.partition(":")
        if aggregate == "avg" and name in self._get_ratios():
            above, below, factor = self._get_ratios()[name]
            return SQL(
                "SUM(%s)::numeric / NULLIF(SUM(%s)::numeric, 0) * %s",
                self._field_to_sql(self._table, above, query),
                self._field_to_sql(self._table, below, query),
                factor,
            )
        if aggregate == "avg" and name in self._get_percentiles():
            return SQL(
                "PERCENTILE_CONT(%s) WITHIN GROUP (ORDER BY %s)",
                self._get_percentiles()[name],
                self._field_to_sql(self._table, name, query),
            )
        return super()._read_group_select(aggregate_spec, query)
