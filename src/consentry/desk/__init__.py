"""The desk: where cases are kept, assessed, and decided by a person. Needs the extra ``desk``."""
