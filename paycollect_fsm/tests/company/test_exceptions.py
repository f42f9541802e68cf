# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from ..common import CollectionCommon

HARM = "<img src=x onerror=alert(1)> & Sons"


@tagged("post_install", "-at_install")
class TestExceptions(CollectionCommon):
    """Activities for whoever handles exceptions."""

    def test_what_somebody_typed_is_text_and_nothing_else(self):
        partner = self.make_partner(name=HARM)
        self.company._schedule_collection_activity(
            partner, "Customer cannot be reached", f"{HARM} has no address.", "x"
        )
        note = partner.activity_ids.note
        self.assertNotIn("<img", note)
        self.assertIn("&lt;img src=x onerror=alert(1)&gt; &amp; Sons", note)

    def test_one_activity_for_one_exception(self):
        partner = self.make_partner()
        for _time in range(2):
            self.company._schedule_collection_activity(
                partner, "Check this", "Please.", "check"
            )
        self.assertEqual(len(partner.activity_ids), 1)

    def test_a_second_reason_with_the_same_title_is_another_activity(self):
        partner = self.make_partner()
        for code in ("count_brake", "amount_brake"):
            self.company._schedule_collection_activity(
                partner, "Charges are held back", f"Because of {code}.", code
            )
        self.assertEqual(len(partner.activity_ids), 2)
