"""Running out of memory is one error, whichever library noticed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

# ONNX Runtime: "Failed to allocate memory for requested buffer", "bad allocation"; PyTorch: "can't allocate memory",
# "CUDA out of memory", "not enough memory". Both raise them as errors of their own.
_SAID = re.compile(r"allocate memory|bad.?alloc|out of memory|not enough memory", re.IGNORECASE)


@contextmanager
def memory_errors() -> Iterator[None]:
    """Inside, a library's own word for exhausted memory becomes a MemoryError."""
    try:
        yield
    except Exception as error:
        if isinstance(error, MemoryError) or not _SAID.search(str(error)):
            raise
        raise MemoryError(str(error).splitlines()[0][:200]) from error
