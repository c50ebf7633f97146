"""Three-valued logic, and conditions over facts: what the language means, without its syntax."""
