"""Reports: one data record rendered as self-contained HTML, Markdown and JSON."""
