"""The local copy of the directory: models, queries, and what each read teaches."""
