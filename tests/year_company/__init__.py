# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A simulated year of a ten-person IT company: its customers, its jobs, its luck.

No command runs it yet. behaviors.py is the table of assumptions, generator.py draws
customers and jobs from it. Both are pure Python and know nothing of Odoo: the same seed
makes the same world for each way of collecting, which are compared on equal luck.
"""
