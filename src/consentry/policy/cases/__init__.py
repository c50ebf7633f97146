"""Cases written out by hand, and what should come of them."""
