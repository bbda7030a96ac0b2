"""From plain data (`reports.document`) to what is looked at: HTML, text, figures."""
