"""Who may do what: roles, accounts, passwords, sessions and tokens."""
