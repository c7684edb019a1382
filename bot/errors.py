"""Which error may speak for itself, and in how many lines: never a traceback to a person who can't use it."""

from __future__ import annotations

_OURS = ("bot", "spiders", "classifier", "alerts", "storage")


class UsageError(Exception):
    """Something was asked for that can't be done so; `problems` makes the exit code 2."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class FailedError(Exception):
    """Something was tried and failed; the message says what and the mend."""


def sentences_of(error: BaseException) -> tuple[str, ...]:
    """The lines to print for an error. What nobody foresaw names its kind and the way to see more."""
    problems = getattr(error, "problems", None)
    if problems:
        return tuple(str(problem) for problem in problems)
    text = " ".join(str(error).split())
    if type(error).__module__.split(".")[0] in _OURS:
        return (text or type(error).__name__,)
    if isinstance(error, ValueError | LookupError) and " " in text and _is_raised_by_us(error):
        return (str(error.args[0]) if isinstance(error, KeyError) else text,)
    if isinstance(error, OSError) and error.strerror:
        return (f"{error.filename}: {error.strerror.lower()}" if error.filename else error.strerror.lower(),)
    return (f"unexpected {type(error).__name__}: {text[:300]} (run again with -v to see where)",)


def _is_raised_by_us(error: BaseException) -> bool:
    """Raised on purpose, with a sentence, by a file of ours; not by a library that stumbled over our arguments."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).split(".")[0] in _OURS
