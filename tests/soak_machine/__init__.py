# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A soak of the real code: hypothesis draws what happens, a real database and the
stand-in for Stripe take part, and after every step it is checked that no payment was
lost or doubled.

How it works
------------
One process has everything: Odoo's registry on a database of its own, with real
commits, and the stand-in in a thread. A *schedule* is 15 steps from machine.py: an
invoice is made, a worker works (with a fault of the provider, killed at some point, or
stopped while somebody else does something), webhooks arrive, people act, time passes.
Then everything works again for some days, and nothing may be left undone.

=============  ======================================================================
machine.py     the steps, as rules of a hypothesis state machine
dice.py        from what is drawn, and how often
schedule.py    one schedule: what can be done, and the quiet days at its end
people.py      what staff and customers do
workers.py     who does something, and what becomes of it
interrupts.py  where a worker can be killed or stopped
facts.py       what is committed
invariants.py  what must hold
provider.py    the stand-in: its faults, webhooks and books
world.py       what outlives a schedule; place.py the database, clock.py the time
mutations.py   ways to break the protocol, to see that the machine notices
run.py         seeds, replays and hypothesis' settings
=============  ======================================================================

How a failing schedule is replayed
----------------------------------
A run prints its seed first; the same seed draws the same schedules. A failing run
prints the breach, the story of the schedule, its steps as calls, and `--replay …`,
which plays that schedule alone, always in the same way.
"""

import odoo.init  # noqa: F401  (makes `from odoo import …` work)
