"""The technical note: the report's data as a PDF of 10 to 20 pages, typeset by Typst."""
