# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A simulated year of a ten-person IT company, for `setup/bench year`.

The same customers buy the same jobs from plain Odoo and from ours, see bench_year.py.

=============  ======================================================================
behaviors.py   how customers pay: every number with its source
generator.py   customers and jobs drawn from it; both are pure Python, without Odoo
customers.py   what a customer does about an invoice, and what the bank says
bills.py       what is really owed, known without the database
company.py     the company on both sides; plain.py and ours.py (with checks.py): how it
               collects
world.py       one side's process: database, provider, time, emails
simulation.py  the days, and what must hold at the end of each week
measures.py    what is measured; report.py: as text
play.py        both sides at once; __main__.py: one of them
=============  ======================================================================
"""
