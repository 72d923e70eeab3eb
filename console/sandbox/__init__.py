"""WorkMail's API served locally over the real protocol.

Tags such as [inferred] on WorkMail's behaviour are defined in docs/workmail-behaviour.md.
"""
