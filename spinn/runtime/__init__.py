"""What a job needs around the science: environment and logs in, versions, costs, digests out."""
