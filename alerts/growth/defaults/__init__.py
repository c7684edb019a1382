"""Numbers known before the first thread of one's own: fitted constants, no thread of anybody's."""
