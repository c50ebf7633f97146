"""Makes and measures what `consentry.scene` and `consentry.faces` load. Needs the extra ``train``.

Nothing here is imported when posts are assessed.
"""
