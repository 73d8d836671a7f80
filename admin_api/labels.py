# SPDX-License-Identifier: AGPL-3.0-or-later
"""English names of the codes that the console shows: they are the message ids of its catalogues."""

from __future__ import annotations

from collections.abc import Mapping

CATEGORY: Mapping[str, str] = {
    "emergency": "Emergency",
    "pseah": "Sexual exploitation, abuse or harassment",
    "protection": "Protection",
    "misconduct": "Misconduct",
    "complaint": "Complaint",
    "assistance_request": "Request for help",
    "information_request": "Question",
    "suggestion": "Suggestion",
    "appreciation": "Thanks",
    "rumour": "Rumour",
    "other": "Other",
}
COMPARTMENT: Mapping[str, str] = {"pseah": "PSEAH", "protection": "Protection team", "integrity": "Integrity team"}
PRIORITY: Mapping[str, str] = {
    "P0": "P0: at once",
    "P1": "P1: within a day",
    "P2": "P2: complaint",
    "P3": "P3: request",
    "P4": "P4: for review",
}
STATUS: Mapping[str, str] = {"open": "Open", "waiting": "Waiting for the person", "closed": "Closed"}
RESOLUTION: Mapping[str, str] = {
    "answered": "Answered",
    "helped": "Helped",
    "referred": "Referred",
    "not_reachable": "Person not reachable",
    "withdrawn": "Withdrawn by the person",
    "duplicate": "Duplicate of another case",
    "outside_mandate": "Outside our mandate",
}
DELIVERY: Mapping[str, str] = {
    "waiting": "Waits to be sent",
    "sending": "Being sent",
    "held": "Held: the channel allows it when the person writes again",
    "silenced": "Not sent: the person asked for silence",
    "refused": "Not sent: the provider refused it",
    "unsettled": "Nobody can tell whether it arrived",
    "queued": "Queued at the provider",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "failed": "Not delivered",
}
VERB: Mapping[str, str] = {
    "opened": "opened the case",
    "wrote": "wrote",
    "told": "answered a question",
    "refiled": "filed the case anew",
    "replied": "replied",
    "noted": "wrote a note",
    "assigned": "assigned the case",
    "referred": "recorded a referral",
    "closed": "closed the case",
    "reopened": "opened the case again",
    "read": "read the case",
    "overdue": "moved the case up, as it is overdue",
}
NOTICE: Mapping[str, str] = {
    "new": "A case waits for an officer.",
    "emergency": "An emergency waits.",
    "emergency_waits": "An emergency waits.",
    "overdue": "A case is overdue.",
    "dead_letter": "A message could not be understood by the service.",
    "key": "A key needs attention.",
    "facts_due": "Facts of the content must be verified again.",
}
ACTION: Mapping[str, str] = {
    "answer": "Answer from content",
    "escalate": "A person answers",
    "record": "Record and thank",
    "menu": "Show the menu",
    "ask_language": "Ask for the language",
    "command": "Carry out a command",
}
KIND: Mapping[str, str] = {
    "button": "Tapped a choice",
    "media": "Sent a file",
    "location": "Sent a place",
    "contact": "Sent a contact",
    "edited": "Changed a message",
    "unknown": "Sent something that cannot be shown",
}
SOURCE: Mapping[str, str] = {
    "language": "Language",
    "command": "Command",
    "lexicon": "Words known",
    "glossary": "Meaning of words",
    "rule": "Rule",
    "model": "Model",
    "topic": "Topic",
    "place": "Place",
    "answer": "Entry",
    "history": "What was said before",
}
TEXT_STATE: Mapping[str, str] = {
    "draft": "Draft",
    "machine": "Machine draft",
    "needs_review": "Needs review",
    "approved": "Approved",
    "stale": "Stale",
    "rejected": "Sent back",
    "missing": "Missing",
}
ENTRY_STATUS: Mapping[str, str] = {
    "draft": "Draft",
    "review": "In review",
    "published": "Published",
    "planned": "Planned",
    "ended": "Ended",
    "archived": "Archived",
    "withdrawn": "Withdrawn",
}
ENTRY_KIND: Mapping[str, str] = {"service": "Service", "correction": "Correction", "line": "Fixed line"}
CHANGE: Mapping[str, str] = {
    "FACT": "A fact: translations become stale",
    "WORDING": "The wording: translations become stale",
    "TYPO": "A typo: translations stay",
}
AUDIENCE: Mapping[str, str] = {
    "migrant": "Migrants",
    "refugee": "Refugees",
    "idp": "Displaced people",
    "returnee": "Returnees",
    "host": "Host community",
}
TROUBLE: Mapping[str, str] = {
    "empty": "empty",
    "expired": "expired",
    "unverified": "not verified",
    "an example": "an example",
    "not there": "not there",
}
BECAUSE: Mapping[str, str] = {"fact": "a fact has changed", "wording": "the source has changed"}
TEXT_FIELD: Mapping[str, str] = {
    "title": "Title",
    "questions": "Questions",
    "short": "First part",
    "long": "The rest",
}
CONTENT_VERB: Mapping[str, str] = {
    "seed": "brought in with the starter content",
    "create": "made the entry",
    "revise": "began a revision",
    "edit": "edited the draft",
    "frame": "changed what is not text",
    "submit": "handed in for review",
    "send_back": "sent back",
    "publish": "published",
    "archive": "stopped serving",
    "restore": "serves again",
    "roll_back": "rolled back",
    "withdraw": "withdrew a revision",
    "end": "ended",
    "translate": "wrote a translation",
    "machine": "had a machine draft",
    "submit_translation": "handed in a translation",
    "approve": "approved",
    "reject": "sent a translation back",
    "confirm": "confirmed",
    "set_fact": "set a fact",
    "verify_fact": "verified a fact",
    "set_point": "set a service point",
}
ALL: Mapping[str, Mapping[str, str]] = {
    "text_state": TEXT_STATE,
    "entry_status": ENTRY_STATUS,
    "entry_kind": ENTRY_KIND,
    "change": CHANGE,
    "audience": AUDIENCE,
    "trouble": TROUBLE,
    "because": BECAUSE,
    "text_field": TEXT_FIELD,
    "content_verb": CONTENT_VERB,
    "category": CATEGORY,
    "compartment": COMPARTMENT,
    "priority": PRIORITY,
    "status": STATUS,
    "resolution": RESOLUTION,
    "delivery": DELIVERY,
    "verb": VERB,
    "notice": NOTICE,
    "action": ACTION,
    "kind": KIND,
    "source": SOURCE,
}
