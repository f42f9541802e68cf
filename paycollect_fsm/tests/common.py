# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.queue_job.tests.common import trap_jobs

from . import users


class CollectionCommon(MockEmail, TransactionCase):
    """A company that collects, and factories with defaults that keywords override.

    Payments go through the demo provider, whose tokens determine its responses.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(
                cls.env.context, tracking_disable=True, mail_notrack=True, lang="en_US"
            )
        )
        cls.company = cls.env.company
        cls.company.write(
            {
                "collection_active": True,
                "collection_attach_pdf": False,
                "collection_remit_to": "Lockbox 12, Springfield",
                "email": "billing@collect.example.com",
            }
        )
        cls.provider = cls.env.ref("payment.payment_provider_demo")
        cls.method = cls.env.ref("payment_demo.payment_method_demo")
        cls.accountant = cls.get_user("an_accountant")
        cls.manager = cls.get_user("a_manager")
        cls.technician = cls.get_user("a_technician")
        cls.dispatcher = cls.get_user("a_dispatcher")
        cls.worker = cls.env["fsm.person"].create({"name": "Tess Technician"})
        cls.tax = cls.env["account.tax"].create(
            {"name": "Test tax 10%", "amount": 10, "type_tax_use": "sale"}
        )
        cls.repair = cls.make_product("On-site repair", 100)
        cls.cable = cls.make_product(
            "Patch cable", 10, type="consu", field_service_tracking="no"
        )
        cls.callout = cls.make_product("Call-out", 50, field_service_tracking="sale")
        cls.policies = {
            mode: cls.env.ref(f"paycollect_fsm.policy_{mode}")
            for mode in ("net", "prepaid", "cod", "auto")
        }

    def setUp(self):
        cls = type(self)
        if not vars(cls).get("_is_set"):
            cls._is_set = True
            before = set(vars(self))
            self.set_scene()
            for name in vars(self).keys() - before:
                setattr(cls, name, getattr(self, name))
        super().setUp()

    def set_scene(self):
        """Make, once for all tests of a class, what setUpClass can't without self.

        What is set on self is kept on the class; tests don't change it in place.
        """

    @classmethod
    def make_user(cls, login, groups):
        return new_test_user(cls.env, login, groups=groups)

    @classmethod
    def get_user(cls, login):
        return users.get(cls.env, login)

    @classmethod
    def make_product(cls, name, price, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "invoice_policy": "delivery",
                "field_service_tracking": "line",
                "list_price": price,
                "taxes_id": [Command.clear()],
                **values,
            }
        )

    @classmethod
    def make_partner(cls, name="Acme Inc.", mode="auto", **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "email": "ap@acme.example.com",
                "collection_policy_id": cls.policies[mode].id if mode else False,
                **values,
            }
        )

    @classmethod
    def make_token(cls, partner, answer="done", consent=True, **values):
        """Create a stored demo card; ``answer`` is the result of each charge."""
        token = cls.env["payment.token"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "partner_id": partner.id,
                "provider_ref": "demo",
                "payment_details": "4242",
                "brand": "Visa",
                "demo_simulated_state": answer,
                **values,
            }
        )
        if consent:
            cls.env["paycollect.consent"]._record(token, "I agree.", "staff")
        return token

    @classmethod
    def make_location(cls, owner, name="Site", **values):
        return cls.env["fsm.location"].create(
            {"name": f"{owner.name} {name}", "owner_id": owner.id, **values}
        )

    @classmethod
    def make_sale(cls, partner, lines=None, confirm=True, **values):
        """Create a sales order; ``lines`` are products or (product, quantity) pairs."""
        pairs = [
            line if isinstance(line, tuple) else (line, 1)
            for line in (lines or [cls.repair])
        ]
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "fsm_location_id": cls.make_location(partner).id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product, quantity in pairs
                ],
                **values,
            }
        )
        if confirm:
            cls.confirm_order(order)
        return order

    @classmethod
    def confirm_order(cls, order):
        """Confirm an order: as staff, or as its customer does if it is prepaid."""
        order = order.sudo().with_context(
            collection_by_customer=order.collection_mode == "prepaid"
        )
        order.action_confirm()

    @classmethod
    def make_job(cls, partner=None, lines=None, token="done", mode="auto", **values):
        """Create the (first) job of a confirmed order, with a card for ``token``."""
        partner = partner or cls.make_partner(mode=mode)
        if token:
            cls.make_token(partner, answer=token)
        order = cls.make_sale(partner, lines, **values)
        job = order.fsm_order_ids.sorted("id")[:1]
        if mode != "prepaid":  # no worker is dispatched before the payment arrives
            job.person_id = cls.worker
        return job

    @classmethod
    def make_plain_job(cls, partner, extras=(), **values):
        """Create a job without an order; ``extras`` are (product, quantity) pairs."""
        return cls.env["fsm.order"].create(
            {
                "location_id": cls.make_location(partner).id,
                "collection_line_ids": [
                    Command.create({"product_id": product.id, "quantity": quantity})
                    for product, quantity in extras
                ],
                **values,
            }
        )

    @classmethod
    def make_deposit(cls, order, percent=0.0, amount=0.0, post=True):
        """Invoice a deposit: a percentage of the order, or an amount with taxes."""
        wizard = cls.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage" if percent else "fixed",
                "amount": percent,
                "fixed_amount": amount,
            }
        )
        deposit = wizard._create_invoices(order)
        if post:
            deposit.action_post()
        return deposit

    @classmethod
    def make_discount(cls, order, percent=0.0, amount=0.0):
        """Add a discount on the whole order, like the button on the order does."""
        cls.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount" if percent else "amount",
                "discount_percentage": percent / 100,
                "discount_amount": amount,
            }
        ).action_apply_discount()

    @contextmanager
    def with_jobs(self):
        """Trap the jobs queued inside the block; run them when it ends."""
        with self.mock_mail_gateway(), trap_jobs() as trap:
            yield trap
            self.run_jobs(trap)

    def run_jobs(self, trap):
        """Run the trapped jobs and the ones they queue, in this transaction."""
        while trap.enqueued_jobs:
            jobs, trap.enqueued_jobs = trap.enqueued_jobs, []
            for job in jobs:
                job.func(*job.args, **job.kwargs)

    @contextmanager
    def busy(self, model):
        """Someone else holds the locks on the rows of a model."""

        def find_none(records, **_options):
            return records.browse()

        with patch.object(type(self.env[model]), "try_lock_for_update", find_none):
            yield

    def complete(self, job, user=None):
        """Complete the job and run its queued jobs; return its newest invoice."""
        before = job.invoice_lines.move_id
        with self.with_jobs():
            (job.with_user(user) if user else job).action_complete()
        job.invalidate_recordset()
        return job.invoice_lines.move_id - before

    def mails_to(self, move):
        """Return the emails about the invoice sent to its customer."""
        return self.env["mail.mail"].search(
            [
                ("email_to", "!=", False),
                ("subject", "like", move.name),
            ],
            order="id",
        )

    @classmethod
    def reopen(cls, job):
        job.stage_id = cls.env.ref("fieldservice.fsm_stage_new")

    @classmethod
    def now(cls):
        return fields.Datetime.now()


class CustomerCommon(CollectionCommon):
    """A person whose methods are stored, by links and by staff."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"email": "office@acme.example.com", "phone": "+15550100"})
        cls.customer = cls.make_customer("Ana Lopez")

    @classmethod
    def make_customer(cls, name, **vals):
        email = f"{name.lower().replace(' ', '.')}@customer.example.com"
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": email,
                "phone": "+12125550123",
                "country_id": cls.env.ref("base.us").id,
                **vals,
            }
        )

    @classmethod
    def make_token(cls, partner=None, **values):
        return super().make_token(partner or cls.customer, **values)

    @classmethod
    def make_link(cls, partner=None, purpose="method", now=None):
        """Create a link; return it and its raw token."""
        Link = cls.env["paycollect.link"]
        url = Link._issue(partner or cls.customer, purpose, cls.company, now=now)
        raw = url.rsplit("/", 1)[1]
        return Link.search([("token_hash", "=", Link._hash(raw))]), raw

    @classmethod
    def make_validation(cls, link, typed="4242 4242 4242 4242 12/30", state="done"):
        """Create a validation through a link, up to the demo provider's part."""
        transaction = cls.env["payment.transaction"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "amount": 0.0,
                "currency_id": cls.company.currency_id.id,
                "partner_id": link.partner_id.id,
                "operation": "validation",
                "tokenize": True,
                **link._prepare_validation_vals("192.0.2.7"),
            }
        )
        transaction._process(
            "demo",
            {
                "reference": transaction.reference,
                "payment_details": typed,
                "simulated_state": state,
            },
        )
        return transaction

    @contextmanager
    def collect_queued(self):
        """Collect the emails and SMS queued inside the block, newest last."""
        models = ("mail.mail", "sms.sms")
        last = {
            name: self.env[name].search([], order="id desc", limit=1).id or 0
            for name in models
        }
        queued = {}
        yield queued
        for name in models:
            queued[name] = self.env[name].search([("id", ">", last[name])], order="id")


class BookingCommon(CustomerCommon):
    """A customer with a site, and visits to sell."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag_net = cls.env.ref("paycollect_fsm.partner_category_net")
        cls.tag_cod = cls.env.ref("paycollect_fsm.partner_category_cod")
        cls.customer = cls.make_customer(
            "Azure Interior", is_company=True, email="azure@example.com"
        )
        cls.location = cls.make_location(cls.customer)
        cls.service = cls.make_service()

    @contextmanager
    def assertStops(self, exception, words):
        """Check that the exception is raised with these words, then roll back."""
        with self.assertRaises(exception) as caught:
            yield
        self.assertRegex(str(caught.exception), words)

    @classmethod
    def make_worker(cls, name="Wanda Worker", **values):
        return cls.env["fsm.person"].create({"name": name, **values})

    @classmethod
    def make_service(cls, tracking="line", price=500.0, **values):
        """Create a service with a job per order line (or one per order)."""
        template = cls.env["fsm.template"].create({"name": "Visit"})
        return cls.env["product.product"].create(
            {
                "name": "Visit",
                "type": "service",
                "invoice_policy": "delivery",
                "field_service_tracking": tracking,
                "fsm_order_template_id": template.id,
                "list_price": price,
                "taxes_id": [Command.clear()],
                **values,
            }
        )

    @classmethod
    def make_order(cls, price=500.0, lines=1, **values):
        """Create a quotation with ``lines`` visits at ``price`` each."""
        partner = values.pop("partner", cls.customer)
        line = {"product_id": cls.service.id, "price_unit": price, "tax_ids": False}
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "fsm_location_id": cls.location.id,
                "order_line": [Command.create(line)] * lines,
                **values,
            }
        )

    @classmethod
    def make_visit(cls, **values):
        """A job without a sales order."""
        return cls.env["fsm.order"].create({"location_id": cls.location.id, **values})
