"""People's presses while `repwatch run` lives: over Socket Mode where there is an app token, else reactions, polled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.logs import LOG
from bot.plans import alert_plan

if TYPE_CHECKING:
    from alerts.cards.press import Press
    from bot.steps import Steps


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
    """Reactions on live cards of workspaces without an app token; gives how many counted."""
    from alerts.people.actions import act
    from alerts.people.listening import read_reactions

    doors = {
        name: door for name, door in steps.channels.items() if name not in steps.config.environment.slack_app_tokens
    }
    if not doors:
        return 0
    plan = alert_plan(steps.config, steps.forecaster(now))
    return read_reactions(steps.store, doors, lambda accepted: act(steps.store, plan, accepted), now)
