# SPDX-License-Identifier: AGPL-3.0-or-later
"""The data layer: engine and sessions in `engine`, models by noun, migrations beside them."""
