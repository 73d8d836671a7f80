# SPDX-License-Identifier: AGPL-3.0-or-later
"""Place recognition: from words and pins to the places of Libya."""

from routing.places.gazetteer import Found, Gazetteer

__all__ = ["Found", "Gazetteer"]
