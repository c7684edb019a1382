"""Which threads become cards: of their own, or gathered with others."""
