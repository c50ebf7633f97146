"""What is served to a screen in place of a medium: made anew from its pixels alone, with faces blurred."""
