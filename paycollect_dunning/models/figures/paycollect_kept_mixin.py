# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.revenue.paycollect_revenue import AS_OF

# Context key of the dashboard: rows that are kept will do
KEPT = "collection_kept"
# Columns that every row has, of records that aren't deleted
LASTING = ("company_id", "currency_id")


class PaycollectKeptMixin(models.AbstractModel):
    """A report whose rows are kept for the dashboard of a large ledger.

    Rows are computed from the documents. Reading a year of them for each tile of a
    dashboard takes seconds, so ``paycollect.figure._cron_keep_figures`` keeps today's
    in a table, the rows of all reports at the same moment, and the dashboard shows that
    moment. Anything else reads the documents, and so does the dashboard where nothing
    is kept.
    """

    _name = "paycollect.kept.mixin"
    _description = "Kept Rows"

    def init(self):
        """Create the table anew: its columns are those of today's fields."""
        super().init()
        if self._abstract:
            return
        table = self._get_kept_table()
        columns = [
            SQL("%s %s", SQL.identifier(name), SQL(kind))
            for name, kind in self._get_kept_columns().items()
        ]
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        self.env.cr.execute(SQL("CREATE TABLE %s (%s)", table, SQL(", ").join(columns)))

    @property
    def _table_query(self):
        now = fields.Datetime.now()
        return self._get_kept_query(now) or self._get_rows_query(now)

    @api.model
    def _get_rows_query(self, now):
        """Hook: return SQL of the rows, computed from the documents.

        :param now: naive UTC datetime
        """
        raise NotImplementedError

    @api.model
    def _get_kept_table(self):
        return SQL.identifier(f"{self._table}_kept")

    @api.model
    def _get_kept_columns(self):
        """Return ``{name: type in PostgreSQL}``; numbers as exact as computed."""
        return {"id": "bigint"} | {
            name: "numeric" if field.type == "float" else field.column_type[1]
            for name, field in self._fields.items()
            if name != "id" and field.store and field.column_type
        }

    @api.model
    def _get_kept_query(self, now):
        """Return SQL of the rows that are kept, if they may be shown and there are any
        of today. What was deleted since is left empty."""
        if not self._may_be_kept(now):
            return None
        columns, joins = [], []
        for name in self._get_kept_columns():
            field, column = self._fields[name], SQL.identifier("kept", name)
            if field.type == "many2one" and name not in LASTING:
                other = SQL.identifier(f"kept_{name}")
                table = SQL.identifier(self.env[field.comodel_name]._table)
                joins.append(
                    SQL("LEFT JOIN %s %s ON %s.id = %s", table, other, other, column)
                )
                column = SQL("%s.id", other)
            columns.append(SQL("%s AS %s", column, SQL.identifier(name)))
        return SQL(
            "SELECT %s FROM %s kept %s",
            SQL(", ").join(columns),
            self._get_kept_table(),
            SQL(" ").join(joins),
        )

    def _may_be_kept(self, now):
        context = self.env.context
        if not context.get(KEPT) or context.get(AS_OF):
            return False
        at = self.env["paycollect.figure"]._get_kept_at()
        return bool(at) and all(
            company._get_today(at) == company._get_today(now)
            for company in self.env.companies.sudo()
        )

    @api.model
    def _keep(self, now):
        """Keep the rows of the companies the user is working in; it is the same day in
        all of them.

        :param now: naive UTC datetime
        """
        columns = SQL(", ").join(map(SQL.identifier, self._get_kept_columns()))
        self.env.cr.execute(
            SQL(
                "INSERT INTO %(table)s (%(columns)s) SELECT %(columns)s "
                "FROM (%(rows)s) computed WHERE company_id = ANY(%(companies)s)",
                table=self._get_kept_table(),
                columns=columns,
                rows=self._get_rows_query(now),
                companies=self.env.companies.ids,
            )
        )

    @api.model
    def _drop_kept(self):
        self.env.cr.execute(SQL("DELETE FROM %s", self._get_kept_table()))
