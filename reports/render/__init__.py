"""From plain data (`kvratio.reports.document`) to what is looked at: HTML, text, figures."""
