"""How threads grow: curves, priors, analogues, the net, and the deadline that follows."""
