"""What is measured: one room a signal. They do not know each other, nor the policy."""
