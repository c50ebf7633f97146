"""``python -m consentry``: the same as the program ``consentry``."""

from consentry.cli import main

if __name__ == "__main__":
    main()
