# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A property test of the protocol's rules (`paycollect_fsm/rules/`).

One invoice is charged, by workers that sleep or are killed, at a provider that loses
requests and answers, while credit arrives, parts become due and somebody holds charges
back; all that is decided, the rules decide. The real code, with locks, checkouts, books
and people, is played by soak_machine. A schedule is one seed; what went wrong is
replayed by `setup/soak --seed N`.
"""
