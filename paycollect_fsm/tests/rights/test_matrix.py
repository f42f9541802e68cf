# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv

from odoo.tests import tagged
from odoo.tools import file_open

from .common_offers import Offers
from .common_rights import ROLES
from .world import World

NONE = "-"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestMatrix(Offers, World):
    """Who may do what: the registry and the table ``rights.csv`` agree.

    A row without a field is about a model of ours: read, write, create and unlink
    (``rwcu``) of a row of the first company. A row with a field is about a field that
    we add to a model of Odoo: ``r`` and ``w``, where ``w`` includes creating a record
    with a value. Fields that another model lends (``_inherits``) have no rows. What it
    forbids is tried over HTTP, see ``test_calls``. Each addon has its own table.
    """

    shared = {
        "paycollect.decline.code",
        "paycollect.link.visit",
        "paycollect.retry.plan",
        "paycollect.retry.plan.step",
    }

    def test_the_table_says_who_may_do_what(self):
        expected = self._read_table()
        found = {row: self._find_rights(*row) for row in self._find_rows()}
        for row in sorted(expected.keys() | found.keys()):
            with self.subTest(row):
                self.assertEqual(
                    self._format(row, expected), self._format(row, found), self.addon
                )

    def test_a_stored_field_says_who_writes_it(self):
        """Beside the field: readonly, for the system, or ``write_groups``."""
        for model, name in self._find_rows():
            field = self.env[model]._fields.get(name)
            if field and field.store and not field.readonly:
                with self.subTest(f"{model}.{name}"):
                    self.assertTrue(getattr(field, "write_groups", None))

    def test_our_models_have_rules_for_companies_or_owners(self):
        """Tables without a company are shared, and only administrators write them."""
        ruled = set(self.env["ir.rule"].search([]).mapped("model_id.model"))
        shared = {name for name in self._find_models() if name not in ruled}
        self.assertEqual(shared, self.shared)
        for name in shared:
            for role in ROLES:
                self.assertFalse(self.as_user(self.env[name], role).has_access("write"))

    def _find_models(self):
        return [
            name
            for name, model in self.env.items()
            if model._original_module == self.addon and not model._abstract
        ]

    def _find_rows(self):
        """Return (model, "") and (model, field) for what is ours in the registry."""
        own = self._find_models()
        fields = [
            (name, field.name)
            for name, model in self.env.items()
            if model._original_module != self.addon and not model._abstract
            for field in model._fields.values()
            if field._modules[:1] == (self.addon,) and not field.inherited
        ]
        return [*((name, "") for name in own), *fields]

    def _read_table(self):
        with file_open(self.get_table("rights")) as file:
            return {
                (row.pop("model"), row.pop("field")): row
                for row in csv.DictReader(file)
            }

    def _find_rights(self, model, name):
        return {role: self._find_letters(model, name, role) for role in ROLES}

    def _find_letters(self, model, name, role):
        record = self.as_user(self.get_record(model, role), role)
        may = {key for key, name in OPERATIONS.items() if record.has_access(name)}
        if name:
            field = record._fields[name]
            if "c" in may:
                may.add("w")
            may &= {
                key for key in "rw" if record._has_field_access(field, OPERATIONS[key])
            }
        return "".join(key for key in OPERATIONS if key in may) or NONE

    def _format(self, row, table):
        if row not in table:
            return "no row"
        return ",".join([*row, *(table[row][role] for role in ROLES)])
