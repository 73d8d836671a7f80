# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line, a module a family of commands: `python -m bot <command>`."""
