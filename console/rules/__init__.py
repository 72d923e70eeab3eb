"""What access, mobile device and impersonation rules mean; simulators of drafts.

Tags such as [inferred] on WorkMail's behaviour are defined in docs/workmail-behaviour.md.
"""
