# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from random import Random

from odoo.tests import BaseCase

from ...rules.blocks import HOURS, MATERIAL, MONEY, SERVICE, TIME, Balance, Work, cover


class TestBlockRules(BaseCase):
    def test_no_draw_exceeds_what_is_left_what_is_owed_or_the_room(self):
        random = Random(13)
        for _round in range(300):
            works = [
                Work(
                    random.choice((TIME, SERVICE, MATERIAL)),
                    random.randint(0, 50000),
                    random.randint(1, 900),
                )
                for _number in range(random.randint(1, 4))
            ]
            balances = [
                Balance(
                    random.choice((HOURS, MONEY)),
                    random.randint(0, 90000),
                    random.randint(0, 1000),
                    random.random() < 0.5,
                )
                for _number in range(random.randint(1, 3))
            ]
            total = sum(work.units for work in works)
            room = random.choice((total, total // 2, 0))
            draws = cover(works, balances, room)
            self.assertLessEqual(sum(draw.covered for draw in draws), room)
            for place, balance in enumerate(balances):
                own = [draw for draw in draws if draw.block == place]
                self.assertLessEqual(sum(d.units for d in own), balance.units)
                if balance.kind == HOURS:
                    self.assertLessEqual(sum(d.hours for d in own), balance.hours)
            for place, work in enumerate(works):
                own = [draw for draw in draws if draw.work == place]
                self.assertLessEqual(sum(draw.covered for draw in own), work.units)

    def test_hours_that_are_all_taken_take_all_of_the_value(self):
        for hours in (1, 7, 333, 999):
            balance, left = Balance(HOURS, 10001, 1000), 10001
            [draw] = cover([Work(TIME, 5000, hours)], [balance])
            left -= draw.units
            [last] = cover(
                [Work(TIME, 99999, 5000)], [Balance(HOURS, left, 1000 - hours)]
            )
            self.assertEqual(draw.units + last.units, 10001)
            self.assertEqual(last.hours, 1000 - hours)
