"""What is owed to people after a decision: the statement of reasons of the EU, and two plain letters."""

from __future__ import annotations

from consentry.policy.statement.letters import letter_to_reporter, letter_to_uploader
from consentry.policy.statement.making import statement_of_reasons
from consentry.policy.statement.record import StatementOfReasons

__all__ = ["StatementOfReasons", "letter_to_reporter", "letter_to_uploader", "statement_of_reasons"]
