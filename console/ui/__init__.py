"""Generic lists, details, forms and tables, without words of the domain."""
