"""The database: its tables, its migrations, and how transactions are made. It knows no other room of the desk."""
