"""From a post, its report and its signals to facts: the inputs that a policy may name, and where thresholds are cut."""
