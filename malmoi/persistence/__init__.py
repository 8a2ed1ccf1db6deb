"""PostgreSQL in one place: tables, transactions, and every statement that changes a job."""
