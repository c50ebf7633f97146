"""Bodies about looks and purges."""

from __future__ import annotations

from pydantic import Field

from consentry.desk.api.bodies.common import Body
from consentry.desk.cases.destroying import What as PurgeWhat
from consentry.desk.cases.looking import LONGEST_WORDS, Reason
from consentry.desk.cases.looking import What as LookWhat
from consentry.desk.cases.purging import LONGEST_REASON


class NewLook(Body):
    """Why somebody has to see what is blurred for others."""

    what: LookWhat = Field(description="Every face, the claimant's, or a reference photo.", examples=["faces"])
    reason: Reason = Field(description="Why.", examples=["minor"])
    words: str = Field(default="", max_length=LONGEST_WORDS, description="More about it; wanted for 'other'.")


class NewPurge(Body):
    """A purge that somebody else has to approve."""

    what: PurgeWhat = Field(default="case", description="All of the case, or its claim's photos alone.")
    reason: str = Field(
        min_length=1, max_length=LONGEST_REASON, description="For who approves.", examples=["She asked us to."]
    )
