"""What becomes of a told thread, and what is said of it."""
