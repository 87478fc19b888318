"""SQL that never comes to its end by itself."""

ENDLESS = "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT 1 - i FROM n) SELECT count(*) FROM n)"
