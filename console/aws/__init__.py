"""The service models of WorkMail, the catalogue of its operations, and the client; no Django models.

Tags such as [documented] on WorkMail's behaviour are defined in docs/workmail-behaviour.md.
"""
