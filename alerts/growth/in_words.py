"""The codes of a forecast as words of a terminal or a picture; cards have their own sentences in the catalogue."""

FORECAST_WORDS = {
    "grows": "it grows",
    "quiet": "quiet, unlikely to grow",
    "faster_than_humans": "it grows faster than anyone can answer",
    "finished": "its growth is over",
    "no_curve": "this source has no replies, so nothing to forecast",
}

BASIS_WORDS = {
    "own_history": "this source's own finished threads",
    "platform_prior": "what is usual on similar sites",
    "global_prior": "what is usual on all kinds of sites",
}
