"""Python and the command line: AnnData and options in, panels and tables out."""
