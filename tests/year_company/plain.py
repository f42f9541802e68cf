# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Plain Odoo: invoices are made and mailed on Fridays, and chased on Mondays by hand.

Our addons are installed, but collection is switched off.
"""

from soak_machine.crons import CRONS

from .company import Company

FRIDAY, MONDAY = 4, 0


class Plain(Company):
    collects = False

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._unbilled = []  # (job, order ID)

    def complete(self, job, order_id):
        super().complete(job, order_id)
        self._unbilled.append((job, order_id))
        return []

    def wake(self):
        """The night: nothing happens but Odoo's own work."""
        self.world.run(CRONS["native"])

    def close_day(self):
        """Return the bills of the day, and those that were chased."""
        made, day = [], self.world.today.weekday()
        if day == FRIDAY:
            made = [self._bill(*one) for one in self._unbilled]
            self._unbilled = []
        elif day == MONDAY:
            self._chase()
        self.send_mails()
        return made

    def _bill(self, job, order_id):
        def act(env):
            order = env["sale.order"].browse(order_id)
            move = order._create_invoices(final=True)
            move.action_post()
            template = env.ref("account.email_template_edi_invoice")
            template.report_template_ids = False  # PDFs are slow, and the same
            template.send_mail(move.id, force_send=True)
            return self.note_bill(job, move)

        self.steps["invoice checked and mailed"] += 1
        return self.world.do(act)

    def _chase(self):
        """Write to each customer who is late: one email names all of it."""
        late = {}
        for bill in self.bills:
            if bill.open > 0 and bill.due < self.world.today:
                late.setdefault(bill.job.customer.number, []).append(bill)
        for number, bills in late.items():
            self._write_to(number, ", ".join(bill.name for bill in bills))

    def _write_to(self, number, names):
        def act(env):
            partner = env["res.partner"].browse(self.partners[number][0])
            partner.message_post(
                subject=f"Overdue: {names}",
                body=f"Please pay {names}, which are overdue.",
                partner_ids=partner.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )

        self.world.do(act)
        self.steps["reminder written"] += 1

    def receive_check(self, bill):
        self.register(bill, "check")

    def announce_check(self, bill):
        """Nobody would read it."""

    def dispute(self, bill):
        """The customer calls; somebody looks into it."""

    def answer(self, bill):
        self.steps["dispute answered"] += 1

    def renew_method(self, bill, decide):
        """There is none."""
