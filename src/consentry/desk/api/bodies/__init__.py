"""What goes in and comes out of routes, by subject."""
