"""The stored past lived through again under today's rules: when a thread turns negative, on which card, how it ends."""
