"""Makes and measures what `consentry.signals.scene` and `consentry.signals.faces` load. Needs the extra ``train``.

Nothing here is imported when posts are assessed.
"""
