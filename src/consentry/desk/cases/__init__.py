"""What can be done with cases: filing, answering, deciding, appealing. Services take a `Desk` and write the log."""
