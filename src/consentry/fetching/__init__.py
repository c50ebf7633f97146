"""What lies at addresses: fetched under rules, or refused with a reason."""
