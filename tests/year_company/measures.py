# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is measured at the end: from what was really paid, not from our own figures."""

from collections import Counter
from datetime import timedelta

MONTH = 28  # days
WINDOW = 90  # days of work that DSO looks at
BAD_AFTER = 90  # days after the due date
FIRST = """
SELECT count(*) AS sent, count(*) FILTER (WHERE state IN ('paid', 'settling')) AS paid
  FROM (SELECT DISTINCT ON (move_id) move_id, state FROM paycollect_attempt
         WHERE sent_at IS NOT NULL ORDER BY move_id, sent_at, id) first
"""
EXCEPTIONS = """
SELECT COALESCE(collection_code, 'other') AS code, count(*) AS number
  FROM mail_activity WHERE collection_company_id IS NOT NULL GROUP BY 1 ORDER BY 1
"""
DISCREPANCIES = """
SELECT count(*) AS number FROM paycollect_discrepancy WHERE state = 'open'
"""


def measure(simulation, seconds):
    """Return the measures of a side as a dict for JSON; amounts are dollars."""
    bills, customers = list(simulation.bills), simulation.customers
    work, end = simulation.bills.get_work(), simulation.world.today
    paid = simulation.bills.get_paid()
    return {
        "seconds": round(seconds),
        "jobs": len(work),
        "work": sum(cents for _day, cents in work.values()) / 100,
        "collected": sum(paid.values()) / 100,
        "dso": _get_dso(work, paid, simulation.options.first, end),
        "within": {days: _get_within(days, work, bills, end) for days in (7, 30)},
        "asked": customers.asked,
        "receipts": customers.receipts,
        "steps": dict(simulation.company.steps),
        "late": _get_late(bills),
        "recovered": _get_recovered(bills),
        "bad": sum(bill.open for bill in bills if _is_bad(bill, end)) / 100,
        "fees": _get_fees(simulation.world.provider.account),
        **_read_database(simulation.world.place),
    }


def _get_dso(work, paid, first, end):
    """Return {days since the start: DSO} at the end of each month.

    What was done and is not paid, billed or not, per day's work of the last 90 days.
    """
    found = {}
    for days in range(MONTH, (end - first).days + 2, MONTH):
        day = first + timedelta(days=days - 1)
        window = min(days, WINDOW)
        since = day - timedelta(days=window)
        done = sum(cents for on, cents in work.values() if on <= day)
        recent = sum(cents for on, cents in work.values() if since < on <= day)
        cash = sum(cents for on, cents in paid.items() if on <= day)
        found[days] = round((done - cash) / recent * window, 1) if recent else 0
    return found


def _get_within(days, work, bills, end):
    """Return the share of the work that was paid so many days after it was done."""
    by_job = {bill.job.number: bill for bill in bills}
    total = got = 0
    for number, (done, cents) in work.items():
        until = done + timedelta(days=days)
        if until > end:
            continue
        total += cents
        if bill := by_job.get(number):
            got += sum(part for day, part in bill.payments if day <= until)
    return round(got / total, 4) if total else None


def _get_late(bills):
    """Return dollars that were paid, by how often their customer was reminded."""
    found = Counter()
    for bill in bills:
        if bill.open <= 0 and not bill.decline:
            found[min(bill.asked, 3)] += bill.cents / 100
    return dict(sorted(found.items()))


def _get_recovered(bills):
    """Return dollars of declined charges, by what paid them in the end."""
    found = Counter()
    for bill in bills:
        if bill.decline:
            found[bill.paid_by if bill.open <= 0 else "still open"] += bill.cents / 100
    return dict(found)


def _is_bad(bill, end):
    return bill.open > 0 and bill.due + timedelta(days=BAD_AFTER) < end


def _get_fees(account):
    return sum(entry["fee"] for entry in account.all("balance_transaction")) / 100


def _read_database(place):
    with place.sql() as cr:
        cr.execute(FIRST)
        [first] = cr.dictfetchall()
        cr.execute(EXCEPTIONS)
        exceptions = {row["code"]: row["number"] for row in cr.dictfetchall()}
        cr.execute(DISCREPANCIES)
        [discrepancies] = cr.dictfetchall()
    return {
        "first": first,
        "exceptions": exceptions,
        "discrepancies": discrepancies["number"],
    }
