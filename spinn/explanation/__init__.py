"""A panel explained gene by gene: a panel and cells in, reasons, roles and substitutes out."""
