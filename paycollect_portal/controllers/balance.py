# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode

from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.tools import float_round

from odoo.addons.paycollect_fsm.controllers.pay_payment import PaycollectPayPayment

from ..rules.amounts import parse_amount
from ..rules.payment import Choice
from .customer import get_token_labels, may_act

MAX_AMOUNT = 1e9
MAX_ITEMS = 1000
MAX_ROWS = 25  # that are shown before the customer asks for all of them
READ_AGAIN = (
    "account.move",
    "account.move.line",
    "payment.transaction",
    "paycollect.attempt",
)


class PaycollectBalancePages(PaycollectPayPayment):
    """Everything that a customer owes, and one payment for it.

    The same page behind a link and in the portal; there, the link is an ``OwnLink``.
    """

    def _get_balance_values(self, link, args, now, routes):
        """Return the page's values.

        :param args: the URL's parameters, as a werkzeug MultiDict
        :param routes: ``page``, ``transaction`` and ``landing``
        """
        choice, problem = self._read_choice(args)
        partner, company = link.partner_id, link.company_id
        today = company._get_today(now)
        blocks = partner._get_payment_blocks(company, today, choice)
        current = self._find_block(blocks, choice)
        values = {
            "page_route": routes["page"],
            "blocks": blocks,
            "block": current,
            "choice": choice,
            "amount_problem": problem or self._get_plan_problem(current, choice),
            "max_rows": self._get_max_rows(blocks, choice, args),
            "today": today,
            "may_pay": bool(link._origin) or may_act(),
        }
        if values["may_pay"] and current and current.plan.amount:
            query = self._write_choice(choice, current)
            values |= self._get_balance_form_values(link, current, now)
            values |= {
                "transaction_route": f"{routes['transaction']}?{query}",
                "landing_route": routes["landing"],
            }
        return values

    def _get_max_rows(self, blocks, choice, args):
        """Return how many rows of a list are shown, or None for all of them."""
        few = sum(len(block.items) for block in blocks) <= MAX_ROWS
        return None if few or choice.lines or args.get("all") else MAX_ROWS

    def _find_block(self, blocks, choice):
        """Return the block that is paid: the chosen one, else the first with a payment
        due."""
        named = [block for block in blocks if block.key == choice.block]
        due = [block for block in blocks if block.plan.amount]
        return next(iter([*named, *due, *blocks]), None)

    def _read_choice(self, args):
        """Return the customer's :class:`Choice` and what is wrong with the amount."""
        lines = frozenset(
            int(value)
            for value in args.getlist("item")[:MAX_ITEMS]
            if value.isdecimal() and len(value) < 10
        )
        amount, problem = self._read_amount((args.get("amount") or "").strip())
        if "exact" in args:  # not typed, but written below
            amount, problem = parse_amount(args["exact"], separator=""), ""
        block = (args.get("block") or "")[:32]
        return Choice(block, lines or None, amount), problem

    def _read_amount(self, text):
        """Return the amount that was typed, or None, and what is wrong with it."""
        if not text:
            return None, ""
        lang = request.env["res.lang"]._get_data(code=request.env.lang or "en_US")
        amount = parse_amount(text[:32], lang.decimal_point or ".", lang.thousands_sep)
        if amount is None or abs(amount) >= MAX_AMOUNT:
            return None, request.env._(
                "“%(amount)s” isn't an amount. Please enter a number like 50.00.",
                amount=text[:32],
            )
        return amount, ""

    def _write_choice(self, choice, block):
        """Return the choice as URL parameters."""
        query = [("block", block.key)]
        if choice.block in ("", block.key):
            query += [("item", line) for line in sorted(choice.lines or ())]
            if choice.amount is not None:
                query.append(("exact", choice.amount))
        return urlencode(query)

    def _get_plan_problem(self, block, choice):
        """Return what is wrong with the customer's own amount, or an empty string."""
        if not block or choice.amount is None:
            return ""
        most = block.currency._format_amount(block.plan.most)
        if block.plan.problem == "too_little":
            return request.env._("Please enter an amount above zero.")
        if block.plan.problem == "too_much":
            return request.env._(
                "You can pay at most %(amount)s: that's all that can be paid here now.",
                amount=most,
            )
        return ""

    def _get_balance_form_values(self, link, block, now):
        providers = self._get_balance_providers(link, block)
        tokens = self._get_balance_tokens(link, block, now)
        return {
            "mode": "payment",
            "partner_id": link.partner_id.id,
            "amount": block.plan.amount,
            "currency": block.currency,
            "providers_sudo": providers,
            "payment_methods_sudo": self._get_balance_methods(link, block, providers),
            "tokens_sudo": tokens,
            "collection_token_labels": get_token_labels(
                tokens, block.currency, block.plan.amount
            ),
            "show_tokenize_input_mapping": dict.fromkeys(providers.ids, False),
            "access_token": link.partner_id._get_payment_mark(link.company_id, block),
        }

    def _get_balance_tokens(self, link, block, now):
        """Return the methods on file that may pay this (sudo).

        Only for who is logged in: whoever holds a link needs a method of their own.
        """
        tokens = request.env["payment.token"]
        if link._origin:
            return tokens
        return tokens._get_methods_to_pay(
            link.partner_id, link.company_id, block.currency, block.plan.amount, now
        )

    def _get_balance_providers(self, link, block):
        providers = request.env["payment.provider"].sudo()
        return providers._get_compatible_providers(
            link.company_id.id,
            link.partner_id.id,
            block.plan.amount,
            currency_id=block.currency.id,
        )

    def _get_balance_methods(self, link, block, providers):
        methods = request.env["payment.method"].sudo()
        return methods._get_compatible_payment_methods(
            providers.ids, link.partner_id.id, currency_id=block.currency.id
        )

    def _start_balance_payment(self, link, args, kwargs, now, landing_route):
        """Create the payment of what the page showed and return its processing values.

        The browser may choose only the provider, payment method and flow. What is paid
        is computed anew and has to be what the customer read.

        :return: as for Odoo's payment form; a problem is a failed state
        """
        choices = self._take_choices(kwargs)
        choice, _problem = self._read_choice(args)
        try:
            block = self._lock_block(link, choice, now)
            choices |= self._take_token(link, block, choices, kwargs, now)
            if problem := self._find_block_problem(link, block, choices, kwargs):
                return self._get_payment_failure(problem)
            transaction = self._create_block_payment(
                link, block, choices, landing_route
            )
        except ValidationError as error:
            return {"state": "error", "state_message": str(error)}
        return transaction._get_processing_values()

    def _lock_block(self, link, choice, now):
        """Lock the invoices of the chosen block and close payments started earlier.

        :return: the block, computed anew
        :raise ValidationError: if an earlier payment may still be finished
        """
        moves = self._get_block_moves(self._get_block(link, choice, now))
        moves._close_earlier_payments(now)
        for name in READ_AGAIN:  # closing one committed
            request.env[name].invalidate_model()
        return self._get_block(link, choice, now)

    def _get_block(self, link, choice, now):
        company = link.company_id
        today = company._get_today(now)
        blocks = link.partner_id._get_payment_blocks(company, today, choice)
        return self._find_block(blocks, choice)

    def _get_block_moves(self, block):
        moves = request.env["account.move"].sudo()
        shares = block.plan.shares if block else ()
        return moves.browse({share.item.move.id: None for share in shares})

    def _take_token(self, link, block, choices, kwargs, now):
        """Return the values of the offered method on file that was chosen, if any."""
        if not block or choices["flow"] != "token":
            return {"token_id": None}
        tokens = self._get_balance_tokens(link, block, now)
        token = tokens.filtered(lambda t: t.id == kwargs.get("token_id"))
        return {
            "token_id": token.id,
            "provider_id": token.provider_id.id,
            "payment_method_id": token.payment_method_id.id,
        }

    def _find_block_problem(self, link, block, choices, kwargs):
        if not block or not block.balance.open:
            return "paid"
        mark = link.partner_id._get_payment_mark(link.company_id, block)
        if kwargs.get("access_token") != mark:
            return "changed"
        if choices["token_id"]:
            return ""
        providers = self._get_balance_providers(link, block)
        methods = self._get_balance_methods(link, block, providers)
        chosen = methods.filtered(lambda m: m.id == choices["payment_method_id"])
        offered = (
            choices["provider_id"] in providers.ids
            and choices["provider_id"] in chosen.provider_ids.ids
            and choices["flow"] in ("redirect", "direct")
        )
        return "" if offered else "choice"

    def _create_block_payment(self, link, block, choices, landing_route):
        partner, company = link.partner_id, link.company_id
        moves = self._get_block_moves(block)
        name = moves[:1].name
        return self._create_transaction(
            **choices,
            amount=float_round(
                block.plan.amount, precision_rounding=block.currency.rounding
            ),
            currency_id=block.currency.id,
            partner_id=partner.id,
            tokenization_requested=False,
            landing_route=landing_route,
            reference_prefix=name if len(moves) == 1 else f"{name}+{len(moves) - 1}",
            custom_create_values={
                **partner._prepare_block_payment_vals(company, block),
                "collection_link_id": link._origin.id,
            },
        )
