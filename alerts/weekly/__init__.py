"""The weekly digest's parts: the week, its figures, its sentences, its Slack message and its page."""
