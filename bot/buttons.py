"""People's presses while `repwatch run` lives: over Socket Mode where there is an app token, else reactions, polled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.logs import LOG
from bot.plans import alert_plan

if TYPE_CHECKING:
    from alerts.cards.press import Press
    from alerts.watching.plan import AlertPlan
    from bot.steps import Steps
    from storage.store import Store


@contextmanager
def listening(steps: Steps, clock: Clock, after: Callable[[], None]) -> Iterator[None]:
    """Listens in every workspace with an app token; `after` each press, so that the card changes at once."""
    from alerts.delivering.socket import Buttons

    def pressed(press: Press) -> None:
        hear_press(steps, press, clock())
        after()

    environment = steps.config.environment
    with ExitStack() as open_doors:
        for workspace, token in environment.slack_app_tokens.items():
            buttons = Buttons(token, workspace, pressed, clock, base_url=environment.slack_api_url)
            try:
                buttons.start()
            except Exception as error:
                # Cards are worth more than buttons: the rest goes on, and reactions still work.
                LOG.error("buttons of workspace %s do not work: %s", workspace or "(default)", error)
                continue
            open_doors.callback(buttons.stop)
        yield


def hear_press(steps: Steps, press: Press, now: datetime) -> None:
    """Acts on one press if it may count."""
    from alerts.people.actions import act
    from alerts.people.listening import hear

    plan = alert_plan(steps.config, steps.forecaster(now))
    hear(steps.store, steps.channels, press, lambda accepted: act(steps.store, plan, accepted))


def read_polled(steps: Steps, now: datetime) -> int:
    """What people say where cards have no buttons, by reactions and numbers; gives how much of it counted."""
    from alerts.people.actions import act
    from alerts.people.polling import read_labels, read_numbers, read_reactions

    doors = {name: door for name, door in steps.channels.items() if name in steps.config.without_buttons}
    if not doors:
        return 0
    plan = alert_plan(steps.config, steps.forecaster(now))

    def acting(press: Press) -> None:
        act(steps.store, plan, press)

    heard = read_reactions(steps.store, doors, acting, now) + read_numbers(steps.store, doors, acting, now)
    return heard + sum(read_labels(steps.store, doors, acting, key, now) for key in _lists_of(plan, steps.store, now))


def _lists_of(plan: AlertPlan, store: Store, now: datetime) -> list[str]:
    """The newest daily list of unsure texts: today's, or yesterday's until that is there."""
    from alerts.opening.daily import review_key

    channel, zone = plan.policy.review_channel, plan.teams[0].hours.zone
    days = [now.astimezone(zone).date() - timedelta(days=back) for back in (0, 1)]
    return [key for day in days if channel and store.outbox_row(key := review_key(channel, day)) is not None][:1]
