"""``consentry score``, what it shows on the way, and what it says at the end."""
