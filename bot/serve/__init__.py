"""`repwatch serve`: open threads, timelines, sources and digests as read-only pages."""
