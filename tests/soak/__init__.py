# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A property test of the protocol's rules (`paycollect_fsm/rules/`).

One invoice is charged, by workers that sleep or get killed, at a provider that loses
requests and responses, while credit arrives, installments become due and charges are
held back; every decision is made by the rules. The real code, with locks, checkouts,
books and people, is exercised by soak_machine. A schedule is one seed; a failure is
replayed by `setup/soak --seed N`.
"""
