"""One call to Slack's Web API: every way it can fail becomes a SlackError; nothing is retried here.

slack_sdk's own retry after a reset is switched off (it can post twice), and 429 is not slept away in here.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from alerts.delivering.slack_errors import SlackError, Trouble, refused

DEFAULT_URL = "https://slack.com/api/"
# slack_sdk logs a failed request with its body; what failed is said by us, without texts.
_QUIET = logging.getLogger("repwatch.slack_sdk")
_QUIET.setLevel(logging.CRITICAL)
_CODE = re.compile(r"[a-z0-9_]{2,80}")
# Slack's usual wish, for an answer that forgets to say.
_USUAL_WAIT = 30.0


def web_client(token: str, base_url: str | None, timeout: float) -> WebClient:
    """A client that tries once; `timeout` in seconds."""
    url = base_url or DEFAULT_URL
    return WebClient(
        token=token,
        base_url=url if url.endswith("/") else url + "/",
        timeout=timeout,  # type: ignore[arg-type]  # urllib takes a float
        retry_handlers=[],
        logger=_QUIET,
    )


def call(method: Callable[..., SlackResponse], *, channel: str | None = None, **arguments: Any) -> Mapping[str, Any]:
    """Slack's answer to one method; raises SlackError. `channel` is also what a sentence about it names."""
    if channel is not None:
        arguments["channel"] = channel
    try:
        answer = method(**arguments)
        body = answer.data
    except SlackApiError as error:
        raise _refusal(error, channel) from None
    except (HTTPError, URLError) as error:
        raise _no_answer(error) from None
    except (OSError, HTTPException, json.JSONDecodeError, SlackClientError) as error:
        raise SlackError(Trouble.UNCLEAR, type(error).__name__) from None
    if not isinstance(body, dict):
        raise SlackError(Trouble.UNCLEAR, "an answer that is not JSON")
    return body | {"headers": dict(answer.headers)}


def put_bytes(url: str, content: bytes, timeout: float) -> None:
    """The middle step of an upload: the bytes to the address Slack gave; safe to repeat."""
    if not url.startswith(("https://", "http://")):
        raise SlackError(Trouble.MESSAGE, "upload_url", "Slack gave an address that is not the web's")
    request = Request(url, data=content, method="POST")  # noqa: S310  # checked above
    try:
        with urlopen(request, timeout=timeout) as answer:  # noqa: S310
            answer.read()
    except (HTTPError, URLError) as error:
        raise _no_answer(error) from None
    except (OSError, HTTPException) as error:
        raise SlackError(Trouble.UNCLEAR, type(error).__name__) from None


def _refusal(error: SlackApiError, channel: str | None) -> SlackError:
    answer = error.response
    status = answer.status_code
    if status == 429:
        headers = {str(name).lower(): value for name, value in dict(answer.headers).items()}
        return SlackError(Trouble.LATER, "ratelimited", retry_after=_seconds(headers.get("retry-after")))
    body = answer.data if isinstance(answer.data, dict) else {}
    code = body.get("error")
    # slack_sdk puts a whole non-JSON body into `error`: a proxy's page, a cut answer.
    if not isinstance(code, str) or status >= 500 or not _CODE.fullmatch(code):
        return SlackError(Trouble.UNCLEAR, f"HTTP {status}")
    return refused(code, channel, body.get("needed"))


def _no_answer(error: HTTPError | URLError) -> SlackError:
    if isinstance(error, HTTPError):
        return SlackError(Trouble.UNCLEAR, f"HTTP {error.code}")
    reason = error.reason
    # No connection came about, so nothing was sent: a refused port or a name that does not resolve.
    if isinstance(reason, ConnectionRefusedError) or type(reason).__name__ == "gaierror":
        return SlackError(Trouble.LATER, "unreachable", "Slack can't be reached: check the network, SLACK_API_URL")
    return SlackError(Trouble.UNCLEAR, type(reason).__name__ if isinstance(reason, Exception) else "no answer")


def _seconds(value: Any) -> float:
    if isinstance(value, list):
        value = value[0] if value else None
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError):
        return _USUAL_WAIT
