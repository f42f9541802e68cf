# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_say import SayCommon

# Monday, Mar 2, 2026: 10:00, and 21:00 of the day before, in New York
MORNING, EVENING = datetime(2026, 3, 2, 15), datetime(2026, 3, 2, 2)


@tagged("post_install", "-at_install")
class TestContacts(SayCommon):
    """Whom, by which channel and when: spec/contact.md on records; cases 33 and 35."""

    def set_scene(self):
        self.company.partner_id.tz = "America/New_York"
        self.case = self.make_case()

    def choose(self, *channels, now=MORNING, cases=None):
        level = self.levels["friendly"]
        level.write({f"by_{name}": name in channels for name in self.get_channels()})
        return (cases or self.case)._choose_contacts(level, now)

    def get_channels(self):
        return ("mail", "sms", "letter", "call")

    def get(self, *channels, now=MORNING):
        found = self.choose(*channels, now=now)[self.case]
        return [(one.channel, one.send_at, one.reason_code) for one in found]

    def add_said(self, at, channel="mail", **values):
        return self.env["paycollect.dunning.message"].create(
            {
                "case_id": self.case.id,
                "company_id": self.company.id,
                "currency_id": self.case.currency_id.id,
                "channel": channel,
                "state": "sent",
                "date": at,
                "sent_at": at,
                "batch_key": str(at),
                **values,
            }
        )

    def test_the_recipient_is_the_invoice_address_then_who_pays(self):
        def get_name():
            [contact] = self.choose("mail")[self.case]
            return contact.partner.name, contact.address

        self.assertEqual(get_name()[0], "Acme Inc.")
        self.make_contact(name="Looks", email="l@acme.example.com")
        self.make_contact(
            name="Pays", email="p@acme.example.com", collection_role="pay"
        )
        self.assertEqual(get_name()[0], "Pays")
        billing = self.make_contact(
            name="Billing", email="b@acme.example.com", type="invoice"
        )
        self.assertEqual(get_name(), ("Billing", '"Billing" <b@acme.example.com>'))
        billing.email = False
        billing.phone = False
        self.assertEqual(get_name()[0], "Pays")

    def test_hours_delay_a_text_and_say_so(self):
        nine = datetime(2026, 3, 2, 14)
        self.assertEqual(self.get("sms", now=EVENING), [("sms", nine, "hours")])
        eight = datetime(2026, 3, 2, 13)
        self.assertEqual(self.get("mail", now=EVENING), [("mail", eight, "hours")])
        self.assertEqual(self.get("letter", now=EVENING), [("letter", EVENING, "")])
        # The number is in Los Angeles: 9 AM there
        self.customer.phone = "+1 213 555 0142"
        pacific = datetime(2026, 3, 2, 17)
        self.assertEqual(self.get("sms", now=EVENING), [("sms", pacific, "hours")])
        self.company.write({"dunning_days": "all", "dunning_hour_to": 24})
        self.assertEqual(self.get("mail", now=EVENING), [("mail", EVENING, "")])

    def test_holidays_of_the_customers_country_are_kept(self):
        self.env["calendar.public.holiday"].create(
            {
                "year": 2026,
                "country_id": self.env.ref("base.us").id,
                "line_ids": [Command.create({"name": "Day", "date": "2026-03-02"})],
            }
        )
        tuesday = datetime(2026, 3, 3, 14)
        self.assertEqual(self.get("sms"), [("sms", tuesday, "hours")])

    def test_limits_count_all_channels_and_currencies_share_a_contact(self):
        tomorrow = datetime(2026, 3, 3, 13)
        first, second = self.get("mail", "sms")
        self.assertEqual(first, ("mail", MORNING, ""))
        self.assertEqual(second, ("sms", datetime(2026, 3, 3, 14), "frequency"))
        self.add_said(MORNING - timedelta(hours=1), "call")
        self.assertEqual(self.get("mail"), [("mail", tomorrow, "frequency")])
        euro = self.env.ref("base.EUR")
        euro.active = True
        other = self.make_case(currency=euro)
        both = self.choose("mail", cases=self.case | other)
        moments = {one.send_at for found in both.values() for one in found}
        self.assertEqual(moments, {tomorrow})
        self.add_said(MORNING - timedelta(days=3))
        self.add_said(MORNING - timedelta(days=4))
        # Feb 26, 27 and Mar 2: the next one on Mar 5
        [(_channel, at, code)] = self.get("mail")
        self.assertEqual((at.date().day, code), (5, "frequency"))

    def test_massachusetts_protects_consumers(self):
        state = self.env["res.country.state"].search(
            [("code", "=", "MA"), ("country_id", "=", self.customer.country_id.id)]
        )
        self.customer.write({"state_id": state.id, "is_company": False})
        for days in (3, 4):
            self.add_said(MORNING - timedelta(days=days))
        [(_channel, at, code)] = self.get("mail")
        self.assertEqual((at.date().day, code), (5, "frequency"))
        self.company.dunning_state_limits = False
        self.assertEqual(self.get("mail"), [("mail", MORNING, "")])

    def test_what_cannot_be_used_falls_to_the_next_channel(self):
        def get_reason():
            [contact] = self.choose("mail")[self.case]
            return contact.channel, contact.reason_values.get("why")

        self.assertEqual(get_reason(), ("mail", None))
        self.add_said(
            MORNING - timedelta(days=30),
            state="failed",
            address='"Acme Inc." <ap@acme.example.com>',
        )
        self.assertEqual(get_reason(), ("sms", "bounced"))
        text = self.case._get_reason_text(
            "instead", {"channel": "mail", "why": "bounced"}
        )
        self.assertEqual(text, "Not by Email: the address was refused.")
        self.env["phone.blacklist"].sudo().add("+12125550199")
        self.assertEqual(get_reason()[0], "letter")
        self.customer.street = False
        self.assertEqual(get_reason()[0], "call")
        self.customer.phone = False
        self.assertEqual(self.choose("mail"), {self.case: []})
        # A text that opted out is replaced, too, and the email works again
        self.customer.email = "new@acme.example.com"
        self.customer.phone = "+1 212 555 0199"
        [contact] = self.choose("sms")[self.case]
        self.assertEqual(
            (contact.channel, contact.reason_values["why"]), ("mail", "opted_out")
        )

    def test_the_settings_refuse_nonsense(self):
        for values in (
            {"dunning_text_from": 20.0, "dunning_text_to": 9.0},
            {"dunning_hour_to": 25},
            {"dunning_per_week": -1},
            {"dunning_reply_to": "nobody"},
        ):
            with self.assertRaises(ValidationError):
                self.company.write(values)

    def test_choosing_is_done_in_bulk(self):
        partners = self.env["res.partner"].create(
            [
                {"name": f"C{n}", "email": f"c{n}@c.example.com", "is_company": True}
                for n in range(60)
            ]
        )
        cases = self.case.browse().union(*(self.make_case(one) for one in partners))
        level = self.levels["friendly"]
        self.env.flush_all()
        self.env.invalidate_all()
        few = cases[:10]
        with self.assertQueryCount(60):
            few._choose_contacts(level, MORNING)
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            cases._choose_contacts(level, MORNING)
