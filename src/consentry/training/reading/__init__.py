"""What the reader of words in pictures loads."""
