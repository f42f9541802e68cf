# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a page shows, as plain values that outlive its request; amounts are cents."""

LISTS = {"methods_sudo": "methods", "chosen_methods": "methods"}


def read(answer):
    """Return the values of a page, or a JSON answer as it is.

    :param answer: of a route
    """
    if isinstance(answer, dict):
        return answer
    shown = getattr(answer, "qcontext", None) or {}
    page = {
        name: shown[name]
        for name in ("transaction_route", "mark", "chosen", "problems")
        if name in shown
    }
    page |= {key: shown[name].ids for name, key in LISTS.items() if name in shown}
    if shown.get("transaction_route"):
        page |= _read_form(shown)
    if shown.get("block"):
        page["block"] = _read_block(shown["block"])
    if "chosen_items" in shown:
        page["items"] = [item.line.id for item in shown["chosen_items"]]
        page["mark"] = shown["chosen_mark"]
    return page


def _read_form(shown):
    providers, methods = shown["providers_sudo"], shown["payment_methods_sudo"]
    block = shown.get("block")
    return {
        "mark": shown["access_token"],
        "provider": providers.filtered(lambda p: p.code == "stripe")[:1].id,
        "method": methods.filtered(lambda method: method.code == "card")[:1].id,
        "tokens": tuple(shown["tokens_sudo"].ids),
        "shown": tuple(_read_share(share) for share in block.plan.shares)
        if block
        else (),
    }


def _read_share(share):
    amounts = (share.amount, share.credit, share.discount)
    return (share.item.line.id, *(round(amount * 100) for amount in amounts))


def _read_block(block):
    return {
        "key": block.key,
        "items": [
            {"line": item.line.id, "cents": round(item.to_pay * 100)}
            for item in block.items
            if item.payable and not item.is_credit
        ],
    }
