"""`repwatch demo`: the real program on played sites, a played Slack and a faster clock."""
