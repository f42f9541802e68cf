# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A simulated world that drives the addon's real decisions.

Everything around them is simulated and faulty: the provider, the network, commits and
crashes, workers side by side, webhooks in any order, a clock that jumps. A schedule is
one seed; what went wrong is replayed by `setup/soak --seed N`.
"""
