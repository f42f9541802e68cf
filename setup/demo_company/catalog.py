# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Brightline sells."""

from odoo import Command

# key: name, hours, instructions
TEMPLATES = {
    "support": (
        "On-site support",
        2,
        "Sign in at the front desk. Note the changes made to each machine.",
    ),
    "laptop": (
        "Laptop setup",
        1.5,
        "Encrypt the disk, join the domain, install the standard applications, "
        "and have the user log in once before you leave.",
    ),
    "network": (
        "Network installation",
        4,
        "Label both ends of every cable. Measure the Wi-Fi in each room and "
        "leave the floor plan with the customer.",
    ),
    "check": (
        "Monthly check",
        1,
        "Backups, updates, disk health, UPS battery. Report what needs replacing.",
    ),
}

# key: name, price, kind of job ("" = none), tracking
PRODUCTS = {
    "hour": ("On-site support, per hour", 120, "support", "sale"),
    "laptop": ("Laptop setup", 180, "laptop", "line"),
    "network": ("Network installation", 450, "network", "line"),
    "check": ("Monthly IT check", 150, "check", "line"),
    "callout": ("Service call fee", 75, "", "no"),
    "cable": ("Cat 6 patch cable, 10 ft", 12, "", "no"),
    "ssd": ("1 TB SSD", 110, "", "no"),
    "dock": ("USB-C docking station", 165, "", "no"),
    "wifi": ("Wi-Fi 6 access point", 149, "", "no"),
    "ups": ("UPS battery", 89, "", "no"),
}
MATERIAL = ("cable", "ssd", "dock", "wifi", "ups")
BY_THE_HOUR = ("hour",)


def make_catalog(env):
    """Create and return the products: {key: product.product}."""
    tax = _make_tax(env)
    templates = {key: _make_template(env, *values) for key, values in TEMPLATES.items()}
    env["product.product"].search([]).action_archive()
    return {
        key: env["product.product"].create(
            {
                "name": name,
                "type": "consu" if key in MATERIAL else "service",
                "uom_id": env.ref(
                    f"uom.product_uom_{'hour' if key in BY_THE_HOUR else 'unit'}"
                ).id,
                "list_price": price,
                "standard_price": price * 0.6 if key in MATERIAL else 0,
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(tax.ids)],
                "supplier_taxes_id": [Command.clear()],
                "field_service_tracking": tracking,
                "fsm_order_template_id": kind and templates[kind].id,
            }
        )
        for key, (name, price, kind, tracking) in PRODUCTS.items()
    }


def _make_tax(env):
    """Turn the chart's sample tax into Austin's sales tax, with its fiscal position."""
    tax = env.company.account_sale_tax_id
    tax.write(
        {
            "name": "Sales Tax 8.25%",
            "invoice_label": "Sales Tax 8.25%",
            "description": "Texas 6.25 %, Austin 2 %",
            "amount": 8.25,
        }
    )
    tax.tax_group_id.name = "Sales Tax"
    return tax


def _make_template(env, name, hours, instructions):
    order_type = env["fsm.order.type"].create({"name": name})
    return env["fsm.template"].create(
        {
            "name": name,
            "duration": hours,
            "instructions": instructions,
            "type_id": order_type.id,
        }
    )
