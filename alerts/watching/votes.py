"""The "helpful" votes of a review, forecast as if they were replies: where the most helpful stand first; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from alerts.forecast import Forecast
from alerts.growth.review_deadline import VotesRise
from alerts.growth.reviews import BY_HELPFULNESS
from alerts.growth.seen import seen
from alerts.growth.timeline import Timeline, spread_counter
from alerts.watching.plan import Forecasting
from storage.records import Kind, Thread

# A counter may say anything; beyond these nothing changes.
_MOST = 100_000
# Nobody has measured how votes grow: they are taken as replies on a platform nothing is known of.
_SOURCE = "helpful_votes"


@dataclass(frozen=True, slots=True, kw_only=True)
class VotesForecast:
    """What is expected of the votes from the crawl on that last read them."""

    votes: int
    read_at: datetime
    forecast: Forecast

    def rise(self) -> VotesRise | None:
        """Their growth deadline; None where they no longer grow."""
        said = self.forecast
        if not said.growing:
            return None
        # The mean of a few very large ones may lie far over the final size.
        more = max(1, round(min(said.expected_final - self.votes, said.expected_more)))
        return VotesRise(at=self.read_at + timedelta(seconds=said.deadline_seconds), votes=self.votes, more=more)


def votes_forecast(thread: Thread, forecaster: Forecasting) -> VotesForecast | None:
    """None where the page is not sorted by helpfulness, or no crawl has seen the votes rise since an earlier one."""
    root, points = thread.root, thread.votes
    if thread.source not in BY_HELPFULNESS or root is None or root.kind is not Kind.REVIEW:
        return None
    if not any(earlier.votes < later.votes for earlier, later in pairwise(points)):
        return None
    last = points[-1]
    created = seen(thread, last.observed_at).created_at
    counted = [(max(0.0, (p.observed_at - created).total_seconds()), min(p.votes, _MOST)) for p in points]
    timeline = Timeline(
        thread_id=thread.external_id, source=_SOURCE, created_at=created, events=spread_counter(counted)
    )
    return VotesForecast(
        votes=last.votes, read_at=last.observed_at, forecast=forecaster.forecast(timeline, counted[-1][0])
    )
