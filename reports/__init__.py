"""What people read: the command line, tables, figures, pages."""
