"""The job on many machines."""
