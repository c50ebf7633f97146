"""The scorer as a model that MLflow loads."""
