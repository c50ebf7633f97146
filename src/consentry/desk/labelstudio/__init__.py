"""Label Studio: the desk as its machine learning backend. Tasks are pre-filled, finished annotations become answers."""
