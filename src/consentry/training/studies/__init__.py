"""Studies on data of other people; nothing is tuned on them."""
