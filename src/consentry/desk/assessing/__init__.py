"""The job that assesses a case, with the same pipeline as everything else."""
