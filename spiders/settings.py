"""Scrapy's settings, polite by default; `scrapy list` and `scrapy crawl` find them through scrapy.cfg."""

from __future__ import annotations

from scrapy.settings import Settings, default_settings

from spiders.plan import CrawlPlan


def _agent(contact: str | None = None) -> str:
    return f"repwatch/0.1 (review monitoring{f'; +{contact}' if contact else ''})"


BOT_NAME = "repwatch"
SPIDER_MODULES = ["spiders.sources"]
NEWSPIDER_MODULE = "spiders.sources"
USER_AGENT = _agent()
# One request at a time to a host, slower when the host is slow.
CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 30.0
# A spider of an API says in its requests that robots.txt is not for it.
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "repwatch"
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
# 429 and 503 are waited for as long as the site says (spiders/patience.py).
RETRY_HTTP_CODES = [500, 502, 504, 408, 522, 524]
RETRY_TIMES = 2
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 12_000_000
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}
HTTPPROXY_ENABLED = False
TWISTED_DNS_RESOLVER = "spiders.resolver.GuardedResolver"
DNS_TIMEOUT = 15
DEPTH_LIMIT = 0
TELNETCONSOLE_ENABLED = False
# Scrapy 2.19 opens a control server beside every crawl: nobody needs that door.
REMOTE_CONTROL_ENABLED = False
# Left out, not only switched off: Scrapy loads all that are named, these with a web framework and a second HTTP
# client, a tenth of a crawl's start.
EXTENSIONS_BASE = {
    name: order
    for name, order in default_settings.EXTENSIONS_BASE.items()
    if name.rpartition(".")[2] not in ("TelnetConsole", "RemoteControl")
}
DOWNLOADER_MIDDLEWARES_BASE = {
    name: order
    for name, order in default_settings.DOWNLOADER_MIDDLEWARES_BASE.items()
    if name.rpartition(".")[2] not in ("CookiesMiddleware", "HttpProxyMiddleware", "RobotsTxtMiddleware")
}
URLLENGTH_LIMIT = 8_000
LOG_LEVEL = "WARNING"
# Reads the source of each callback anew to warn programmers; ours is one generator, and a tenth of a crawl's time.
WARN_ON_GENERATOR_RETURN_VALUE = False
FEED_EXPORT_ENCODING = "utf-8"
DOWNLOADER_MIDDLEWARES = {
    "spiders.robots.RobotsMiddleware": 100,
    "spiders.budget.BudgetMiddleware": 840,
    "spiders.patience.PatienceMiddleware": 560,
    # Nearest to the wire, so that redirects and whatever else made a request pass it too.
    "spiders.safety.SafetyMiddleware": 990,
}
ITEM_PIPELINES = {"spiders.pipelines.LinePipeline": 500}


def project_settings() -> Settings:
    """These, for crawls that are started from here and not by `scrapy crawl`; the log stays ours."""
    own = Settings()
    own.setmodule(__name__, priority="project")
    own.set("LOG_INSTALL_ROOT_HANDLER", False, priority="project")
    return own


def settings_for(plan: CrawlPlan, tier: str, least_pause: float = 0.0) -> dict[str, object]:
    """What one plan changes: who we are, how slowly, how much. `least_pause`: seconds the source asks for itself."""
    wanted = plan.settings
    usual = wanted.page_delay if tier == "page" else wanted.api_delay
    pause = 0.0 if wanted.allow_loopback else max(usual, least_pause)
    return {
        "USER_AGENT": _agent(wanted.contact),
        "DOWNLOAD_DELAY": pause,
        "AUTOTHROTTLE_ENABLED": not wanted.allow_loopback,
        "AUTOTHROTTLE_START_DELAY": pause,
        "AUTOTHROTTLE_MAX_DELAY": max(AUTOTHROTTLE_MAX_DELAY, pause),
        "DOWNLOAD_MAXSIZE": wanted.body_limit,
        "CLOSESPIDER_TIMEOUT": wanted.time_limit,
        # A server that never answers is not waited for past the crawl's own time.
        "DOWNLOAD_TIMEOUT": min(DOWNLOAD_TIMEOUT, max(wanted.time_limit / 2, 1.0)),
        "CLOSESPIDER_ITEMCOUNT": wanted.mention_cap,
    }
