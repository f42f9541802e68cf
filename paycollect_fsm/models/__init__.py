# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

# policies and readiness

# links, methods, consents

# completion, charge, receipt
