"""A review tool in twenty lines: takes what is next, shows what is recommended and why, asks, answers, decides.

DESK=http://127.0.0.1:8350 DESK_EMAIL=ana@example.org DESK_PASSWORD=... python examples/review_tool.py
"""

import os

from consentry.desk.client import DeskClient

with DeskClient(os.environ["DESK"]) as desk:
    desk.log_in(os.environ["DESK_EMAIL"], os.environ["DESK_PASSWORD"])  # a person decides; no token can
    while case := desk.take_next():
        verdicts = []
        for post in case["posts"]:
            print(f"\n{post['post_id']}: {post['words']}")
            for question in post["assessment"]["recommendation"]["questions"]:
                if said := input(f"  {question['ask']} (yes, no, nothing to skip) "):
                    case = desk.answer(case["id"], post["id"], {question["fact"]: said})
            post = next(each for each in case["posts"] if each["id"] == post["id"])
            recommended = post["assessment"]["recommendation"]
            print(f"  {recommended['action']}: {recommended['because']}")
            action = input("  Your decision (no_action, recommend_restrict, recommend_removal, ...): ")
            clauses = [reason["clause"] for reason in recommended["fired"]][:1]
            verdicts.append({"post": post["id"], "action": action, "clauses": clauses})
        made = desk.decide(case, verdicts, input("  Why? "))
        print("  It is decided." if made["effective"] else "  Somebody else is asked for a second opinion.")
