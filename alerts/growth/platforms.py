"""Which shipped prior speaks for a source nobody has history of yet."""

GLOBAL = "global"

# The names the priors were fitted under, and what they are.
PLATFORMS: dict[str, str] = {
    "discourse": "support forums",
    "github_issue": "GitHub issues",
    "reddit": "Reddit",
    "twitter_replies": "Twitter replies",
    "twitter_support": "Twitter support dialogues",
    "twitter": "Twitter retweets",
    "weibo": "Weibo",
}

# Sources whose threads move like those of a platform we have figures of (deadline.md section 4).
_LIKE = {
    "hackernews": "reddit",
    "lemmy": "reddit",
    "youtube": "reddit",
    "mastodon": "twitter_replies",
    "bluesky": "twitter_replies",
    "forum": "discourse",
    "stackexchange": "discourse",
    "wordpress": "discourse",
    "github": "github_issue",
}

# Whatever is read from these has at most the owner's answer under it: there is no growth to forecast
# (review_deadline.py). A review is known by its kind, so that a new source of reviews need not be named here.
_WITHOUT_REPLIES = frozenset(
    {
        "appstore",
        "app_store",
        "ceneo",
        "emag",
        "google_places",
        "google_play",
        "googleplay",
        "googleplay_console",
        "opineo",
        "schemaorg",
        "steam",
        "trustpilot",
        "wildberries",
        "woocommerce",
        "yelp",
    }
)


def platform_of(source: str, *, is_review: bool = False) -> str | None:
    """The prior's name for a source; "global" where we know nothing like it, None where threads have no replies."""
    name = source.strip().lower()
    if is_review or name in _WITHOUT_REPLIES:
        return None
    if name in PLATFORMS:
        return name
    return _LIKE.get(name, GLOBAL)
