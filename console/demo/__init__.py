"""The console on one machine beside its sandbox, without AWS."""
