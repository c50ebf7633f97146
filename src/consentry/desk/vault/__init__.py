"""Where things of people are kept, encrypted under keys of their case and their claim."""
