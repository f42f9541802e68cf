# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A soak test of the real code: hypothesis draws what happens on a real database with
the Stripe stand-in, and every step is followed by a check that no payment was lost
or duplicated.

How it works
------------
Everything runs in one process: Odoo's registry on its own database, with real commits,
and the stand-in in a thread. A *schedule* is 15 steps from machine.py: an invoice is
created, a worker works (with a provider fault, killed at some point, or paused while
another one acts), webhooks arrive, people act, accounting makes corrections, the
database is copied or restored, time passes. Then everything works again for some days,
and nothing may be left undone.

=============  ======================================================================
machine.py     the steps, as rules of a hypothesis state machine
dice.py        what is drawn from, and how often
schedule.py    one schedule: its actions and checks
corrections.py accounting's actions in it; house.py: moves of its database
rest.py        the quiet days at its end
notes.py       what is known about it without the database
people.py      actions of staff and customers; accounting.py: of accounting
windows.py     what customers do on our pages, in any number of windows
site.py        our routes, called without a server; pages.py: what they show
crons.py       scheduled work
workers.py     who acts, and the outcome
interrupts.py  where a worker can be killed or paused
facts.py       committed data
invariants.py  what must hold after each step and at the end
gate.py        what must hold when a charge is sent
provider.py    the stand-in: its faults, webhooks and books
world.py       what outlives a schedule; place.py: the database, backup.py: its
               backup, clock.py: the time, mails.py: emails to customers
mutations.py   ways to break the protocol, which the machine must notice
run.py         seeds, replays and hypothesis' settings
=============  ======================================================================

Replaying a failing schedule
----------------------------
A run prints its seed first; the same seed draws the same schedules. A failing run
prints the breach, the story of the schedule, its steps as calls, and `--replay …`,
which plays only that schedule, always the same way.
"""

import odoo.init  # noqa: F401  (makes `from odoo import …` work)
