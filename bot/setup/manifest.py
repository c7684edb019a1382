"""The Slack app to paste at api.slack.com/apps → Create New App → From a manifest: exactly the scopes we use."""

from __future__ import annotations

import json


def manifest() -> str:
    """As JSON; buttons come over Socket Mode, so no public address is needed."""
    from alerts.slack import SCOPES

    return json.dumps(
        {
            "display_information": {"name": "repwatch", "description": "Bad word of mouth, with a time to answer by"},
            "features": {"bot_user": {"display_name": "repwatch", "always_online": True}},
            "oauth_config": {"scopes": {"bot": list(SCOPES)}},
            "settings": {
                "interactivity": {"is_enabled": True},
                "org_deploy_enabled": False,
                "socket_mode_enabled": True,
                "token_rotation_enabled": False,
            },
        },
        indent=2,
    )
