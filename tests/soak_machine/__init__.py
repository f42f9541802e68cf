# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A soak test of the real code: hypothesis draws what happens on a real database with
the Stripe stand-in, and every step is followed by a check that no payment was lost
or duplicated.

How it works
------------
One process has everything: Odoo's registry on a database of its own, with real
commits, and the stand-in in a thread. A *schedule* is 15 steps from machine.py: an
invoice is made, a worker works (with a fault of the provider, killed at some point, or
stopped while somebody else does something), webhooks arrive, people act, accounting
corrects, the database is copied or restored, time passes. Then everything works again
for some days, and nothing may be left undone.

=============  ======================================================================
machine.py     the steps, as rules of a hypothesis state machine
dice.py        from what is drawn, and how often
schedule.py    one schedule: what can be done, and whether all is well
corrections.py what accounting does in it; house.py what becomes of its database
rest.py        the quiet days at its end
notes.py       what is known of it without asking the database
people.py      what staff and customers do; accounting.py the same for accounting
crons.py       what runs by itself
workers.py     who does something, and what becomes of it
interrupts.py  where a worker can be killed or stopped
facts.py       what is committed
invariants.py  what must hold after each step and at the end
gate.py        what must hold when a charge leaves
provider.py    the stand-in: its faults, webhooks and books
world.py       what outlives a schedule; place.py the database, backup.py its backup,
               clock.py the time, mails.py what left for customers
mutations.py   ways to break the protocol, to see that the machine notices
run.py         seeds, replays and hypothesis' settings
=============  ======================================================================

Replaying a failing schedule
----------------------------
A run prints its seed first; the same seed draws the same schedules. A failing run
prints the breach, the story of the schedule, its steps as calls, and `--replay …`,
which plays only that schedule, always the same way.
"""

import odoo.init  # noqa: F401  (makes `from odoo import …` work)
