# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import json

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...rules import numbers
from ..rights.common_rights import RightsCommon

NAN, INFINITY = float("nan"), float("inf")
NO_NUMBERS = (NAN, INFINITY, -INFINITY, True, "many", "\0", "nan", [5], 10**400)


@tagged("post_install", "-at_install")
class TestNumbers(RightsCommon, HttpCase):
    """What is no number is refused, with the field, its limit and what to do."""

    def test_the_doctests_hold(self):
        result = doctest.testmod(numbers)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_a_number_of_an_extra_is_a_number(self):
        for name, words in (
            ("quantity", "“Quantity” must be a number between 0 and 100,000. Corr"),
            ("price_unit", "“Unit Price” must be a number between 0 and 1,000,000,000"),
            ("discount", "“Discount .%.” must be a number between 0 and 100. Correct"),
        ):
            for value in NO_NUMBERS:
                with self.subTest(name, value=value):
                    with self.assertRaisesRegex(ValidationError, words):
                        self.write_as("technician", self.extra, **{name: value})
                    with self.assertRaisesRegex(ValidationError, words):
                        self.add({name: value})

    def test_a_new_extra_on_a_job_is_checked_too(self):
        commands = [
            (0, 0, {"product_id": self.cable.id, "price_unit": NAN}),
            (1, self.extra.id, {"price_unit": NAN}),
        ]
        for command in commands:
            with self.assertRaisesRegex(ValidationError, "Unit Price"):
                self.write_as("technician", self.job, collection_line_ids=[command])

    def test_a_default_value_is_checked_too(self):
        with self.assertRaisesRegex(ValidationError, "Unit Price"):
            self.add({}, default_price_unit=NAN)

    def test_an_imported_number_is_checked_too(self):
        result = self.as_user(self.extra, "dispatcher").load(
            ["order_id/.id", "product_id/.id", "price_unit"],
            [[str(self.job.id), str(self.cable.id), "NaN"]],
        )
        self.assertIn("Unit Price", str(result["messages"]))

    def test_a_number_beyond_what_the_database_stores_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "“Sequence” .* 2,147,483,647"):
            self.write_as("technician", self.extra, sequence=10**12)

    def test_an_empty_or_whole_number_is_fine(self):
        self.write_as("technician", self.extra, price_unit=False, discount=50)
        self.assertEqual((self.extra.price_unit, self.extra.discount), (0, 50))

    def test_a_limit_that_would_limit_nothing_is_refused(self):
        for record, name in (
            (self.company, "collection_daily_amount"),
            (self.company, "collection_daily_count"),
            (self.policies["auto"], "max_auto_amount"),
            (self.policies["auto"], "approval_extras_percent"),
        ):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, "number"):
                record.write({name: NAN})

    def test_over_json_the_error_is_one_that_users_understand(self):
        self.authenticate("the_technician", "the_technician")
        for value in ("many", NAN, [5]):
            params = {
                "model": self.extra._name,
                "method": "web_save",
                "args": [self.extra.ids, {"price_unit": value}],
                "kwargs": {"specification": {}},
            }
            with mute_logger("odoo.http"), self.subTest(value=value):
                response = self.url_open(
                    "/web/dataset/call_kw/fsm.order.collection.line/web_save",
                    data=json.dumps({"params": params}),
                    headers={"Content-Type": "application/json"},
                )
                error = response.json()["error"]["data"]
                self.assertEqual(error["name"], "odoo.exceptions.ValidationError")

    def add(self, vals, **context):
        extras = self.as_user(self.extra.browse(), "technician")
        return extras.with_context(**context).create(
            {"order_id": self.job.id, "product_id": self.cable.id, **vals}
        )
