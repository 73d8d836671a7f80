# SPDX-License-Identifier: AGPL-3.0-or-later
"""Service information: facts apart from words, words apart by language, and nothing served that is not approved."""
