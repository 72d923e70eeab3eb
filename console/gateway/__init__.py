"""The one way to AWS: rights, validation, audit log, call, outcome, mirror."""
