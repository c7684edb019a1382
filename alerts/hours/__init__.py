"""When the team works, and the moment inside it by which to answer."""
