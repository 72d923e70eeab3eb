"""Generic views over operations and rules, AWS errors as pages, and downloads."""
