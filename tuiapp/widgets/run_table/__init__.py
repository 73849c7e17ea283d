"""The runs as a table: found by a query, sorted, grouped, marked; a list where there is little room."""
