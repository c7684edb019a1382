"""What people do to cards."""
