"""What the workflow's rules call: files in, one call, files out."""
