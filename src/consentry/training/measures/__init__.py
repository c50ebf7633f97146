"""How figures are measured, how sure they are, and how they are drawn."""
