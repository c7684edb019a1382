"""The schema's history: one revision a release, run by storage/upgrade.py."""

# The revision this program works with, and the earlier ones it can come from; a test compares them with the files.
HEAD = "0006"
KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006")
