# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Scheduled work: each a function of an environment."""


def _sweep(env):
    env["paycollect.attempt"]._cron_send_due()
    env["paycollect.message"]._cron_deliver()


def _resolve(env):
    env["paycollect.attempt"]._cron_resolve_unknown()


def _fetch(env):
    env["payment.provider"]._cron_fetch_missed()


def _apply(env):
    env["paycollect.event"]._cron_apply_due()


def _native(env):
    env["payment.transaction"]._cron_post_process()


def _autopay(env):
    env["paycollect.autopay"]._cron_run()


def _schedule(env):
    env["paycollect.scheduled.payment"]._cron_run()


def _checks(env):
    env["paycollect.check.notice"]._cron_expire()


def _mail(env):
    now = env.cr.now()
    queued = env["mail.mail"].search(
        [
            ("state", "=", "outgoing"),
            "|",
            ("scheduled_date", "=", False),
            ("scheduled_date", "<=", now),
        ]
    )
    queued.send(auto_commit=True)


def _holds(env):
    env["paycollect.hold"]._cron_holds()


def _refunds(env):
    env["paycollect.refund"]._cron_process()


def _plans(env):
    env["paycollect.installment.plan"]._cron_run()


CRONS = {
    "autopay": _autopay,
    "scheduled": _schedule,
    "checks": _checks,
    "sweep": _sweep,
    "resolve": _resolve,
    "fetch": _fetch,
    "apply": _apply,
    "native": _native,
    "mail": _mail,
}
# Only drawn by the machine of holds, refunds and plans; run by all at the end.
MORE_CRONS = {"holds": _holds, "refunds": _refunds, "plans": _plans}
