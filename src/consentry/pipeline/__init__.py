"""Posts in, assessments out: media opened ahead, everything measured, the policy asked. `Assessor` is the way in."""
