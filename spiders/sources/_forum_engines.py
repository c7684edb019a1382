"""What forum engines call things: where a page of HTML keeps its posts, their authors, times and texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """XPaths of one engine, relative to a post where not begun with //; " | " parts them in order of trust."""

    name: str
    # What only pages of this engine have.
    sign: str
    posts: str
    # Attribute of a post that ends in its number.
    post_id: str
    author: str
    author_id: str
    author_number: str
    # A machine's time (ISO or Unix), and the words a reader sees where there is none.
    time: str
    time_words: str
    body: str
    edit: str
    number: str
    title: str
    thread_link: str
    thread_number: str
    # Page addresses: group 1 is the page, or the number of posts before it.
    page_number: str
    # Classes inside a body that are others' words or buttons.
    cut: tuple[str, ...] = ()
    deleted: str = "false()"
    group: str = "false()"
    quoted: str = "false()"
    # Rows of a list of threads: link, and time of the last post.
    rows: str = "false()"
    row_link: str = "false()"
    row_time: str = "false()"
    likes: str = "false()"
    # Pages after the first carry no thread opener; this class of link leads to the last page.
    last: str = "false()"


XENFORO = Engine(
    name="xenforo",
    sign="//html[@id='XF' or @id='XenForo'] | //article[@data-content and contains(@class,'message')]",
    posts="//article[@data-content[starts-with(.,'post-')]] | //li[starts-with(@id,'post-') and @data-author]",
    post_id="@data-content | @id",
    author="@data-author",
    author_id=".//*[contains(@class,'message-user') or contains(@class,'message-name')]//@data-user-id"
    " | .//*[contains(@class,'messageUserInfo')]//a[contains(@class,'username')]/@href",
    author_number=r"^(\d+)$|\.(\d+)/?$",
    time=".//*[contains(@class,'message-attribution')]//time/@datetime"
    " | .//*[contains(@class,'messageMeta')]//abbr[contains(@class,'DateTime')]/@data-time",
    time_words=".//*[contains(@class,'messageMeta')]//*[contains(@class,'DateTime')]/@title",
    body=".//*[contains(@class,'message-body')]//*[contains(@class,'bbWrapper')]"
    " | .//*[contains(@class,'messageText')]",
    edit=".//*[contains(@class,'message-lastEdit')]//time/@datetime"
    " | .//*[contains(@class,'editDate')]//*[contains(@class,'DateTime')]/@data-time",
    number=".//*[contains(@class,'message-attribution')]//a | .//a[contains(@class,'postNumber')]",
    title="//h1[contains(@class,'p-title-value')] | //*[contains(@class,'titleBar')]//h1",
    thread_link="//html/@data-content-key | //link[@rel='canonical']/@href",
    thread_number=r"^thread-(\d+)$|threads/(?:[^/?#]*\.)?(\d+)(?:/|$)",
    page_number=r"/page-(\d+)|[?&]page=(\d+)",
    cut=("bbCodeBlock--quote", "bbCodeQuote", "js-selectToQuoteEnd", "label", "label-append", "bbCodeBlock-expandLink",
         "bbCodeBlock--unfurl",
         "bbCodeSpoiler-button", "prefix"),
    deleted="contains(@class,'message--deleted') or contains(concat(' ',@class,' '),' deleted ')",
    group=".//*[contains(@class,'userBanner') or contains(@class,'userTitle')]",
    quoted=".//blockquote/@data-source | .//*[contains(@class,'bbCodeBlock-sourceJump')]/@data-content-selector"
    " | .//*[contains(@class,'bbCodeBlock-sourceJump')]/@href",
    rows="//*[contains(@class,'structItem--thread')] | //li[contains(@class,'discussionListItem')]",
    row_link=".//*[contains(@class,'structItem-title')]//a[not(contains(@class,'label'))]/@href"
    " | .//h3[contains(@class,'title')]//a[last()]/@href",
    row_time=".//*[contains(@class,'structItem-latestDate')]/@datetime | .//*[contains(@class,'lastPost')]"
    "//abbr/@data-time",
    likes=".//*[contains(@class,'reactionsBar-link')]",
    last="//*[contains(@class,'pageNav-main')]//li[last()]/a/@href",
)  # fmt: skip

PHPBB = Engine(
    name="phpbb",
    sign="//body[@id='phpbb'] | //*[contains(@href,'viewtopic.php')]",
    posts="//div[starts-with(@id,'p') and contains(concat(' ',@class,' '),' post ')]",
    post_id="@id",
    author=".//p[contains(@class,'author')]//*[starts-with(@class,'username')]"
    " | .//*[contains(@class,'postprofile')]//*[starts-with(@class,'username')]"
    " | .//p[contains(@class,'author')]//strong",
    author_id=".//*[starts-with(@class,'username')]/@href"
    " | .//p[contains(@class,'author')]//a[contains(@href,'u=')]/@href",
    author_number=r"[?&]u=(\d+)",
    time=".//p[contains(@class,'author')]//time/@datetime",
    time_words=".//p[contains(@class,'author')]",
    body=".//div[contains(concat(' ',@class,' '),' content ')]",
    edit=".//*[contains(@class,'notice')][.//a[contains(@href,'u=')] or .//*[starts-with(@class,'username')]]",
    number=".//*[contains(@class,'post-number')]",
    title="//*[contains(@class,'topic-title')] | //h2[a[contains(@href,'viewtopic')]]",
    thread_link="//link[@rel='canonical']/@href | //*[contains(@class,'topic-title')]//a/@href"
    " | //h2/a[contains(@href,'t=')]/@href | //a[contains(@href,'mode=reply')]/@href | //input[@name='t']/@value",
    thread_number=r"[?&]t=(\d+)|^(\d+)$|-t(\d+)(?:-\d+)?\.html",
    page_number=r"[?&]start=(\d+)|-t\d+-(\d+)\.html",
    cut=("attachbox", "inline-attachment", "codebox-head", "quotetitle", "quotecontent", "notice"),
    deleted="contains(@class,'deleted')",
    group=".//*[contains(@class,'profile-rank')]",
    quoted=".//blockquote//cite//a/@href",
    rows="//li[contains(concat(' ',@class,' '),' row ')][.//a[contains(@class,'topictitle')]]",
    row_link=".//a[contains(@class,'topictitle')]/@href",
    row_time=".//*[contains(@class,'lastpost')]//time/@datetime",
    last="//*[contains(@class,'pagination')]//li[a[contains(@class,'button')]][not(contains(@class,'arrow'))]"
    "[last()]/a/@href",
)

FORUMOTION = Engine(
    name="forumotion",
    sign="//*[contains(@class,'post--')] | //*[contains(@src,'illiweb.com') or contains(@href,'illiweb.com')]"
    " | //*[contains(@href,'forumotion.') or contains(@href,'hitskin.com')]",
    posts="//div[starts-with(@id,'p') and contains(concat(' ',@class,' '),' post ')]"
    " | //tr[starts-with(@id,'p') and contains(concat(' ',@class,' '),' post ')]",
    post_id="@id",
    author=".//p[contains(@class,'author')]//strong | .//p[contains(@class,'author')]//a[contains(@href,'/u')]"
    " | .//*[contains(@class,'name')]//strong | .//*[contains(@class,'postprofile')]//strong",
    author_id=".//p[contains(@class,'author')]//a/@href | .//*[contains(@class,'postprofile')]//a/@href"
    " | .//*[contains(@class,'name')]//a/@href",
    author_number=r"/u(\d+)$",
    time=".//p[contains(@class,'author')]//time/@datetime",
    time_words=".//p[contains(@class,'author')] | .//span[contains(@class,'postdetails')]"
    " | .//*[contains(@class,'postdate') or contains(@class,'post-date')]",
    body=".//*[contains(@class,'post-entry')]/div[1] | .//div[contains(concat(' ',@class,' '),' content ')]"
    " | .//*[contains(@class,'entry-content') or contains(@class,'post-content')]"
    " | .//div[contains(concat(' ',@class,' '),' postbody ')][not(.//*[contains(@class,'postprofile')])]",
    edit=".//*[contains(@class,'edited') or contains(@class,'post-edited') or contains(@class,'gensmall')]",
    number=".//*[contains(@class,'post-info')]//li",
    title="//h1[contains(@class,'page-title')] | //*[contains(@class,'topic-title')]"
    " | //meta[@property='og:title']/@content",
    thread_link="//link[@rel='canonical']/@href",
    thread_number=r"/t(\d+)(?:p\d+)?(?:-|$|[?#])",
    page_number=r"/t\d+p(\d+)",
    cut=("quote", "quotetitle", "quotemain", "quotecontent", "signature_div", "attachbox", "spoiler_title", "clear"),
    group=".//*[contains(@class,'poster-profile')]",
    quoted=".//blockquote//cite//a/@href",
    rows="//*[a[contains(@class,'topictitle')]]",
    row_link="a[contains(@class,'topictitle')]/@href",
    last="//*[contains(@class,'pagination')]//a[contains(@href,'p')][not(img)][last()]/@href",
)

VBULLETIN = Engine(
    name="vbulletin",
    sign="//li[contains(@class,'postcontainer')] | //*[starts-with(@id,'post_message_')]"
    " | //meta[@name='generator' and contains(@content,'vBulletin')]",
    posts="//li[starts-with(@id,'post_') and contains(@class,'post')]"
    " | //table[starts-with(@id,'post') and number(substring(@id,5)) > 0]",
    post_id="@id",
    author=".//a[contains(concat(' ',@class,' '),' username ')] | .//*[contains(concat(' ',@class,' '),' username ')]"
    " | .//*[contains(@class,'bigusername')] | .//*[contains(@class,'username')]",
    author_id=".//a[contains(@class,'username')]/@href",
    author_number=r"member\.php[?/](?:u=)?(\d+)|(?:^|/)members?/(\d+)|-u(\d+)\.html|[?&]u=(\d+)",
    time=".//time/@datetime",
    time_words=".//*[contains(@class,'postdate')]//*[contains(concat(' ',@class,' '),' date ')]"
    " | .//*[contains(@class,'postdate')] | .//*[contains(@class,'posthead')] | .//td[contains(@class,'thead')]",
    body=".//*[starts-with(@id,'post_message_')]/blockquote | .//*[starts-with(@id,'post_message_')]"
    " | .//blockquote[contains(@class,'postcontent')] | .//div[contains(concat(' ',@class,' '),' content ')]",
    edit=".//*[contains(@class,'lastedited')] | .//*[contains(@class,'smallfont')]/em",
    number=".//a[contains(@class,'postcounter')] | .//a[contains(@href,'postcount=')]",
    title="//*[contains(@class,'threadtitle')] | //*[@id='pagetitle']//h1 | //*[contains(@class,'navbar')]//strong"
    " | //meta[@property='og:title']/@content",
    thread_link="//input[@name='searchthreadid']/@value | //link[@rel='canonical']/@href | //input[@name='t']/@value",
    thread_number=r"^(\d+)$|[?&]t=(\d+)|showthread\.php[?/](\d+)|/threads?/(\d+)|/(\d+)-[^/]*$|-(\d+)(?:-\d+)?\.html",
    page_number=r"[?&]page=(\d+)|/page(\d+)|-\d+-(\d+)\.html|-(?:seite|page|strona|pagina)-?(\d+)\.html",
    cut=("bbcode_quote", "bbcode_quote_container", "bbcode_description", "quote_container", "smallfont", "alt2",
         "attachments", "lastedited", "signature"),
    deleted="contains(@class,'deleted')",
    group=".//*[contains(@class,'usertitle')]",
    quoted=".//*[contains(@class,'bbcode_quote') or contains(@class,'alt2')]//a[contains(@href,'post')]/@href",
    rows="//li[starts-with(@id,'thread_')] | //tr[.//a[starts-with(@id,'thread_title_')]]",
    row_link=".//a[starts-with(@id,'thread_title_')]/@href | .//a[contains(concat(' ',@class,' '),' title ')]/@href",
    last="//*[contains(@class,'first_last')]/a/@href",
)  # fmt: skip

# Version 5 has another markup; its posts are nodes.
VBULLETIN_5 = Engine(
    name="vbulletin",
    sign="//li[@data-node-id and contains(@class,'b-post')]",
    posts="//li[@data-node-id and contains(concat(' ',@class,' '),' b-post ')]",
    post_id="@data-node-id",
    author=".//*[contains(@class,'b-userinfo') or contains(@class,'author')]//*[@itemprop='name']"
    " | .//*[contains(concat(' ',@class,' '),' author ')]//a",
    author_id="@data-node-userid",
    author_number=r"^(\d+)$",
    # The machine's time of the element is local and says no zone; the node's own is Unix time.
    time="@data-node-publishdate | .//time/@datetime",
    time_words=".//*[contains(@class,'b-post__timestamp')]",
    body=".//*[contains(@class,'js-post__content-text')] | .//*[@itemprop='text']",
    edit=".//*[contains(@class,'b-post__edit-note') or contains(@class,'edit-note')]",
    number=".//*[contains(@class,'b-post__count')]",
    title="//h1[contains(@class,'main-title')] | //meta[@property='og:title']/@content",
    thread_link="//link[@rel='canonical']/@href",
    thread_number=r"/(\d+)-[^/?#]*(?:[/?#]|$)",
    page_number=r"/page(\d+)",
    cut=("bbcode_quote", "bbcode_container", "b-post__edit-note", "signature"),
    deleted="contains(@class,'b-post--deleted') or contains(@class,'deleted')",
    group=".//*[contains(@class,'usertitle')]",
    quoted=".//*[contains(@class,'bbcode_quote')]//a[contains(@href,'post')]/@href",
)  # fmt: skip

DISCOURSE = Engine(
    name="discourse",
    sign="//div[contains(@class,'crawler-post')]",
    posts="//div[contains(@class,'crawler-post') and starts-with(@id,'post_')]",
    post_id="@id",
    author=".//*[@itemprop='author']//*[@itemprop='name']",
    author_id="false()",
    author_number=r"$^",
    time=".//time[@itemprop='datePublished']/@datetime | .//time/@datetime",
    time_words="false()",
    body=".//div[@itemprop='articleBody' or @itemprop='text']",
    # A rebake moves this time too: no edit can be told from it.
    edit="false()",
    number=".//*[@itemprop='position']",
    title="//meta[@itemprop='headline']/@content | //*[@id='topic-title']//h1",
    thread_link="//link[@rel='canonical']/@href",
    thread_number=r"/t/(?:[^/?#]+/)?(\d+)",
    page_number=r"[?&]page=(\d+)",
    cut=("quote", "onebox", "meta", "lightbox-wrapper"),
    likes=".//*[@itemprop='interactionStatistic'][.//*[contains(@content,'LikeAction')]]"
    "//*[@itemprop='userInteractionCount']/@content",
    rows="//tr[contains(@class,'topic-list-item')]",
    row_link=".//a[contains(@class,'title')]/@href",
)

# Told apart in this order: Forumotion copies phpBB's markup, and any page may link to a phpBB.
ENGINES = (XENFORO, DISCOURSE, VBULLETIN_5, VBULLETIN, FORUMOTION, PHPBB)
