# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import Command
from odoo.tests import TransactionCase, new_test_user


class CollectionMethodCase(TransactionCase):
    """A customer of a company that accepts payment methods from the demo provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({"email": "office@acme.example.com", "phone": "+15550100"})
        cls.provider = cls.env.ref("payment.payment_provider_demo")
        cls.provider.write({"state": "test", "company_id": cls.company.id})
        cls.payment_method = cls.env.ref("payment_demo.payment_method_demo")
        cls.payment_method.active = True
        cls.customer = cls._create_customer("Ana Lopez")
        cls.collector = cls._create_user("collector", "paycollect_fsm.group_user")
        cls.manager = cls._create_user("manager", "paycollect_fsm.group_manager")
        cls.technician = cls._create_user("technician", "fieldservice.group_fsm_user")
        cls.dispatcher = cls._create_user(
            "dispatcher", "fieldservice.group_fsm_dispatcher"
        )

    @classmethod
    def _create_user(cls, login, groups):
        return new_test_user(cls.env, login=f"paycollect_{login}", groups=groups)

    @classmethod
    def _create_customer(cls, name, **vals):
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
    def _create_token(cls, partner=None, consent=True, **vals):
        """Create a stored method; with ``consent``, it may be used off-session."""
        token = cls.env["payment.token"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.payment_method.id,
                "partner_id": (partner or cls.customer).id,
                "provider_ref": "demo-token",
                "payment_details": "4242",
                "brand": "Visa",
                "demo_simulated_state": "done",
                **vals,
            }
        )
        if consent:
            cls.env["paycollect.consent"]._record(token, "I agree.", "staff")
        return token

    @classmethod
    def _create_link(cls, partner=None, purpose="method", now=None):
        """Create a link; return it and its raw token."""
        Link = cls.env["paycollect.link"]
        url = Link._issue(partner or cls.customer, purpose, cls.company, now=now)
        raw = url.rsplit("/", 1)[1]
        return Link.search([("token_hash", "=", Link._hash(raw))]), raw

    @classmethod
    def _create_validation(cls, link, typed="4242 4242 4242 4242 12/30", state="done"):
        """Create a validation through a link, up to the demo provider's part."""
        transaction = cls.env["payment.transaction"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.payment_method.id,
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
    def _collect_queued(self):
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


class PaycollectCommon(CollectionMethodCase):
    """A company with the default policies, and a customer with a site."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company.collection_active = True
        cls.policy_net = cls.env.ref("paycollect_fsm.policy_net")
        cls.policy_cod = cls.env.ref("paycollect_fsm.policy_cod")
        cls.policy_prepaid = cls.env.ref("paycollect_fsm.policy_prepaid")
        cls.policy_auto = cls.env.ref("paycollect_fsm.policy_auto")
        cls.tag_net = cls.env.ref("paycollect_fsm.partner_category_net")
        cls.tag_cod = cls.env.ref("paycollect_fsm.partner_category_cod")
        cls.customer = cls._create_customer(
            "Azure Interior", is_company=True, email="azure@example.com"
        )
        cls.location = cls._create_location(cls.customer)
        cls.service = cls._create_service()

    @contextmanager
    def assertStops(self, exception, words):
        """Check that the exception is raised with these words, then roll back."""
        with self.assertRaises(exception) as caught:
            yield
        self.assertRegex(str(caught.exception), words)

    @classmethod
    def _create_location(cls, owner, **values):
        return cls.env["fsm.location"].create(
            {"name": f"Site of {owner.name}", "owner_id": owner.id, **values}
        )

    @classmethod
    def _create_worker(cls, name="Wanda Worker", **values):
        return cls.env["fsm.person"].create({"name": name, **values})

    @classmethod
    def _create_service(cls, tracking="line", price=500.0, **values):
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
    def _create_order(cls, price=500.0, lines=1, **values):
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
    def _create_job(cls, **values):
        """Create a job without a sales order."""
        return cls.env["fsm.order"].create({"location_id": cls.location.id, **values})
